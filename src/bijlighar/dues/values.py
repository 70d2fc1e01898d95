"""What crosses the border of dues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalments:
    """So many parts, one a month: the first on a day, the others on that day of later
    months (or the last day of a shorter one)."""

    count: int
    first_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeShare:
    """So many percent of each recharge."""

    percent: int


Terms: TypeAlias = Instalments | RechargeShare


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """An amount that is to be paid in parts.

    `source` is the idempotency key: a connection's plan of one source is opened once.
    """

    connection_id: int
    amount_paise: int
    terms: Terms
    because: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNow:
    """An open plan and how far it is paid."""

    plan_id: int
    connection_id: int
    amount_paise: int
    left_paise: int
    terms: Terms
    because: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a recharge gave to old dues, and what of them is left."""

    taken_paise: int
    left_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeposit:
    """A security deposit that is held already when it comes in, from an older system."""

    connection_id: int
    amount_paise: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRefund:
    """A deposit, or part of it, that the office pays out."""

    connection_id: int
    amount_paise: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOff:
    """What became of a deposit: what it paid, and what is credit now."""

    against_dues_paise: int
    credited_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositNow:
    """A security deposit: held, asked for and not paid yet, and once set off but not asked
    for again."""

    held_paise: int
    asked_paise: int
    set_off_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """What one bill asked for in all, earlier dues included, and by when."""

    connection_id: int
    until: date
    """The first day after its period: it knows of what took effect by then."""
    due_on: date
    """The last day on which it can be paid without a surcharge."""
    issued_at: datetime
    payable_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLine:
    """So many days of dues unpaid after a due date, at the order's share a month."""

    due_on: date
    first_day: date
    days: int
    dues_paise: int
    share_per_month: str
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCharge:
    """What paying late cost in one month; its lines add up to the amount."""

    connection_id: int
    month: date
    amount_paise: int
    lines: tuple[LateLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestCredit:
    """What a prepaid balance earned in one month: with the one that made it last long
    enough, for the days before it too."""

    connection_id: int
    month: date
    share_per_year: str
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPosted:
    """What a month's run moved: paise by connection, and who was passed over and why."""

    posted: Mapping[int, int]
    rejected: Mapping[int, str]


class Monthly(StrEnum):
    """What is posted once a month."""

    LATE_PAYMENT = "late payment"
    INTEREST = "interest"
