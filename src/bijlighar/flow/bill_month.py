"""A month has ended: its days become bills, and who has to pay is told until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import structlog
from django.db import transaction

from bijlighar.bills import service as bills
from bijlighar.bills.values import Bill, Issued
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow.review_supply import notice_to, review_supply, tell
from bijlighar.kernel.ist import ONE_DAY, month_starts, next_month_starts, supply_day_of
from bijlighar.kernel.money import format_rupees
from bijlighar.notices.values import NewNotice, NoticeKind

log = structlog.get_logger()


def bill_month(*, connection_ids: Sequence[int], first: date, now: datetime) -> Issued:
    """Make the bills of the month that begins with `first`, and act on what they moved.

    Safe to repeat. A connection with an open day is left for the next morning's try,
    however late in the month its last day is charged.
    """
    with transaction.atomic(durable=True):
        issued = bills.issue(
            connection_ids=connection_ids,
            first=first,
            until=next_month_starts(first),
            now=now,
        )
        new = [bill for bill in issued.bills if bill.number in issued.new]
        moved = [bill.connection_id for bill in new if bill.true_up_paise]
        if moved:
            review_supply(connection_ids=moved, now=now)
        _tell_who_has_to_pay(new, now)
    for one in issued.rejected:
        log.warning("bills.rejected", connection_id=one.connection_id, why=one.error)
    return issued


def due_on(*, now: datetime) -> tuple[date, tuple[int, ...]]:
    """The first day of the month to be billed now and who has no bill of it yet.

    Every morning of the month: bills are out by the 10th (tariffs reference 0.1), and what
    was open then is billed on the first morning on which it is not.
    """
    until = month_starts(supply_day_of(now))
    return month_starts(until - ONE_DAY), bills.unbilled(until=until)


def _tell_who_has_to_pay(new: Sequence[Bill], now: datetime) -> None:
    asked = [bill for bill in new if bill.payable_paise]
    homes = {
        home.connection_id: home
        for home in connections.homes(connection_ids=[one.connection_id for one in asked])
    }
    tell(
        new=[
            _ready(bill, homes[bill.connection_id])
            for bill in asked
            if bill.connection_id in homes
        ],
        now=now,
    )


def _ready(bill: Bill, home: Home) -> NewNotice:
    assert bill.due_on is not None, "a bill that asks for something is due"
    return notice_to(
        home=home,
        kind=NoticeKind.BILL_READY,
        source=f"bill:{bill.number}",
        parameters={
            "consumer_number": home.consumer_number,
            "due": format_rupees(bill.payable_paise),
            "until": f"{bill.due_on:%d-%m-%Y}",
        },
    )
