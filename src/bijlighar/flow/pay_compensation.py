"""What the discom owes because a complaint's legal clock ran out is paid into the wallet.

Complaints record what is owed, by the policy that names the regulation of each amount; this
step posts it, each day once, and tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Owed
from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import notice_to, review_supply, tell
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.notices.values import NewNotice, NoticeKind

log = structlog.get_logger()

COMPENSATION = "compensation"
LOOKS_BACK = timedelta(days=400)
"""What is older was posted long ago: this runs every few minutes."""
AT_ONCE = 200


def pay_compensations(*, now: datetime) -> int:
    """Post what is owed and not posted yet, tell each complaint's home once; how many days.

    Safe to repeat and to kill: a day's key is in the ledger or its entry is not.
    """
    posted, after_id = 0, 0
    while found := complaints.owed_since(
        since=now - LOOKS_BACK, after_id=after_id, limit=AT_ONCE
    ):
        after_id = found[-1].compensation_id
        posted += _pay(found, now)
    return posted


def _pay(found: Sequence[Owed], now: datetime) -> int:
    known = ledger.posted(reason=COMPENSATION, sources=[_source(one) for one in found])
    left = [one for one in found if _source(one) not in known]
    if not left:
        return 0
    ids = sorted({one.connection_id for one in left})
    with transaction.atomic(durable=True):
        ledger.lock_balances(owner_ids=ids)
        new = ledger.post(entries=[_entry(one) for one in left], now=now)
        paid = [one for one in left if (COMPENSATION, _source(one)) in new]
        tell(new=_told(paid), now=now)
        review_supply(connection_ids=sorted({one.connection_id for one in paid}), now=now)
    for one in paid:
        log.info(
            "complaints.compensation.posted",
            complaint=one.complaint_number,
            connection_id=one.connection_id,
            paise=one.amount_paise,
        )
    return len(paid)


def _source(one: Owed) -> str:
    return f"{one.compensation_id}"


def _entry(one: Owed) -> NewEntry:
    return NewEntry(
        reason=COMPENSATION,
        source=_source(one),
        effective_at=one.recorded_at,
        transfers=(
            NewTransfer(
                debit=BookOf(book=Book.COMPENSATION, head=COMPENSATION),
                credit=WalletOf(owner_id=one.connection_id),
                head=COMPENSATION,
                amount_paise=one.amount_paise,
            ),
        ),
    )


def _told(paid: Sequence[Owed]) -> list[NewNotice]:
    """One notice a complaint: what was added to the account now."""
    by_complaint: dict[str, list[Owed]] = {}
    for one in paid:
        by_complaint.setdefault(one.complaint_number, []).append(one)
    ids = sorted({one.connection_id for one in paid})
    homes = {home.connection_id: home for home in connections.homes(connection_ids=ids)}
    return [
        notice_to(
            home=homes[several[0].connection_id],
            kind=NoticeKind.COMPENSATION_DUE,
            source=f"complaint:{number}:paid:{several[-1].compensation_id}",
            parameters={
                "consumer_number": homes[several[0].connection_id].consumer_number,
                "complaint_number": number,
                "amount": format_rupees(sum(one.amount_paise for one in several)),
            },
        )
        for number, several in by_complaint.items()
        if several[0].connection_id in homes
    ]
