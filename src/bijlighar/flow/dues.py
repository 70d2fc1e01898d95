"""What is posted by the month: instalments, the price of paying late, interest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.bills import service as bills
from bijlighar.connections import service as connections
from bijlighar.dues import service as dues
from bijlighar.dues.values import Billed, Monthly, MonthPosted
from bijlighar.flow.review_supply import review_supply
from bijlighar.supply import service as supply

log = structlog.get_logger()

BILLS_BACK = 24
"""Bills that are looked through for what is unpaid; older dues are as old as these."""

PostPart = Callable[[Sequence[int], date, datetime], MonthPosted]


def post_instalments(*, connection_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """Post the instalments whose day has come and act on what is left.

    Answers paise by connection. Of a prepaid wallet so much is left that nobody's supply
    goes out for old dues.
    """
    level = supply.money_needed_paise(policy_name=settings.BIJLIGHAR["supply_policy"])
    with transaction.atomic(durable=True):
        moved = dues.post_instalments(
            connection_ids=connection_ids, leave_paise=level + 1, now=now
        )
        if moved:
            review_supply(connection_ids=sorted(moved), now=now)
    return moved


def post_months(*, what: Monthly, part: int, now: datetime) -> dict[date, int]:
    """Post what is due of ended months for every connection; paise by month.

    Killed half-way and repeated, nobody is posted twice and nobody is left out.
    """
    found: dict[date, int] = {}
    for month in dues.months_due(what=what, now=now):
        ids = connections.ids()
        found[month] = sum(
            _post_part(what, ids[first : first + part], month, now)
            for first in range(0, len(ids), part)
        )
        dues.month_done(what=what, month=month, now=now)
        log.info("dues.month.posted", what=what.value, month=f"{month}", paise=found[month])
    return found


def charge_late(connection_ids: Sequence[int], month: date, now: datetime) -> MonthPosted:
    """Charge the days of a month on which these connections' bills were overdue."""
    billed = [
        Billed(
            connection_id=one.connection_id,
            until=one.until,
            due_on=one.due_on,
            issued_at=one.issued_at,
            payable_paise=one.payable_paise,
        )
        for one in bills.asked(
            connection_ids=connection_ids, paid_by=month, most=BILLS_BACK
        )
    ]
    return dues.charge_late(billed=billed, month=month, now=now)


def credit_interest(
    connection_ids: Sequence[int], month: date, now: datetime
) -> MonthPosted:
    """Credit what these connections' prepaid balances earned in a month."""
    return dues.credit_interest(connection_ids=connection_ids, month=month, now=now)


POSTED_BY: dict[Monthly, PostPart] = {
    Monthly.LATE_PAYMENT: charge_late,
    Monthly.INTEREST: credit_interest,
}


def _post_part(
    what: Monthly, connection_ids: Sequence[int], month: date, now: datetime
) -> int:
    with transaction.atomic(durable=True):
        done = POSTED_BY[what](connection_ids, month, now)
        if done.posted:
            review_supply(connection_ids=sorted(done.posted), now=now)
    for one, why in done.rejected.items():
        log.warning("dues.month.rejected", what=what.value, connection_id=one, why=why)
    return sum(done.posted.values())
