"""What some units more would cost in the month that is running: rated, not estimated.

Only the units change: days, load and demand stay as they are on the last charged day, so
that the difference is due to the units alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bijlighar.charges.values import MonthSoFar
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.kernel.money import PAISE_PER_RUPEE, divide_half_up
from bijlighar.tariffs.cliffs import (
    Threshold,
    crossed,
    shock_paise,
    thresholds,
)
from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.rating import BOUNDS, rate
from bijlighar.tariffs.values import Head, Line, Schedule, Slices

MOST_MORE_WH = 1_000_000
"""A thousand units; beyond, nobody asks about a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTwice:
    """One head of the month, now and with the units more."""

    head: Head
    now_paise: int
    then_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A threshold above which the whole month gets dearer at once."""

    upto_wh: int
    left_wh: int
    costs_paise: int
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The month so far, the same with some units more, and what lies between."""

    first: date
    last: date
    """The last day that is counted; before `first` where none is yet."""
    more_wh: int
    now_wh: int
    then_wh: int
    heads: tuple[HeadTwice, ...]
    now_paise: int
    then_paise: int
    lines: tuple[Line, ...]
    crossed_wh: int
    """The highest threshold that the units more cross; 0 where there is none."""
    shock_paise: int
    """What of the difference is due to crossing it alone."""
    ahead: Ahead | None
    schedule: Schedule

    @property
    def more_paise(self) -> int:
        """What the units more cost."""
        return self.then_paise - self.now_paise

    @property
    def more_whole_paise(self) -> int:
        """The same in whole rupees, for a large figure."""
        return divide_half_up(self.more_paise, PAISE_PER_RUPEE) * PAISE_PER_RUPEE

    @property
    def has_days(self) -> bool:
        """Whether any day of the month is counted yet."""
        return self.last >= self.first


def what_if(month: MonthSoFar, *, more_wh: int) -> WhatIf:
    """What so many Wh more would change in a month so far."""
    assert 0 <= more_wh <= MOST_MORE_WH
    schedule, now = month.schedule, month.slices
    then = _with_more(now, more_wh)
    rated_now, rated_then = rate(schedule, now), rate(schedule, then)
    crossing = crossed(schedule, now, then)
    return WhatIf(
        first=month.day + ONE_DAY * (1 - int(now.billed_days[0])),
        last=month.day,
        more_wh=more_wh,
        now_wh=int(now.energy_wh[0]),
        then_wh=int(then.energy_wh[0]),
        heads=tuple(
            HeadTwice(
                head=head,
                now_paise=int(rated_now.paise[head][0]),
                then_paise=int(rated_then.paise[head][0]),
            )
            for head in Head
            if rated_now.paise[head][0] or rated_then.paise[head][0]
        ),
        now_paise=int(rated_now.total_paise[0]),
        then_paise=int(rated_then.total_paise[0]),
        lines=tuple(line for line in explain(schedule, now, then) if line.amount_paise),
        crossed_wh=max((one.upto_wh for one in crossing.thresholds), default=0)
        if crossing
        else 0,
        shock_paise=crossing.shock_paise if crossing else 0,
        ahead=_ahead(schedule, then),
        schedule=schedule,
    )


def _with_more(now: Slices, more_wh: int) -> Slices:
    energy_wh = np.minimum(now.energy_wh + more_wh, BOUNDS["energy_wh"][1])
    return replace(
        now, energy_wh=energy_wh, selecting_wh=np.maximum(now.selecting_wh, energy_wh)
    )


def _ahead(schedule: Schedule, then: Slices) -> Ahead | None:
    """The next threshold that costs something, if there is one."""
    used = int(then.selecting_wh[0])
    for one in _thresholds_of(schedule, then):
        if used <= one.upto_wh:
            costs = shock_paise(schedule, then, one)
            if costs > 0:
                return Ahead(
                    upto_wh=one.upto_wh,
                    left_wh=one.upto_wh - used,
                    costs_paise=costs,
                    is_near=used >= one.warn_at_wh,
                )
    return None


def _thresholds_of(schedule: Schedule, slices: Slices) -> tuple[Threshold, ...]:
    return thresholds(
        schedule,
        days_in_month=int(slices.days_in_month[0]),
        slab_days=int(slices.slab_days[0]),
    )
