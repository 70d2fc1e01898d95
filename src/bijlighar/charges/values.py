"""What crosses the border of charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.tariffs.values import Line, Name, Schedule, Slices


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLineText:
    """One line of a day's charge in both languages."""

    head: str
    text_en: str
    text_hi: str
    amount_paise: int
    source: str
    funded_by: str
    """Who pays a relief; empty where the consumer pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayExplained:
    """What one supply day cost and why; the lines add up to the total."""

    connection_id: int
    day: date
    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    month_energy_wh: int
    total_paise: int
    heads_paise: Mapping[str, int]
    lines: tuple[ChargeLineText, ...]
    is_estimated: bool
    is_provisional: bool
    """Charged by estimate: the meter has told nothing of this day yet."""
    version: int
    """How often the day was charged anew; 0 for the first time."""
    order_name_en: str
    order_name_hi: str
    charged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """A charged day in short."""

    day: date
    energy_wh: int
    total_paise: int
    is_estimated: bool
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSoFar:
    """What a connection's month so far rests on, by its last charged day.

    `slices` is the month to date under `schedule`, one row; `ends` is the end of the part
    of the month that it lies in.
    """

    connection_id: int
    day: date
    ends: date
    schedule: Schedule
    slices: Slices
    total_paise: int
    is_estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """A day to come, or one that is not charged yet: its expected use and what it costs."""

    day: date
    energy_wh: int
    cost_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """The days after the last charged one, in order, at the home's usual use."""

    connection_id: int
    known_through: date
    days: tuple[DayAhead, ...]
    is_tariff_assumed: bool
    """An order or percentage of these days is not known yet: today's was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """What a threshold took at once, for which a supply is not cut before `held_until`."""

    paise: int
    held_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What closing days brought for one connection."""

    connection_id: int
    days: tuple[date, ...]
    total_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCharged:
    """A connection whose days could not be charged, and the sentence that says why."""

    connection_id: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdAhead:
    """A month so far that is close to a threshold above which it gets dearer at once."""

    connection_id: int
    month: date
    """Its first day."""
    used_wh: int
    threshold_wh: int
    costs_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedDays:
    """What closing days brought: who was charged, who could not be, who is to be warned.

    By connection: a night has a million, so they are told as they are needed.
    """

    days: Mapping[int, tuple[date, ...]]
    paise: Mapping[int, int]
    rejected: tuple[NotCharged, ...]
    ahead: tuple[ThresholdAhead, ...]

    @property
    def charged(self) -> tuple[Charged, ...]:
        """Each connection's days and what they came to."""
        return tuple(
            Charged(connection_id=one, days=days, total_paise=self.paise[one])
            for one, days in self.days.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPart:
    """The days of a period under one order, category, load, payment mode and meter.

    `slices` is the month to date at the end of `last`; the lines are what the days of the
    part in the period cost, and add up to their total.
    """

    first: date
    last: date
    order_name: Name
    schedule: Schedule
    slices: Slices
    lines: tuple[Line, ...]
    heads_paise: Mapping[str, int]
    total_paise: int
    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    meter_id: int
    sanctioned_load_w: int
    is_prepaid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedPeriod:
    """What the charged days of a period came to, as they hold now, in order."""

    connection_id: int
    parts: tuple[PeriodPart, ...]
    days: tuple[DayTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedPeriods:
    """Periods by connection, of those that have a charged day and can be explained."""

    found: Mapping[int, ChargedPeriod]
    rejected: tuple[NotCharged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one funder owes for a month's reliefs under one schedule and head.

    Of a correction, `connections` are those that were charged anew, and both amounts are
    theirs; a claim of the month itself has nothing claimed before.
    """

    month: date
    """Of the supply days: its first day."""
    funder: str
    state: str
    discom: str
    category: str
    eligible: str
    """Whom the schedule is for, in the order's words."""
    order_en: str
    in_force_from: date
    head: str
    connections: int
    energy_wh: int
    claimed_before_paise: int
    holds_now_paise: int

    @property
    def amount_paise(self) -> int:
        """What is claimed now; negative where it is to be given back."""
        return self.holds_now_paise - self.claimed_before_paise


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is claimed with one month's books, which close at an instant."""

    month: date
    closes_at: datetime
    claims: tuple[Claim, ...]
    corrections: tuple[Claim, ...]
    """Of earlier months, known since their books closed."""
