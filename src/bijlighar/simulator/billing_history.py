"""A pretend meter's billing periods: months of India, each with its highest demand.

A period ends at 00:00 of the first of a month. A half-hour is looked at once: what has
ended never changes. Nothing is worked out, or held, before somebody asks.
Source: IS 15959-2, billing profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bijlighar.simulator.house import House
from bijlighar.simulator.town_calendar import (
    SECONDS_PER_BLOCK,
    SECONDS_PER_DAY,
    TownCalendar,
)

PERIODS_KEPT = 12
_DEMANDS_AN_HOUR = 2
_LONGER_THAN_A_MONTH = timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A billing period `[starts, ends)` in seconds, and its highest half-hour in Wh."""

    starts: int
    ends: int
    peak_wh: int
    peak_ends: int | None
    """The last second of that half-hour; None where nothing was used."""

    @property
    def demand_w(self) -> int:
        """The maximum demand: the mean power of the highest half-hour."""
        return self.peak_wh * _DEMANDS_AN_HOUR


class BillingHistory:
    """The periods of one meter up to now."""

    __slots__ = ("_calendar", "_ended", "_house", "_peak_ends", "_peak_wh", "_seen")

    def __init__(self, *, house: House, calendar: TownCalendar) -> None:
        """Begins with the first period that can still be asked for."""
        self._house, self._calendar = house, calendar
        self._ended: list[Period] = []
        self._seen, self._peak_wh = -1, 0
        self._peak_ends: int | None = None

    def periods(self, now: int) -> tuple[Period, ...]:
        """The last twelve that have ended, the oldest first, and the one that runs."""
        first = first_kept(self._calendar, now)
        starts = max(self._ended[-1].ends, first) if self._ended else first
        if self._seen < starts:
            self._seen = starts
            self._forget_peak()
        while (ends := _month_after(self._calendar, starts)) <= now:
            self._look(ends)
            self._ended.append(self._period(starts, ends))
            self._forget_peak()
            starts = ends
        self._look(now - now % SECONDS_PER_BLOCK)
        del self._ended[:-PERIODS_KEPT]
        return (*self._ended, self._period(starts, now))

    def _look(self, until: int) -> None:
        """Look at the half-hours that have ended since."""
        house = self._house
        before = house.register_wh(self._seen)
        for ends in range(self._seen + SECONDS_PER_BLOCK, until + 1, SECONDS_PER_BLOCK):
            after = house.register_wh(ends)
            if after - before > self._peak_wh:
                self._peak_wh, self._peak_ends = after - before, ends
            before = after
            self._seen = ends

    def _period(self, starts: int, ends: int) -> Period:
        return Period(
            starts=starts, ends=ends, peak_wh=self._peak_wh, peak_ends=self._peak_ends
        )

    def _forget_peak(self) -> None:
        self._peak_wh, self._peak_ends = 0, None


def first_kept(calendar: TownCalendar, now: int) -> int:
    """Where the oldest of the periods begins that a meter still holds at `now`."""
    day = _day_of(calendar, now).replace(day=1)
    first = date(day.year - 1, day.month, 1)
    return max(calendar.second_of_day(first), 0)


def periods_ended(calendar: TownCalendar, now: int) -> int:
    """How many billing periods have ended since the meter began."""
    began, today = calendar.town_start, _day_of(calendar, now)
    return (today.year - began.year) * 12 + today.month - began.month


def _month_after(calendar: TownCalendar, second: int) -> int:
    """The first midnight of the month after the one that a second lies in."""
    day = _day_of(calendar, second).replace(day=1) + _LONGER_THAN_A_MONTH
    return calendar.second_of_day(day.replace(day=1))


def _day_of(calendar: TownCalendar, second: int) -> date:
    return calendar.town_start + timedelta(days=second // SECONDS_PER_DAY)
