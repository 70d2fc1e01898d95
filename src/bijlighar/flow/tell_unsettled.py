"""People are told of a payment that hangs at their bank, and of one that failed; once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import notice_to, tell
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
        for kind, found in (
            (NoticeKind.PAYMENT_PENDING, payments.pending_untold(now=now)),
            (NoticeKind.PAYMENT_FAILED, payments.failed_untold(now=now)),
        ):
            # Who pays for somebody else sees it on their page: the number that is told
            # here is the consumer's, who has not paid.
            own = [one for one in found if one.payer_login_id is None]
            tell(new=_notices(kind, own), now=now)
            told += len(own)
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
