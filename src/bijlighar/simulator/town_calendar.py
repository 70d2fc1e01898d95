"""The town's calendar: which measured day a day of the town replays.

Day n of the town replays day n of the data, counted from `data_start`. When the data end
(2020-12-31) the replay begins again at `data_start`, so that a town can run for years;
the season then no longer fits, and nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from bijlighar.kernel import ist
from bijlighar.simulator.energy import DATA_ENDS, DATA_START

TOWN_START = date(2026, 4, 1)
SECONDS_PER_DAY = 86_400
SECONDS_PER_BLOCK = 1_800
_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownCalendar:
    """Days of the town and of the data, and seconds since the town began."""

    town_start: date = TOWN_START
    data_start: date = DATA_START

    @property
    def days_in_replay(self) -> int:
        """How many days pass until the replay begins again."""
        return (DATA_ENDS - self.data_start).days + 1

    def data_day(self, town_day: date) -> date:
        """The measured day that this day of the town replays."""
        passed = (town_day - self.town_start).days
        return self.data_start + timedelta(days=passed % self.days_in_replay)

    def second_of(self, instant: datetime) -> int:
        """Whole seconds from the town's first midnight; negative before it."""
        return (instant - _first_instant(self.town_start)) // _ONE_SECOND

    def instant_of(self, second: int) -> datetime:
        """The instant, in UTC, of a second of the town."""
        return _first_instant(self.town_start) + timedelta(seconds=second)

    def second_of_day(self, day: date) -> int:
        """The second at which India's clock shows 00:00 of `day`."""
        return (day - self.town_start).days * SECONDS_PER_DAY


@cache
def _first_instant(town_start: date) -> datetime:
    """The town's first midnight."""
    return ist.day_starts(town_start)
