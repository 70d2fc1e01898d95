"""The gateway itself is asked what became of a recharge nobody told us the end of.

A webhook may be late or lost. Whoever waits at the page, a diagnosis of a dark home and
the schedule all ask by this step; money that was captured is credited here as the webhook
would have done it, once, whoever is first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from django.db import connection, transaction

from bijlighar.flow import later
from bijlighar.flow.take_payment import take_payment
from bijlighar.kernel.errors import BijligharError
from bijlighar.payments import service as payments
from bijlighar.payments.values import Pending, Refused

log = structlog.get_logger()


class Said(StrEnum):
    """What a gateway says of a recharge."""

    CAPTURED = "captured"
    REFUSED = "refused"
    PENDING = "pending"
    """The bank has not answered yet."""
    NOTHING = "nothing"
    """Nobody has paid it so far."""
    SILENT = "silent"
    """The gateway did not answer, or not in words that can be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a gateway said, and whether its money is credited because of it."""

    said: Said
    is_credited_now: bool = False


def ask_gateway(*, order_id: str, now: datetime) -> Answered:
    """Ask about one recharge; credit it where the gateway has its money, once.

    In no transaction: the network is asked. Raises payments.UnknownOrder.
    """
    assert not connection.in_atomic_block, "the network is asked here"
    try:
        answer = payments.ask(order_id=order_id)
    except payments.UnknownOrder:
        raise
    except BijligharError as error:
        log.warning("payments.order.not_asked", order_id=order_id, why=str(error))
        return Answered(said=Said.SILENT)
    if answer is None:
        return Answered(said=Said.NOTHING)
    if isinstance(answer, Refused):
        payments.refuse(refused=answer, now=now)
        return Answered(said=Said.REFUSED)
    if isinstance(answer, Pending):
        payments.note_pending(pending=answer, now=now)
        return Answered(said=Said.PENDING)
    try:
        receipt = take_payment(captured=answer, now=now)
    except (payments.UnknownOrder, payments.AmountDiffers) as error:
        # The gateway holds money that belongs to somebody: a person has to look.
        log.error("payments.payment.not_credited", order_id=order_id, why=str(error))
        return Answered(said=Said.CAPTURED)
    return Answered(said=Said.CAPTURED, is_credited_now=receipt.is_new)


def ask_soon(*, order_id: str, now: datetime) -> bool:
    """Somebody waits at the page: let the worker ask, not more often than is decent."""
    with transaction.atomic(durable=True):
        is_due = payments.take_up_asking(order_id=order_id, now=now)
        if is_due:
            later.ask_gateway(order_id=order_id)
    return is_due


def ask_due(*, now: datetime, limit: int = payments.ASKED_AT_ONCE) -> int:
    """Ask about every recharge that has waited long enough; how many were asked.

    Each is noted as asked before it is, so that a gateway which hangs is not asked about
    the same one by two workers.
    """
    with transaction.atomic(durable=True):
        due = payments.take_up_due(now=now, limit=limit)
    for order_id in due:
        ask_gateway(order_id=order_id, now=now)
    return len(due)
