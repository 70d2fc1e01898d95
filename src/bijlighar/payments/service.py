"""Recharges: opened at a gateway, credited once when the gateway proves the payment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.money import PAISE_PER_RUPEE
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.payments import rules, upi
from bijlighar.payments._asking import ASKED_AT_ONCE as ASKED_AT_ONCE
from bijlighar.payments._asking import MOST_ASKED as MOST_ASKED
from bijlighar.payments._asking import failed_untold as failed_untold
from bijlighar.payments._asking import orders_since as orders_since
from bijlighar.payments._asking import pending_untold as pending_untold
from bijlighar.payments._asking import take_up_asking as take_up_asking
from bijlighar.payments._asking import take_up_due as take_up_due
from bijlighar.payments._lookups import TooManyLookups as TooManyLookups
from bijlighar.payments._lookups import count_lookup as count_lookup
from bijlighar.payments._lookups import forget_lookups as forget_lookups
from bijlighar.payments.gateways.pretend import gateway as pretend
from bijlighar.payments.gateways.pretend.gateway import (
    BadMessage,
    BadSignature,
    GatewaySilent,
)
from bijlighar.payments.models import Payment, RechargeOrder, WebhookReceived
from bijlighar.payments.values import (
    Captured,
    GatewayOrder,
    LastRecharge,
    PaidForAnother,
    Pending,
    Receipt,
    RechargePicture,
    RechargeState,
    Refused,
    StartedRecharge,
)

__all__ = ["BadMessage", "BadSignature", "GatewaySilent"]  # raised here, caught outside

log = structlog.get_logger()

RECHARGE = "recharge"
returns_by = rules.returns_by
standing = rules.standing
masked_name = rules.masked_name
receipt_number = rules.receipt_number
used_for = rules.used_for
LEAST_PAISE = 10_00
MOST_PAISE = 1_00_000_00

GATEWAYS = {pretend.NAME: pretend}
"""Every gateway by the name that settings and webhook addresses use."""


class UnknownGateway(BijligharError):
    """There is no such payment gateway here."""


class UnknownOrder(BijligharError):
    """There is no recharge with this number."""


class AmountOutOfRange(BijligharError):
    """A recharge is at least 10 and at most 1,00,000 rupees."""


class AmountDiffers(BijligharError):
    """The gateway captured another amount than was ordered: a person has to look."""


def start(
    *,
    connection_id: int,
    consumer_number: str,
    amount_paise: int,
    return_url: str,
    payer_login_id: int | None = None,
    now: datetime,
) -> StartedRecharge:
    """Open a recharge at the gateway of this installation.

    `return_url` may hold `{order_id}`. Our order is kept before the gateway is asked, so
    that a payment never arrives for an order nobody knows. `payer_login_id`: who pays for
    a connection that they may not see. Raises AmountOutOfRange, GatewaySilent.
    """
    if not LEAST_PAISE <= amount_paise <= MOST_PAISE:
        raise AmountOutOfRange("A recharge is at least ₹10.00 and at most ₹1,00,000.00.")
    order = RechargeOrder.objects.create(
        id=uuid.uuid4(),
        connection_id=connection_id,
        consumer_number=consumer_number,
        gateway=settings.BIJLIGHAR["gateway"],
        amount_paise=amount_paise,
        state=RechargeState.CREATED.value,
        payer_login_id=payer_login_id,
        created_at=now,
    )
    opened = GATEWAYS[order.gateway].open_order(
        url=settings.BIJLIGHAR["gateway_url"],
        key_id=settings.BIJLIGHAR["gateway_key_id"],
        key_secret=settings.BIJLIGHAR["gateway_key_secret"],
        receipt=str(order.pk),
        amount_paise=amount_paise,
        consumer_number=consumer_number,
        return_url=return_url.format(order_id=order.pk),
    )
    upi_uri = _upi_of(opened, amount_paise)
    RechargeOrder.objects.filter(pk=order.pk).update(
        gateway_order_id=opened.gateway_order_id,
        pay_url=opened.pay_url,
        upi_uri=upi_uri,
        upi_opens=opened.upi_opens if upi_uri else "",
    )
    return StartedRecharge(
        order_id=str(order.pk),
        gateway_order_id=opened.gateway_order_id,
        pay_url=opened.pay_url,
        has_upi=bool(upi_uri),
    )


def verify(*, gateway: str, body: bytes, headers: Mapping[str, str]) -> Captured | Refused:
    """What a gateway's webhook says, once its signature is proved; nothing is written.

    Raises UnknownGateway, BadSignature, BadMessage.
    """
    if gateway not in GATEWAYS:
        raise UnknownGateway(f"There is no gateway named {gateway}.")
    message: Captured | Refused = GATEWAYS[gateway].verified(
        body=body, headers=headers, secret=settings.BIJLIGHAR["gateway_webhook_secret"]
    )
    return message


def keep_webhook(*, gateway: str, body: bytes, now: datetime) -> None:
    """Keep a verified message byte for byte."""
    WebhookReceived.objects.create(gateway=gateway, body=body, received_at=now)


def credit(*, captured: Captured, now: datetime) -> Receipt:
    """Credit a captured payment to its wallet, once, whatever is repeated.

    The wallet's row is locked first, so that two copies of one webhook meet there.
    Raises UnknownOrder, AmountDiffers.
    """
    with transaction.atomic():
        order = _order_of(captured)
        held = ledger.lock_balances(owner_ids=[order.connection_id])
        source = f"{captured.gateway}:{captured.gateway_payment_id}"
        posted = ledger.post(entries=[_entry(order, captured, source)], now=now)
        for_another = None
        if posted:
            payment = Payment.objects.create(
                order=order,
                connection_id=order.connection_id,
                gateway=captured.gateway,
                gateway_payment_id=captured.gateway_payment_id,
                amount_paise=captured.amount_paise,
                captured_at=captured.captured_at,
                credited_at=now,
                balance_before_paise=held[order.connection_id].balance_paise,
            )
            RechargeOrder.objects.filter(pk=order.pk).update(state=RechargeState.PAID.value)
            for_another = _for_another(order, payment)
    return Receipt(
        connection_id=order.connection_id,
        order_id=str(order.pk),
        amount_paise=captured.amount_paise,
        entry_source=source,
        is_new=bool(posted),
        for_another=for_another,
    )


def ask(*, order_id: str) -> Captured | Refused | Pending | None:
    """What the gateway itself says of a recharge, for a message that never came.

    None: it knows of no money. Nothing is written; the caller credits what was captured,
    and is in no transaction: the network is asked. Raises UnknownOrder, GatewaySilent,
    BadMessage.
    """
    order = RechargeOrder.objects.filter(pk=uuid.UUID(order_id)).first()
    if order is None:
        raise UnknownOrder(f"There is no recharge with the number {order_id}.")
    if not order.gateway_order_id:
        return None  # The gateway never answered when it was opened: nobody could pay it.
    said: Captured | Refused | Pending | None = GATEWAYS[order.gateway].asked(
        url=settings.BIJLIGHAR["gateway_url"],
        key_id=settings.BIJLIGHAR["gateway_key_id"],
        key_secret=settings.BIJLIGHAR["gateway_key_secret"],
        gateway_order_id=order.gateway_order_id,
    )
    return said


def refuse(*, refused: Refused, now: datetime) -> None:
    """The gateway said no: the order is failed unless a payment for it was credited."""
    RechargeOrder.objects.filter(
        gateway=refused.gateway,
        gateway_order_id=refused.gateway_order_id,
        state=RechargeState.CREATED.value,
    ).update(state=RechargeState.FAILED.value, failed_at=now)


def note_pending(*, pending: Pending, now: datetime) -> None:
    """The gateway says that a payment is on its way; kept since when."""
    RechargeOrder.objects.filter(
        gateway=pending.gateway,
        gateway_order_id=pending.gateway_order_id,
        state=RechargeState.CREATED.value,
        pending_at=None,
    ).update(pending_at=now)


def recharge_of(*, order_id: str) -> RechargePicture:
    """One recharge. Raises UnknownOrder."""
    try:
        order = RechargeOrder.objects.get(pk=uuid.UUID(order_id))
    except (RechargeOrder.DoesNotExist, ValueError) as error:
        raise UnknownOrder(f"There is no recharge with the number {order_id}.") from error
    payment = Payment.objects.filter(order=order).order_by("id").first()
    return RechargePicture(
        order_id=str(order.pk),
        connection_id=order.connection_id,
        consumer_number=order.consumer_number,
        amount_paise=order.amount_paise,
        state=RechargeState(order.state),
        created_at=order.created_at,
        credited_at=payment.credited_at if payment else None,
        pay_url=order.pay_url,
        upi_uri=order.upi_uri,
        upi_opens=order.upi_opens,
        payer_login_id=order.payer_login_id,
        pending_at=order.pending_at,
        failed_at=order.failed_at,
        asked_at=order.asked_at,
    )


def least_recharge_paise(*, balance_paise: int, level_paise: int) -> int:
    """The least recharge in whole rupees that lifts a balance above a level, or 0."""
    if balance_paise > level_paise:
        return 0
    missing = level_paise - balance_paise + 1
    rupees = -(-missing // PAISE_PER_RUPEE)
    return max(rupees * PAISE_PER_RUPEE, LEAST_PAISE)


def last_recharges(*, connection_ids: Sequence[int]) -> dict[int, LastRecharge]:
    """The last recharge of each connection that ever had one."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.payments", "last_recharges"), {"ids": list(connection_ids)}
        )
        return {row["connection_id"]: LastRecharge(**row) for row in rows(cursor)}


