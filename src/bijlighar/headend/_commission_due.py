"""Whom the head-end asks by itself what it is: newly taken-in meters, a few at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from bijlighar.headend._reads import claim_meters
from bijlighar.kernel.sql import rows, statement

FAILED_WAITS = timedelta(hours=1)


def claim_to_commission(
    *, own: int, busy: Sequence[int], limit: int, now: datetime
) -> frozenset[int]:
    """Claim the next few meters that are to be asked what they are; answer which.

    Not those at which the head-end `own` is `busy`, nor one that failed at it within
    FAILED_WAITS, which the count of attempts tells.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "due_to_commission"),
            {"failed_after": now - FAILED_WAITS, "limit": limit + len(busy)},
        )
        due = [one["meter_id"] for one in rows(cursor) if one["meter_id"] not in busy]
        return claim_meters(meter_ids=due[:limit], own=own)
