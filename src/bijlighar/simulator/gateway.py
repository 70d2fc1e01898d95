"""The pretend payment gateway: orders, payments, and the events that tell of them.

It behaves like a real one where that matters: an order is made once per receipt, captured
at most once, and told to the webhook with a signature over the raw body until it is heard.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.money import Paise
from bijlighar.simulator.chance import draw_bytes
from bijlighar.simulator.store import together

SIGNATURE_HEADER = "X-Pretend-Signature"
EVENT_ID_HEADER = "X-Pretend-Event-Id"
MAX_AMOUNT_PAISE = 100_000_00
MAX_ATTEMPTS = 500
_LONGEST_WAIT = timedelta(seconds=60)


class UnknownOrder(BijligharError):
    """The gateway has no such order."""


class OrderDiffers(BijligharError):
    """The receipt was used before, for another amount or another connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Keys and addresses of the pretend gateway.

    `webhook_url` None means that nobody is told and the caller of capture carries the
    event itself. `late` is how long a late webhook waits, in real time; `language` is the
    payment page's when none is asked for.
    """

    key_id: str = "pretend_key"
    key_secret: str = "pretend_secret"  # noqa: S105 - a pretend gateway's, no secret
    webhook_secret: str = "pretend_webhook_secret"  # noqa: S105 - the same
    webhook_url: str | None = None
    public_url: str = "http://127.0.0.1:8070"
    late: timedelta = timedelta(seconds=30)
    upi_payee: str = "bijlighar@pretend"
    upi_name: str = "बिजलीघर Bijlighar"
    language: str = "hi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One attempt to pay an order: captured, failed or pending, by the town's clock."""

    id: str
    order_id: str
    status: str
    amount_paise: Paise
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody is asked to pay."""

    id: str
    receipt: str
    amount_paise: Paise
    consumer_number: str
    callback_url: str
    payments: tuple[Payment, ...]

    @property
    def is_paid(self) -> bool:
        """Whether a payment was captured."""
        return any(payment.status == "captured" for payment in self.payments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An event to be told: the raw body and the headers that vouch for it."""

    event_id: str
    body: str
    signature: str
    attempts: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the delivery."""
        return {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: self.signature,
            EVENT_ID_HEADER: self.event_id,
        }


class Gateway:
    """The gateway's books, kept in the world's file."""

    def __init__(
        self,
        *,
        connection: sqlite3.Connection,
        settings: GatewaySettings,
        now: Callable[[], datetime],
        real_now: Callable[[], datetime],
        seed: int,
    ) -> None:
        """`now` is the town's clock; webhooks wait by `real_now`, as wires do."""
        self.settings = settings
        self._connection = connection
        self._now = now
        self._real_now = real_now
        self._seed = seed

    def make_order(
        self,
        *,
        receipt: str,
        amount_paise: Paise,
        consumer_number: str,
        callback_url: str,
    ) -> Order:
        """The order for this receipt: a new one, or the one made before.

        Raises `OrderDiffers` when the receipt was used for something else.
        """
        assert 0 < amount_paise <= MAX_AMOUNT_PAISE
        order_id = "order_" + draw_bytes(self._seed, "order", receipt, size=10).hex()
        self._connection.execute(
            "insert or ignore into gateway_order values (?, ?, ?, ?, ?, ?)",
            (order_id, receipt, amount_paise, consumer_number, callback_url, self._stamp()),
        )
        order = self.order(order_id)
        if (order.amount_paise, order.consumer_number) != (amount_paise, consumer_number):
            raise OrderDiffers(
                f"Receipt {receipt} was used before for another amount or connection."
            )
        return order

    def order(self, order_id: str) -> Order:
        """The order with all attempts to pay it, the oldest first."""
        row = self._connection.execute(
            "select * from gateway_order where id = ?", (order_id,)
        ).fetchone()
        if row is None:
            raise UnknownOrder(f"The gateway has no order {order_id}.")
        payments = self._connection.execute(
            "select * from gateway_payment where order_id = ? order by number", (order_id,)
        )
        attempts = [_payment(payment) for payment in payments]
        attempts += self._hanging(row, attempts)
        return Order(
            id=row["id"],
            receipt=row["receipt"],
            amount_paise=Paise(row["amount_paise"]),
            consumer_number=row["consumer_number"],
            callback_url=row["callback_url"],
            payments=tuple(attempts),
        )

    def pay_url(self, order: Order) -> str:
        """The address of the order's payment page."""
        return f"{self.settings.public_url}/gateway/pay/{order.id}"

    def upi_app_url(self, order: Order) -> str:
        """The address of the pretend UPI app, as it asks for this order."""
        return f"{self.settings.public_url}/gateway/upi/{order.id}"

    def hang(self, order_id: str) -> Order:
        """The bank does not answer: the attempt is pending until somebody ends it."""
        order = self.order(order_id)
        if not order.is_paid:
            self._connection.execute(
                "insert or ignore into gateway_pending values (?, ?)",
                (order_id, self._stamp()),
            )
        return self.order(order_id)

    def fail(self, order_id: str) -> Order:
        """Note an attempt that the bank refused; a paid order stays paid."""
        self._end_hanging(order_id)
        order = self.order(order_id)
        if not order.is_paid:
            self._add_payment(order=order, status="failed")
        return self.order(order_id)

    def capture(self, order_id: str, *, is_late: bool = False) -> Webhook:
        """Capture the order's payment, once, and queue the event that tells of it."""
        order = self.order(order_id)
        if not order.is_paid:
            with together(self._connection):
                payment = self._add_payment(order=order, status="captured")
                self._queue(order=order, payment=payment, is_late=is_late)
        row = self._connection.execute(
            "select webhook.* from webhook join gateway_payment on payment_id = id"
            " where order_id = ?",
            (order_id,),
        ).fetchone()
        return self._webhook(row)

    def due_webhooks(self, *, limit: int) -> list[Webhook]:
        """Events that should be told now, the longest due first."""
        rows = self._connection.execute(
            "select * from webhook where not delivered and due_at <= ? and attempts < ?"
            " order by due_at, number limit ?",
            (self._real_now().timestamp(), MAX_ATTEMPTS, limit),
        )
        return [self._webhook(row) for row in rows]

    def waits_s(self) -> float | None:
        """Real seconds until the next event is due; None when nothing is waiting."""
        (due_at,) = self._connection.execute(
            "select min(due_at) from webhook where not delivered and attempts < ?",
            (MAX_ATTEMPTS,),
        ).fetchone()
        return None if due_at is None else max(due_at - self._real_now().timestamp(), 0.0)

    def note_delivered(self, webhook: Webhook) -> None:
        """The event was heard."""
        self._connection.execute(
            "update webhook set delivered = 1 where event_id = ?", (webhook.event_id,)
        )

    def note_unheard(self, webhook: Webhook) -> None:
        """The event was not heard: it is due again later, each time twice as late."""
        wait = min(timedelta(seconds=0.5) * 2 ** min(webhook.attempts, 10), _LONGEST_WAIT)
        self._connection.execute(
            "update webhook set attempts = attempts + 1, due_at = ? where event_id = ?",
            ((self._real_now() + wait).timestamp(), webhook.event_id),
        )

    def _hanging(self, order: sqlite3.Row, attempts: list[Payment]) -> list[Payment]:
        """The attempt that the bank has not answered, where there is one."""
        row = self._connection.execute(
            "select at from gateway_pending where order_id = ?", (order["id"],)
        ).fetchone()
        if row is None or any(one.status == "captured" for one in attempts):
            return []
        hanging = Payment(
            id="pay_" + draw_bytes(self._seed, order["id"], "hangs", size=10).hex(),
            order_id=order["id"],
            status="pending",
            amount_paise=Paise(order["amount_paise"]),
            at=datetime.fromisoformat(row["at"]),
        )
        return [hanging]

    def _end_hanging(self, order_id: str) -> None:
        self._connection.execute(
            "delete from gateway_pending where order_id = ?", (order_id,)
        )

    def _add_payment(self, *, order: Order, status: str) -> Payment:
        """Write one attempt to pay."""
        attempt = len(order.payments) + 1
        payment_id = "pay_" + draw_bytes(self._seed, order.id, attempt, size=10).hex()
        self._connection.execute(
            "insert into gateway_payment (id, order_id, status, amount_paise, at)"
            " values (?, ?, ?, ?, ?)",
            (payment_id, order.id, status, order.amount_paise, self._stamp()),
        )
        row = self._connection.execute(
            "select * from gateway_payment where id = ?", (payment_id,)
        ).fetchone()
        return _payment(row)

    def _queue(self, *, order: Order, payment: Payment, is_late: bool) -> None:
        """Queue the event of a captured payment."""
        due_at = self._real_now() + (self.settings.late if is_late else timedelta(0))
        event_id = "event_" + draw_bytes(self._seed, payment.id, size=10).hex()
        body = _event_body(order=order, payment=payment)
        self._connection.execute(
            "insert into webhook (event_id, payment_id, body, due_at) values (?, ?, ?, ?)",
            (event_id, payment.id, body, due_at.timestamp()),
        )

    def _webhook(self, row: sqlite3.Row) -> Webhook:
        """The event with its signature."""
        return Webhook(
            event_id=row["event_id"],
            body=row["body"],
            signature=sign(secret=self.settings.webhook_secret, body=row["body"].encode()),
            attempts=row["attempts"],
        )

    def _stamp(self) -> str:
        """The town's time as text."""
        return self._now().isoformat(timespec="seconds")


def sign(*, secret: str, body: bytes) -> str:
    """hex(HMAC-SHA256(secret, raw body)): what the receiver must find in the header."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _payment(row: sqlite3.Row) -> Payment:
    """A payment from its row."""
    return Payment(
        id=row["id"],
        order_id=row["order_id"],
        status=row["status"],
        amount_paise=Paise(row["amount_paise"]),
        at=datetime.fromisoformat(row["at"]),
    )


def _event_body(*, order: Order, payment: Payment) -> str:
    """The event as gateways in India send it, `payment.captured`."""
    at = int(payment.at.timestamp())
    entity = {
        "id": payment.id,
        "entity": "payment",
        "order_id": order.id,
        "amount": payment.amount_paise,
        "currency": "INR",
        "status": "captured",
        "captured": True,
        "method": "upi",
        "notes": {"receipt": order.receipt, "consumer_number": order.consumer_number},
        "created_at": at,
    }
    event = {
        "entity": "event",
        "event": "payment.captured",
        "contains": ["payment"],
        "payload": {"payment": {"entity": entity}},
        "created_at": at,
    }
    return json.dumps(event, separators=(",", ":"))
