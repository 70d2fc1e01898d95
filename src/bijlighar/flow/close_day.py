"""A supply day ends: usage becomes a charge, a charge a balance, a balance a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.charges import service as charges
from bijlighar.charges.values import ChargedDays
from bijlighar.flow.review_supply import review_supply

log = structlog.get_logger()


def close_day(*, connection_ids: Sequence[int], now: datetime) -> ChargedDays:
    """Charge every open day whose register has arrived, and act on what is left.

    Safe to repeat: a day is charged once.
    """
    with transaction.atomic(durable=True):
        closed = charges.close_days(connection_ids=connection_ids, now=now)
        if closed.charged:
            review_supply(
                connection_ids=[one.connection_id for one in closed.charged], now=now
            )
    for one in closed.rejected:
        log.warning("charges.day.rejected", connection_id=one.connection_id, why=one.error)
    return closed
