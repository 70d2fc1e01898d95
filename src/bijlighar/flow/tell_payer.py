"""Who paid for somebody else's connection is told how that went, at their own number.

They hear what their page shows and no more: the holder's name masked, how the consumer
number ends, the amount, their receipt. Nothing of the balance or the supply.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.money import format_rupees
from bijlighar.logins import service as logins
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import Receipt, Untold

log = structlog.get_logger()

LANGUAGE = "hi"
"""Of a payer who has no connection of their own."""
SHOWN_OF_NUMBER = 4
NAMELESS = "•••"
"""A credit never waits for a name: no text of ours is filled with nothing."""


def thanks_to_payer(*, receipt: Receipt) -> list[NewNotice]:
    """What who paid for another is told of a credit; nothing where a home paid itself."""
    if receipt.for_another is None:
        return []
    return _to_payers(
        kind=NoticeKind.PAID_FOR_ANOTHER,
        source=receipt.entry_source,
        login_id=receipt.for_another.login_id,
        connection_id=receipt.connection_id,
        amount_paise=receipt.amount_paise,
        more={"receipt": receipt.for_another.receipt_number},
    )


def of_unsettled(*, kind: NoticeKind, found: Sequence[Untold]) -> list[NewNotice]:
    """What payers for others are told of payments that hang, or failed."""
    told: list[NewNotice] = []
    for one in found:
        if one.payer_login_id is None:
            continue
        more = {}
        if kind is NoticeKind.FAILED_FOR_ANOTHER:
            by = payments.returns_by(paid_at=one.created_at)
            more = {"until": f"{by:%d-%m-%Y}"}
        told += _to_payers(
            kind=kind,
            source=one.order_id,
            login_id=one.payer_login_id,
            connection_id=one.connection_id,
            amount_paise=one.amount_paise,
            more=more,
        )
    return told


def _to_payers(
    *,
    kind: NoticeKind,
    source: str,
    login_id: int,
    connection_id: int,
    amount_paise: int,
    more: dict[str, str],
) -> list[NewNotice]:
    mobile = logins.mobiles_of(login_ids=[login_id]).get(login_id)
    if mobile is None:  # A credit never waits for somebody to be told.
        log.error("payments.payer.unknown", login_id=login_id, kind=kind.value)
        return []
    own = connections.homes_of_mobile(mobile=mobile)
    language = own[0].language if own else LANGUAGE
    (home,) = connections.homes(connection_ids=[connection_id])
    return [
        NewNotice(
            kind=kind,
            source=f"{kind.value}:{source}",
            connection_id=None,
            consumer_number="",
            mobile=mobile,
            language=language,
            parameters={
                "payee": _masked(home, language) or NAMELESS,
                "number_end": home.consumer_number[-SHOWN_OF_NUMBER:],
                "amount": format_rupees(amount_paise),
                **more,
            },
        )
    ]


def _masked(home: Home, language: str) -> str:
    name = home.name_en if language == "en" else home.name_hi
    return notices.shorten(payments.masked_name(name or home.name_en)).strip()
