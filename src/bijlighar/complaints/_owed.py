"""What is owed for complaints whose clock ran out: recorded here, posted by the flow."""

from __future__ import annotations

from datetime import datetime

from bijlighar.complaints._read import number_of
from bijlighar.complaints.models import Compensation
from bijlighar.complaints.values import Owed


def owed_since(*, since: datetime, after_id: int, limit: int) -> tuple[Owed, ...]:
    """What was recorded as owed since an instant, from below the next id on."""
    found = (
        Compensation.objects.filter(recorded_at__gte=since, pk__gt=after_id)
        .select_related("complaint")
        .order_by("pk")[:limit]
    )
    return tuple(
        Owed(
            compensation_id=row.pk,
            connection_id=row.complaint.connection_id,
            complaint_number=number_of(
                complaint_id=row.complaint_id, opened_at=row.complaint.opened_at
            ),
            amount_paise=row.amount_paise,
            recorded_at=row.recorded_at,
        )
        for row in found
        if row.complaint.connection_id is not None
    )
