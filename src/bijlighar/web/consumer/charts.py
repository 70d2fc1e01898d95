"""Bars, measured: what the page draws as SVG without any script.

Heights are whole hundredths of the chart, so that nothing here is a float; the page lets
the browser stretch them. All bars of one kind are one path, which keeps the page small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bijlighar.dashboards.values import DayOfUse
from bijlighar.kernel.energy import BLOCK_MINUTES
from bijlighar.kernel.money import divide_half_up

HEIGHT = 100
SLOT = 20
BAR = 14
PAID_HEIGHT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysChart:
    """Thirty days of use, and under it thirty days of deductions.

    The paths are in slots of 20 by 100; where nothing is known yet, a slot is open.
    """

    days: tuple[DayOfUse, ...]
    width: int
    use: str
    cost: str
    use_open: str
    cost_open: str
    paid: str
    use_top_wh: int
    cost_top_paise: int
    open_days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayChart:
    """The half-hours of today; one that was not heard yet has no bar."""

    bars: str
    width: int
    top_wh: int
    peak_starts: str
    """The half-hour of most use, as `19:30`; empty while nothing was used."""
    peak_ends: str


def days_chart(days: Sequence[DayOfUse]) -> DaysChart | None:
    """The two charts over the same days; None where there is no day yet."""
    if not days:
        return None
    use = [day.energy_wh for day in days]
    cost = [day.charge_paise for day in days]
    use_top = top_of(use, least=1000)
    cost_top = top_of(cost, least=1000)
    return DaysChart(
        days=tuple(days),
        width=len(days) * SLOT,
        use=bars(use, top=use_top),
        cost=bars(cost, top=cost_top),
        use_open=slots([value is None for value in use]),
        cost_open=slots([value is None for value in cost]),
        paid=slots([day.recharged_paise > 0 for day in days], height=PAID_HEIGHT),
        use_top_wh=use_top,
        cost_top_paise=cost_top,
        open_days=sum(value is None for value in cost),
        first=days[0].day,
        last=days[-1].day,
    )


def today_chart(blocks_wh: Sequence[int | None]) -> TodayChart:
    """The half-hours heard so far."""
    top = top_of(blocks_wh, least=100)
    used = [(wh, at) for at, wh in enumerate(blocks_wh) if wh]
    peak = max(used, key=lambda pair: (pair[0], -pair[1]))[1] if used else None
    return TodayChart(
        bars=bars(blocks_wh, top=top),
        width=len(blocks_wh) * SLOT,
        top_wh=top,
        peak_starts="" if peak is None else block_clock(peak),
        peak_ends="" if peak is None else block_clock(peak + 1),
    )


def bars(values: Sequence[int | None], *, top: int) -> str:
    """One path of bars; a bar that stands for something is at least one high."""
    left = (SLOT - BAR) // 2
    drawn = []
    for at, value in enumerate(values):
        if value:
            height = max(divide_half_up(max(value, 0) * HEIGHT, top), 1)
            drawn.append(f"M{at * SLOT + left} {HEIGHT}v-{height}h{BAR}v{height}z")
    return "".join(drawn)


def block_clock(block: int) -> str:
    """When a half-hour starts, as people read it; block 48 is `24:00`."""
    hours, minutes = divmod(block * BLOCK_MINUTES, 60)
    return f"{hours:02d}:{minutes:02d}"


def top_of(values: Sequence[int | None], *, least: int) -> int:
    """The smallest of 1, 2, 4, 5, 8 or 10 times a power of ten that holds all values."""
    most = max((value for value in values if value is not None), default=0)
    power = 1
    while True:
        for step in (1, 2, 4, 5, 8):
            if step * power >= max(most, least):
                return step * power
        power *= 10


def neighbours(*, day: date, today: date) -> tuple[date, date | None]:
    """The supply days before and after; none after yesterday, today is still running."""
    after = day + timedelta(days=1)
    return day - timedelta(days=1), after if after < today else None


def slots(wanted: Sequence[bool], *, height: int = HEIGHT) -> str:
    """One path of whole slots, for the days that are wanted."""
    return "".join(
        f"M{at * SLOT} 0h{SLOT}v{height}h-{SLOT}z"
        for at, is_wanted in enumerate(wanted)
        if is_wanted
    )
