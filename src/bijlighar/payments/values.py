"""What crosses the border of payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RechargeState(StrEnum):
    """How far a recharge got, told truthfully."""

    CREATED = "created"
    """The gateway has been asked; no money has been seen yet."""
    PAID = "paid"
    """Captured and credited."""
    FAILED = "failed"
    """The gateway said no; a later success is still taken."""


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
class GatewayOrder:
    """An order as the gateway opened it."""

    gateway_order_id: str
    pay_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRecharge:
    """A recharge that can now be paid on the gateway's page."""

    order_id: str
    gateway_order_id: str
    pay_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A payment that was credited, or had been before."""

    connection_id: int
    order_id: str
    amount_paise: int
    entry_source: str
    is_new: bool
    """False where the same payment was credited already: nothing happened now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargePicture:
    """One recharge as its consumer sees it."""

    order_id: str
    consumer_number: str
    amount_paise: int
    state: RechargeState
    created_at: datetime
    credited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """A recharge that somebody started, and how far it got."""

    order_id: str
    amount_paise: int
    state: RechargeState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRecharge:
    """The last recharge of a connection: what percentages of the policy are taken of."""

    connection_id: int
    amount_paise: int
    credited_at: datetime
    key: str
