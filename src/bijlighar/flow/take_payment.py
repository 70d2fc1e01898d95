"""A recharge is started, paid at the gateway, credited once, and the home is lit again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.dues import service as dues
from bijlighar.flow.review_supply import notice_to, review_supply, tell
from bijlighar.flow.tell_payer import thanks_to_payer
from bijlighar.kernel.money import PAISE_PER_RUPEE, format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.notices.values import NoticeKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import Captured, Receipt, Refused, StartedRecharge
from bijlighar.supply import service as supply

log = structlog.get_logger()


def start_recharge(
    *,
    consumer_number: str,
    amount_paise: int,
    return_url: str,
    payer_login_id: int | None = None,
    now: datetime,
) -> StartedRecharge:
    """Open a recharge at the gateway; `return_url` may hold `{order_id}`.

    `payer_login_id`: who pays for a connection that they may not see.
    Raises connections.UnknownConsumer, payments.AmountOutOfRange, payments.GatewaySilent.
    """
    home = connections.home_of(consumer_number=consumer_number)
    return payments.start(
        connection_id=home.connection_id,
        consumer_number=consumer_number,
        amount_paise=amount_paise,
        return_url=return_url,
        payer_login_id=payer_login_id,
        now=now,
    )


def receive_webhook(
    *, gateway: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> Receipt | None:
    """Take a gateway's webhook: verify, keep it, credit it once; None for a failed payment.

    Answered only after the credit is durable: the gateway repeats what was not answered.
    Raises payments.UnknownGateway, BadSignature, BadMessage, UnknownOrder, AmountDiffers.
    """
    message = payments.verify(gateway=gateway, body=body, headers=headers)
    payments.keep_webhook(gateway=gateway, body=body, now=now)
    if isinstance(message, Refused):
        payments.refuse(refused=message, now=now)
        return None
    try:
        return take_payment(captured=message, now=now)
    except (payments.UnknownOrder, payments.AmountDiffers) as error:
        # The gateway holds money that belongs to somebody: a person has to look.
        log.error(
            "payments.payment.not_credited",
            gateway=gateway,
            payment_id=message.gateway_payment_id,
            why=str(error),
        )
        raise


def take_payment(*, captured: Captured, now: datetime) -> Receipt:
    """Credit a captured payment and act on the new balance, all in one transaction.

    It is credited whole; where old dues are paid by shares of recharges, theirs is taken
    then, and what is left decides. A disconnection that waits is withdrawn; a home that is
    dark is queued to be lit. Either everything of this is kept or nothing, whenever the
    process is killed.
    """
    with transaction.atomic(durable=True):
        receipt = payments.credit(captured=captured, now=now)
        if receipt.is_new:
            _pay_old_dues(receipt, now)
            _thank(receipt, now)
            tell(new=thanks_to_payer(receipt=receipt), now=now)
            review_supply(connection_ids=[receipt.connection_id], now=now)
    log.info("payments.payment.taken", order_id=receipt.order_id, is_new=receipt.is_new)
    return receipt


def _pay_old_dues(receipt: Receipt, now: datetime) -> None:
    taken = dues.take_from_recharge(
        connection_id=receipt.connection_id,
        recharge_paise=receipt.amount_paise,
        source=receipt.entry_source,
        catch_up_percent=charges.policy().percent_of_recharge_for_arrears,
        now=now,
    )
    if taken is not None:
        log.info(
            "dues.share.taken",
            connection_id=receipt.connection_id,
            order_id=receipt.order_id,
            paise=taken.taken_paise,
            left_paise=taken.left_paise,
        )


def _needed_paise(connection_id: int, balance_paise: int, now: datetime) -> int:
    """The recharge in whole rupees that brings a home back, shares of old dues included."""
    needed = payments.least_recharge_paise(
        balance_paise=balance_paise,
        level_paise=supply.money_needed_paise(
            policy_name=settings.BIJLIGHAR["supply_policy"]
        ),
    )
    whole = dues.recharge_that_leaves(
        connection_id=connection_id,
        wanted_paise=needed,
        catch_up_percent=charges.policy().percent_of_recharge_for_arrears,
        now=now,
    )
    return -(-whole // PAISE_PER_RUPEE) * PAISE_PER_RUPEE


def _thank(receipt: Receipt, now: datetime) -> None:
    home = connections.homes(connection_ids=[receipt.connection_id])[0]
    held = ledger.balances_of(owner_ids=[receipt.connection_id])[receipt.connection_id]
    needed = _needed_paise(receipt.connection_id, held.balance_paise, now)
    said = {"balance": format_rupees(held.balance_paise)}
    if needed:
        said = {"due": format_rupees(-held.balance_paise), "needed": format_rupees(needed)}
    thanks = notice_to(
        home=home,
        kind=NoticeKind.RECHARGED_TOO_LITTLE if needed else NoticeKind.RECHARGED,
        source=f"recharge:{receipt.entry_source}",
        parameters={
            "consumer_number": home.consumer_number,
            "amount": format_rupees(receipt.amount_paise),
            **said,
        },
    )
    tell(new=[thanks], now=now)
