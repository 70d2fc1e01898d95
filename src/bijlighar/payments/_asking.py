"""Recharges that were started: what a gateway may have to be asked again about."""

from __future__ import annotations

from datetime import datetime

from bijlighar.payments.models import RechargeOrder
from bijlighar.payments.values import OrderSeen, RechargeState

MOST_ASKED = 5


def orders_since(
    *, connection_id: int, since: datetime, limit: int = MOST_ASKED
) -> tuple[OrderSeen, ...]:
    """The recharges started for a connection since an instant, the last first."""
    found = RechargeOrder.objects.filter(
        connection_id=connection_id, created_at__gte=since
    ).order_by("-created_at", "pk")[:limit]
    return tuple(
        OrderSeen(
            order_id=str(row.pk),
            amount_paise=row.amount_paise,
            state=RechargeState(row.state),
            created_at=row.created_at,
        )
        for row in found
    )
