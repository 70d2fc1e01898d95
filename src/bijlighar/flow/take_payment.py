"""A recharge is started, paid at the gateway, credited once, and the home is lit again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import notice_to, review_supply, tell
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.notices.values import NoticeKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import Captured, Receipt, Refused, StartedRecharge
from bijlighar.supply import service as supply

log = structlog.get_logger()


def start_recharge(
    *, consumer_number: str, amount_paise: int, return_url: str, now: datetime
) -> StartedRecharge:
    """Open a recharge at the gateway; `return_url` may hold `{order_id}`.

    Raises connections.UnknownConsumer, payments.AmountOutOfRange, payments.GatewaySilent.
    """
    home = connections.home_of(consumer_number=consumer_number)
    return payments.start(
        connection_id=home.connection_id,
        consumer_number=consumer_number,
        amount_paise=amount_paise,
        return_url=return_url,
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
        payments.refuse(refused=message)
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

    A disconnection that waits is withdrawn; a home that is dark is queued to be lit. Either
    everything of this is kept or nothing, whenever the process is killed.
    """
    with transaction.atomic(durable=True):
        receipt = payments.credit(captured=captured, now=now)
        if receipt.is_new:
            _thank(receipt, now)
            review_supply(connection_ids=[receipt.connection_id], now=now)
    log.info("payments.payment.taken", order_id=receipt.order_id, is_new=receipt.is_new)
    return receipt


def _thank(receipt: Receipt, now: datetime) -> None:
    home = connections.homes(connection_ids=[receipt.connection_id])[0]
    held = ledger.balances_of(owner_ids=[receipt.connection_id])[receipt.connection_id]
    needed = payments.least_recharge_paise(
        balance_paise=held.balance_paise,
        level_paise=supply.money_needed_paise(
            policy_name=settings.BIJLIGHAR["supply_policy"]
        ),
    )
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
