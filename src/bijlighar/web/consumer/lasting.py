"""How long the balance lasts, and what the month comes to, at the home's usual use.

A day to come is expected to use what the same weekday used of late, and is rated by the
tariff (charges.foretell): a dearer slab ahead, a threshold or the fixed charge is in it.
The days that are used but not deducted yet come off first. All in whole paise and minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bijlighar.charges import service as charges
from bijlighar.charges.values import DayTotal, Foretold
from bijlighar.dashboards.values import DayOfUse
from bijlighar.kernel.ist import ONE_DAY, in_ist, month_starts, supply_day_of

MOST_DAYS = 31
EXACT_DAYS = 6
"""So far ahead the part of the day is told; beyond, the date alone."""
MINUTES_A_DAY = 24 * 60


class Part(StrEnum):
    """A part of a day, as people name it."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


_BEGINS = ((20, Part.NIGHT), (16, Part.EVENING), (12, Part.AFTERNOON), (5, Part.MORNING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """When the money is used up at the usual pace.

    `day` None: not within a month. `part` None: too far off to tell.
    """

    day: date | None
    part: Part | None
    days_ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthAhead:
    """The running month: what is charged so far, and what it comes to in the end.

    `expected_…` None where no habit is known yet.
    """

    month: date
    """Its first day."""
    known_through: date | None
    """The last charged day of it; None before the first."""
    used_wh: int
    spent_paise: int
    expected_wh: int | None
    expected_paise: int | None
    is_tariff_assumed: bool


def lasting(
    foretold: Foretold | None, *, balance_paise: int, now: datetime
) -> Lasting | None:
    """When the balance comes to nothing; None where it has, or no habit is known yet."""
    if balance_paise <= 0 or foretold is None:
        return None
    last, left = supply_day_of(now) + ONE_DAY * MOST_DAYS, balance_paise
    for one in foretold.days:
        if one.day > last:
            break
        if one.cost_paise > 0 and left < one.cost_paise:
            return _told(one.day, left * MINUTES_A_DAY // one.cost_paise, now)
        left -= one.cost_paise
    return Lasting(day=None, part=None, days_ahead=MOST_DAYS)


def month_ahead(
    charged: Sequence[DayTotal], foretold: Foretold | None, *, month: date
) -> MonthAhead:
    """What a month comes to; `charged` holds its charged days."""
    used, spent = sum(d.energy_wh for d in charged), sum(d.total_paise for d in charged)
    to_come = [
        one for one in (foretold.days if foretold else ()) if month_starts(one.day) == month
    ]
    return MonthAhead(
        month=month,
        known_through=charged[-1].day if charged else None,
        used_wh=used,
        spent_paise=spent,
        expected_wh=used + sum(d.energy_wh for d in to_come) if foretold else None,
        expected_paise=spent + sum(d.cost_paise for d in to_come) if foretold else None,
        is_tariff_assumed=bool(foretold and foretold.is_tariff_assumed),
    )


def foretell(connection_id: int, *, now: datetime) -> Foretold | None:
    """The days to come of a home, as far ahead as anybody is told of."""
    until = supply_day_of(now) + ONE_DAY * (MOST_DAYS + 1)
    return charges.foretell(connection_id=connection_id, until=until)


def usual_wh(days: Sequence[DayOfUse], *, day: date) -> int | None:
    """What such a day uses as a rule; None where no habit is known yet."""
    known = {one.day: one.energy_wh for one in days if one.energy_wh is not None}
    return charges.usual_of(known, day) if len(known) >= charges.LEAST_DAYS else None


def _told(day: date, minute: int, now: datetime) -> Lasting:
    """The instant as people say it; what has passed already is now."""
    here = in_ist(now)
    passed = (here.hour * 60 + here.minute) if day == here.date() else 0
    if day < here.date():
        day, passed = here.date(), here.hour * 60 + here.minute
        minute = passed
    hour = max(minute, passed) // 60
    if hour < _BEGINS[-1][0]:
        # Before dawn is the night of the day before, unless that is over.
        day, hour = (day - timedelta(days=1), 23) if day > here.date() else (day, hour)
    ahead = (day - here.date()).days
    part = next((name for begins, name in _BEGINS if hour >= begins), Part.NIGHT)
    return Lasting(day=day, part=part if ahead <= EXACT_DAYS else None, days_ahead=ahead)
