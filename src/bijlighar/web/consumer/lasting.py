"""How long the balance lasts, by what this home's own days cost.

A day to come is expected to cost what the same weekday cost of late: what a day costs
holds its share of the fixed charges, so those accrue with it. The days that are used but
not deducted yet come off first. All in whole paise and minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bijlighar.dashboards.values import DayOfUse
from bijlighar.kernel.ist import ONE_DAY, in_ist, supply_day_of
from bijlighar.kernel.money import divide_half_up

LEAST_DAYS = 3
"""Of fewer days nobody's habit can be told."""
SAME_WEEKDAYS = 2
"""So many of one weekday make a habit of it."""
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


def lasting(
    days: Sequence[DayOfUse],
    *,
    balance_paise: int,
    charged_through: date | None,
    now: datetime,
) -> Lasting | None:
    """When the balance comes to nothing; None where it has, or no habit is known yet.

    `days` are those before today, with what each cost where that is known.
    """
    known = {one.day: one.charge_paise for one in days if one.charge_paise is not None}
    if balance_paise <= 0 or charged_through is None or len(known) < LEAST_DAYS:
        return None
    today, left = supply_day_of(now), balance_paise
    day = charged_through + ONE_DAY
    while day <= today + ONE_DAY * MOST_DAYS:
        cost = usual_of(known, day)
        if cost > 0 and left < cost:
            return _told(day, left * MINUTES_A_DAY // cost, now)
        left -= cost
        day += ONE_DAY
    return Lasting(day=None, part=None, days_ahead=MOST_DAYS)


def usual_of(known: Mapping[date, int], day: date) -> int:
    """What such a day comes to: the mean of its weekday, else of all days; half up."""
    same = [value for one, value in known.items() if one.weekday() == day.weekday()]
    counted = same if len(same) >= SAME_WEEKDAYS else list(known.values())
    return divide_half_up(sum(counted), len(counted)) if counted else 0


def usual_wh(days: Sequence[DayOfUse], *, day: date) -> int | None:
    """What such a day uses as a rule; None where no habit is known yet."""
    known = {one.day: one.energy_wh for one in days if one.energy_wh is not None}
    return usual_of(known, day) if len(known) >= LEAST_DAYS else None


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
