"""A house behind its meter: one exact register from which every other figure follows.

`Appetite` says what the house would have used had its relay always been closed: E(t), in
whole Wh at whole seconds. The register is the opening figure plus E(b) - E(a) over every
stretch [a, b) with mains and a closed relay. Blocks and daily rows are differences of that
one register, so they always agree, and an open relay uses nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from heapq import merge
from itertools import accumulate, pairwise

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
    """A home, its mains and the relay of its meter: the register at any second so far."""

    def __init__(
        self,
        *,
        appetite: Appetite,
        opening_wh: int,
        switched: Iterable[tuple[int, bool]] = (),
        mains: Iterable[tuple[int, bool]] = (),
    ) -> None:
        """`switched` is the relay's past: (second, is it closed from then on), in order.

        `mains` is the past of the mains in the same form: are they there from then on.
        """
        self.appetite = appetite
        self.opening_wh = opening_wh
        self._seconds = [0]
        self._closed = [True]
        self._mains = [True]
        self._registers = [opening_wh]
        of_relay = ((second, True, closed) for second, closed in switched)
        of_mains = ((second, False, there) for second, there in mains)
        for second, is_relay, state in merge(
            of_relay, of_mains, key=lambda change: change[0]
        ):
            if is_relay:
                self.switch(second=second, closed=state)
            else:
                self.set_mains(second=second, there=state)

    @property
    def is_closed(self) -> bool:
        """Whether the relay is closed now."""
        return self._closed[-1]

    def switch(self, *, second: int, closed: bool) -> int:
        """Open or close the relay from this second on; gives the second that counts.

        The past is fixed: if the town's clock was set back, the relay moves at the last
        second at which anything changed before.
        """
        return self._change(second, closed=closed, mains=self._mains[-1])

    def set_mains(self, *, second: int, there: bool) -> int:
        """Take the mains away or give them back; gives the second that counts."""
        return self._change(second, closed=self._closed[-1], mains=there)

    def relay_moves(self) -> list[tuple[int, bool]]:
        """When the relay moved, and if it has been closed from then on; oldest first."""
        return self._moves(self._closed)

    def mains_moves(self) -> list[tuple[int, bool]]:
        """When the mains went or came back, days without data apart; oldest first."""
        return self._moves(self._mains)

    def has_mains(self, second: int) -> bool:
        """Whether there are mains: on a day that nobody measured there are none."""
        return self._mains[self._index(second)] and not self.appetite.is_silent(second)

    def register_wh(self, second: int) -> int:
        """The cumulative import register in Wh at this second."""
        index = self._index(second)
        register = self._registers[index]
        if not (self._closed[index] and self._mains[index]):
            return register
        appetite = self.appetite
        return (
            register + appetite.wh_until(second) - appetite.wh_until(self._seconds[index])
        )

    def power_w(self, second: int) -> int:
        """The power that flows at a second in W: the mean of its half-hour."""
        index = self._index(second)
        if not (self._closed[index] and self._mains[index]):
            return 0
        starts = second - second % SECONDS_PER_BLOCK
        appetite = self.appetite
        block_wh = appetite.wh_until(starts + SECONDS_PER_BLOCK) - appetite.wh_until(starts)
        return block_wh * 2

    def _change(self, second: int, *, closed: bool, mains: bool) -> int:
        effective = max(second, self._seconds[-1])
        self._registers.append(self.register_wh(effective))
        self._seconds.append(effective)
        self._closed.append(closed)
        self._mains.append(mains)
        return effective

    def _index(self, second: int) -> int:
        """Which stretch a second lies in."""
        return max(bisect_right(self._seconds, second) - 1, 0)

    def _moves(self, states: list[bool]) -> list[tuple[int, bool]]:
        changes = zip(pairwise(states), self._seconds[1:], strict=True)
        return [(second, now) for (before, now), second in changes if before != now]