def _upi_of(opened: GatewayOrder, amount_paise: int) -> str:
    """The gateway's UPI address, where it asks for what was ordered; else it shows none."""
    if not opened.upi_uri:
        return ""
    try:
        upi.insist_on(opened.upi_uri, amount_paise=amount_paise)
    except upi.WrongUpi as error:
        log.error("payments.upi.refused", order=opened.gateway_order_id, why=str(error))
        return ""
    return opened.upi_uri


def _order_of(captured: Captured) -> RechargeOrder:
    try:
        order = RechargeOrder.objects.get(
            gateway=captured.gateway, gateway_order_id=captured.gateway_order_id
        )
    except RechargeOrder.DoesNotExist as error:
        raise UnknownOrder(
            f"No order {captured.gateway_order_id} was opened here."
        ) from error
    if order.amount_paise != captured.amount_paise:
        raise AmountDiffers(
            f"Order {order.pk}: {order.amount_paise} paise were ordered and"
            f" {captured.amount_paise} captured. A person has to look."
        )
    return order


def _for_another(order: RechargeOrder, payment: Payment) -> PaidForAnother | None:
    if order.payer_login_id is None:
        return None
    number = rules.receipt_number(payment_id=payment.pk, credited_at=payment.credited_at)
    return PaidForAnother(login_id=order.payer_login_id, receipt_number=number)


def _entry(order: RechargeOrder, captured: Captured, source: str) -> NewEntry:
    return NewEntry(
        reason=RECHARGE,
        source=source,
        effective_at=captured.captured_at,
        transfers=(
            NewTransfer(
                debit=BookOf(book=Book.GATEWAY, head=captured.gateway),
                credit=WalletOf(owner_id=order.connection_id),
                head=RECHARGE,
                amount_paise=captured.amount_paise,
            ),
        ),
    )
