"""A house behind its meter: one exact register from which every other figure follows.

`Appetite` says what the house would have used had its relay always been closed: E(t), in
whole Wh at whole seconds. The register is the opening figure plus E(b) - E(a) over every
stretch [a, b) with the relay closed. Blocks and daily rows are differences of that one
register, so they always agree, and an open relay uses nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate

from bijlighar.simulator.energy import Home, energy_of_day, is_measured, running_half_hours
from bijlighar.simulator.town_calendar import (
    SECONDS_PER_BLOCK,
    SECONDS_PER_DAY,
    TownCalendar,
)

_DAYS_REMEMBERED = 40


class Appetite:
    """What a home uses while it has supply: E(t), replayed from measured days."""

    def __init__(self, *, home: Home, calendar: TownCalendar, seed: int) -> None:
        """`seed` shapes the half-hours; the days' totals do not depend on it."""
        self._home, self._calendar, self._seed = home, calendar, seed
        self._days = calendar.days_in_replay
        by_day = (
            energy_of_day(home=home, data_day=self._data_day(index))
            for index in range(self._days)
        )
        self._until_day = array("q", accumulate(by_day, initial=0))
        self._within: dict[int, Sequence[int]] = {}

    def wh_until(self, second: int) -> int:
        """Wh from the town's first midnight to this second: rounded down, never falling."""
        if second <= 0:
            return 0
        day, of_day = divmod(second, SECONDS_PER_DAY)
        block, rest = divmod(of_day, SECONDS_PER_BLOCK)
        replays, index = divmod(day, self._days)
        within = self._running(index)
        begun = (within[block + 1] - within[block]) * rest // SECONDS_PER_BLOCK
        return (
            replays * self._until_day[-1] + self._until_day[index] + within[block] + begun
        )

    def is_silent(self, second: int) -> bool:
        """Whether the meter was silent on the measured day that is being replayed."""
        index = second // SECONDS_PER_DAY % self._days
        return not is_measured(home=self._home, data_day=self._data_day(index))

    def _data_day(self, index: int) -> date:
        """The measured day that is `index` days after the replay's first."""
        return self._calendar.data_start + timedelta(days=index)

    def _running(self, index: int) -> Sequence[int]:
        """The half-hours of one replayed day, kept for a while."""
        known = self._within.get(index)
        if known is not None:
            return known
        while len(self._within) >= _DAYS_REMEMBERED:
            del self._within[next(iter(self._within))]
        fresh = running_half_hours(
            home=self._home, data_day=self._data_day(index), seed=self._seed
        )
        self._within[index] = fresh
        return fresh


class House:
    """A home and the relay of its meter: the register at any second so far."""

    def __init__(
        self,
        *,
        appetite: Appetite,
        opening_wh: int,
        switched: Iterable[tuple[int, bool]] = (),
    ) -> None:
        """`switched` is the relay's past: (second, is it closed from then on), in order."""
        self.appetite = appetite
        self.opening_wh = opening_wh
        self._seconds = [0]
        self._closed = [True]
        self._registers = [opening_wh]
        for second, closed in switched:
            self.switch(second=second, closed=closed)

    @property
    def is_closed(self) -> bool:
        """Whether the house has supply now."""
        return self._closed[-1]

    def switch(self, *, second: int, closed: bool) -> int:
        """Open or close the relay from this second on; gives the second that counts.

        The past is fixed: if the town's clock was set back, the relay moves at the last
        second at which it moved before.
        """
        effective = max(second, self._seconds[-1])
        self._registers.append(self.register_wh(effective))
        self._seconds.append(effective)
        self._closed.append(closed)
        return effective

    def register_wh(self, second: int) -> int:
        """The cumulative import register in Wh at this second."""
        index = max(bisect_right(self._seconds, second) - 1, 0)
        register = self._registers[index]
        if not self._closed[index]:
            return register
        appetite = self.appetite
        return (
            register + appetite.wh_until(second) - appetite.wh_until(self._seconds[index])
        )

    def power_w(self, second: int) -> int:
        """The power that flows now in W: the mean of the running half-hour."""
        if not self.is_closed:
            return 0
        starts = second - second % SECONDS_PER_BLOCK
        appetite = self.appetite
        block_wh = appetite.wh_until(starts + SECONDS_PER_BLOCK) - appetite.wh_until(starts)
        return block_wh * 2
