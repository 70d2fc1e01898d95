"""Receipts: what operators say afterwards, believed once it is proved who says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.notices import _settings
from bijlighar.notices._write_down import give_up_channel
from bijlighar.notices.channels.smpp.channel import waiting_receipts
from bijlighar.notices.channels.table import CHANNELS
from bijlighar.notices.models import Handing, Notice
from bijlighar.notices.states import NoticeState
from bijlighar.notices.values import Receipt

log = structlog.get_logger()

MOST_IN_A_CALL = 5_000


class UnknownChannel(BijligharError):
    """No channel of this name is told of receipts."""


def receive(*, channel: str, body: bytes, headers: Mapping[str, str], now: datetime) -> int:
    """Take a call of an operator in; how many notices it moved on.

    Raises UnknownChannel, channel.Forged, channel.Unreadable.
    """
    held = CHANNELS.get(channel)
    if held is None or held.receipts is None:
        raise UnknownChannel(str(UnknownChannel.__doc__))
    return take(
        receipts=held.receipts(body, headers, _settings.told())[:MOST_IN_A_CALL], now=now
    )


def take_from_lines(*, now: datetime) -> int:
    """Take in the receipts that came over lines which are open anyway (SMPP)."""
    found = waiting_receipts()
    return take(receipts=found, now=now) if found else 0


def take(*, receipts: Sequence[Receipt], now: datetime) -> int:
    """Keep receipts; one that nobody can place is counted in the log and forgotten."""
    moved = unknown = 0
    for receipt in receipts:
        with transaction.atomic():
            row, handing = _of(receipt)
            if row is None:
                unknown += 1
                continue
            moved += _apply(receipt, row, handing, now)
    if unknown:
        log.warning("notices.receipts.unknown", receipts=unknown)
    return moved


def _of(receipt: Receipt) -> tuple[Notice | None, Handing | None]:
    """The notice, locked, and the handing that the receipt is of, where it is known yet."""
    handing = None
    if receipt.provider_id:
        handing = (
            Handing.objects.filter(channel=receipt.channel, provider_id=receipt.provider_id)
            .order_by("-id")
            .first()
        )
    wanted = (
        {"pk": handing.notice_id} if handing is not None else {"source": receipt.reference}
    )
    row = Notice.objects.select_for_update().filter(**wanted).first()
    if row is not None and handing is None and row.channel != receipt.channel:
        return None, None
    return row, handing


def _apply(receipt: Receipt, row: Notice, handing: Handing | None, now: datetime) -> bool:
    said = "delivered" if receipt.is_delivered else "failed"
    if handing is not None and handing.receipt != "delivered":
        Handing.objects.filter(pk=handing.pk).update(
            receipt=said, receipt_at=now, error=receipt.said[:500]
        )
    if row.state == NoticeState.DELIVERED:
        return False
    if receipt.is_delivered:
        row.state, row.arrived_at = NoticeState.DELIVERED.value, now
        row.claimed_until, row.secret = None, None
        row.sent_at = row.sent_at or now
    elif row.state in (NoticeState.SENT, NoticeState.UNSURE) and (
        row.channel == receipt.channel
    ):
        row.last_error = receipt.said[:500] or "the operator could not deliver it"
        give_up_channel(row, has_another=_may_go_on(row), now=now)
    else:
        return False
    Notice.objects.bulk_update(
        [row],
        [
            "state",
            "arrived_at",
            "sent_at",
            "claimed_until",
            "secret",
            "given_up",
            "due_at",
            "attempts",
            "last_error",
        ],
    )
    return True


def _may_go_on(row: Notice) -> bool:
    """Whether another channel is left; a code that was sent is sealed no more."""
    tried = {*row.given_up.split(","), row.channel}
    left = [one for one in _settings.channels() if one.name not in tried]
    return bool(left) and row.kind != "code"
