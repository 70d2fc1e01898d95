"""People are told of a payment that hangs at their bank, and of one that failed; once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import notice_to, tell
from bijlighar.flow.tell_payer import of_unsettled
from bijlighar.kernel.money import format_rupees
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import Untold


def tell_unsettled(*, now: datetime) -> int:
    """Queue the notices of payments that hang or failed; how many.

    Whom to tell is noted in the transaction that queues the notice: whenever the process
    is killed, each is told once.
    """
    told = 0
    with transaction.atomic(durable=True):
        for kind, to_payer, found in (
            (
                NoticeKind.PAYMENT_PENDING,
                NoticeKind.PENDING_FOR_ANOTHER,
                payments.pending_untold(now=now),
            ),
            (
                NoticeKind.PAYMENT_FAILED,
                NoticeKind.FAILED_FOR_ANOTHER,
                payments.failed_untold(now=now),
            ),
        ):
            # Who pays for somebody else hears it at their own number; the home's, which
            # has not paid, hears nothing.
            own = [one for one in found if one.payer_login_id is None]
            new = _notices(kind, own) + of_unsettled(kind=to_payer, found=found)
            tell(new=new, now=now)
            told += len(new)
    return told


def _notices(kind: NoticeKind, found: list[Untold]) -> list[NewNotice]:
    ids = sorted({one.connection_id for one in found})
    homes = {home.connection_id: home for home in connections.homes(connection_ids=ids)}
    return [
        notice_to(
            home=home,
            kind=kind,
            source=f"{kind.value}:{one.order_id}",
            parameters={
                "consumer_number": home.consumer_number,
                "amount": format_rupees(one.amount_paise),
            },
        )
        for one in found
        if (home := homes.get(one.connection_id)) is not None
    ]
