"""A month as the address names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.kernel.ist import month_starts, next_month_starts, supply_day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthAsked:
    """A month of India, as days in [first, until)."""

    name: str
    first: date
    until: date


def month_asked(named: str | None, *, now: datetime) -> MonthAsked:
    """The month that is named `2026-04`; the running one where none is."""
    first = date.fromisoformat(f"{named}-01") if named else month_starts(supply_day_of(now))
    return MonthAsked(name=f"{first:%Y-%m}", first=first, until=next_month_starts(first))
