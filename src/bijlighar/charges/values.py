"""What crosses the border of charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLineText:
    """One line of a day's charge in both languages."""

    head: str
    text_en: str
    text_hi: str
    amount_paise: int
    source: str


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
    order_name_en: str
    order_name_hi: str
    charged_at: datetime
    entry_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """A charged day in short."""

    day: date
    energy_wh: int
    total_paise: int


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
class ChargedDays:
    """What closing days brought: who was charged, and who could not be."""

    charged: tuple[Charged, ...]
    rejected: tuple[NotCharged, ...]
