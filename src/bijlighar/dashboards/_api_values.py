"""What machines and exports are given: rows of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.people.values import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where somebody may see connections, and where of these the contact and the money."""

    scope: Scope
    contact: Scope
    money: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionAsked:
    """Which connections another system asks for; what is empty does not narrow."""

    limit: int
    consumer_number: str | None = None
    number_begins: str = ""
    meter_serial: str = ""
    supply_state: str = ""
    below_id: int | None = None
    after: str | None = None
    """Only consumer numbers that sort after this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionListed:
    """One connection as another system gets it, before contact and money are masked."""

    connection_id: int
    consumer_number: str
    name_en: str
    name_hi: str
    language: str
    mobile: str
    shows_contact: bool
    shows_money: bool
    transformer_id: int
    transformer_code: str
    meter_id: int | None
    meter_serial: str | None
    installed_on: date | None
    category: str | None
    sanctioned_load_w: int | None
    payment_mode: str | None
    supply_state: str | None
    supply_since: datetime | None
    balance_paise: int | None
    balance_as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterListed:
    """What a meter showed at the end of a supply day."""

    day: date
    meter_serial: str
    register_wh: int
    source: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptListed:
    """A recharge that was credited."""

    receipt_id: int
    gateway: str
    gateway_payment_id: str
    amount_paise: int
    captured_at: datetime
    credited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyChangeListed:
    """One change of a supply."""

    change_id: int
    event: str
    state_before: str
    state_after: str
    at: datetime
    because: str
    balance_paise: int | None
    balance_as_of: datetime | None
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeListed:
    """One thing that a consumer was told."""

    notice_id: int
    kind: str
    language: str
    text: str
    state: str
    at: datetime
    sent_at: datetime | None
