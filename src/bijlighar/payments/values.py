"""What crosses the border of payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RechargeState(StrEnum):
    """How far a recharge got, told truthfully."""

    CREATED = "created"
    """The gateway has been asked; no money has been seen yet."""
    PAID = "paid"
    """Captured and credited."""
    FAILED = "failed"
    """The gateway said no; a later success is still taken."""


class Standing(StrEnum):
    """How a recharge stands, as its payer is told it."""

    WAITING = "waiting"
    """The gateway has been asked; it is too soon to wonder."""
    UNCONFIRMED = "unconfirmed"
    """Some time has passed and the gateway knows of no money: perhaps nobody has paid."""
    PENDING = "pending"
    """The gateway says that the bank has not answered."""
    FAILED = "failed"
    OVER = "over"
    """So long ago that no money comes any more."""
    PAID = "paid"
    LATE = "late"
    """Credited after the gateway had said that it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A payment that a gateway says it has captured, after its signature was verified."""

    gateway: str
    gateway_payment_id: str
    gateway_order_id: str
    amount_paise: int
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A payment attempt that a gateway says has failed."""

    gateway: str
    gateway_order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A payment is on its way, says the gateway: the bank has not answered yet."""

    gateway: str
    gateway_order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOrder:
    """An order as the gateway opened it."""

    gateway_order_id: str
    pay_url: str
    upi_uri: str = ""
    """`upi://pay?...` for a UPI app, where the gateway takes UPI outside its page."""
    upi_opens: str = ""
    """Where a phone is led instead of a UPI app: the demo's pretend one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRecharge:
    """A recharge that can now be paid: by UPI, or on the gateway's page."""

    order_id: str
    gateway_order_id: str
    pay_url: str
    has_upi: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A payment that was credited, or had been before."""

    connection_id: int
    order_id: str
    amount_paise: int
    entry_source: str
    is_new: bool
    """False where the same payment was credited already: nothing happened now."""
    for_another: PaidForAnother | None = None
    """None: who paid may see the connection, or nothing happened now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidForAnother:
    """Who paid for a connection that they may not see, and their receipt's number."""

    login_id: int
    receipt_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargePicture:
    """One recharge as its consumer sees it."""

    order_id: str
    connection_id: int
    consumer_number: str
    amount_paise: int
    state: RechargeState
    created_at: datetime
    credited_at: datetime | None
    pay_url: str
    upi_uri: str
    upi_opens: str
    payer_login_id: int | None
    """Who pays for somebody else; None: who may see the connection."""
    pending_at: datetime | None
    """Since when the gateway says that a payment is on its way; None: nobody knows."""
    failed_at: datetime | None
    asked_at: datetime | None

    @property
    def came_late(self) -> bool:
        """Whether it was credited after the gateway had said that it failed."""
        return self.credited_at is not None and self.failed_at is not None

    @property
    def has_upi(self) -> bool:
        """Whether it can be paid in a UPI app."""
        return bool(self.upi_uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """A recharge that somebody started, and how far it got."""

    order_id: str
    amount_paise: int
    state: RechargeState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A recharge whose consumer has to be told how it stands."""

    order_id: str
    connection_id: int
    amount_paise: int
    created_at: datetime
    payer_login_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRecharge:
    """The last recharge of a connection: what percentages of the policy are taken of."""

    connection_id: int
    amount_paise: int
    credited_at: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentShown:
    """A payment that was credited, as the account's history shows it."""

    payment_id: int
    order_id: UUID
    amount_paise: int
    captured_at: datetime
    credited_at: datetime
    gateway: str
    gateway_payment_id: str
    balance_before_paise: int | None
    """What the wallet held before it; None of payments from before this was kept."""
    is_by_another: bool
    """Whether somebody paid who may not see the connection."""
    old_dues_paise: int
    """What old dues that are paid by shares took of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsTotal:
    """How many payments, and how much in all."""

    payments: int
    paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFor:
    """To what a payment went, in this order; together they are the payment."""

    old_dues_paise: int
    unpaid_paise: int
    """What was owed for electricity already used."""
    balance_paise: int
    """What is left for the days ahead."""
