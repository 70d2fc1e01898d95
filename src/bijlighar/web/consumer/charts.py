"""Bars, measured: what the page draws as SVG without any script.

Heights are whole hundredths of the chart, so that nothing here is a float; the page lets
the browser stretch them. A bar that stands for something is at least one high.
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
GAP = (SLOT - BAR) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; `y` counts downwards, as in SVG."""

    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBars:
    """One supply day in both charts; a bar is None where nothing is known yet."""

    day: DayOfUse
    slot_x: int
    use: Bar | None
    cost: Bar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysChart:
    """Thirty days of use, and under it thirty days of deductions."""

    days: tuple[DayBars, ...]
    width: int
    use_top_wh: int
    cost_top_paise: int
    open_days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayChart:
    """The half-hours of today."""

    bars: tuple[Bar | None, ...]
    slots_x: tuple[int, ...]
    width: int
    top_wh: int
    heard: int
    peak_starts: str
    """The half-hour of most use, as `19:30`; empty while nothing was heard."""
    peak_ends: str


def days_chart(days: Sequence[DayOfUse]) -> DaysChart | None:
    """The two charts over the same days; None where there is no day yet."""
    if not days:
        return None
    use_top = top_of([day.energy_wh for day in days], least=1000)
    cost_top = top_of([day.charge_paise for day in days], least=1000)
    bars = tuple(
        DayBars(
            day=day,
            slot_x=at * SLOT,
            use=_bar(at, day.energy_wh, use_top),
            cost=_bar(at, day.charge_paise, cost_top),
        )
        for at, day in enumerate(days)
    )
    return DaysChart(
        days=bars,
        width=len(days) * SLOT,
        use_top_wh=use_top,
        cost_top_paise=cost_top,
        open_days=sum(day.charge_paise is None for day in days),
        first=days[0].day,
        last=days[-1].day,
    )


def today_chart(blocks_wh: Sequence[int | None]) -> TodayChart:
    """The half-hours heard so far; a block not heard yet has no bar."""
    top = top_of(blocks_wh, least=100)
    heard = [(wh, at) for at, wh in enumerate(blocks_wh) if wh is not None]
    peak = max(heard, key=lambda pair: (pair[0], -pair[1]))[1] if heard else None
    return TodayChart(
        bars=tuple(_bar(at, wh, top) for at, wh in enumerate(blocks_wh)),
        slots_x=tuple(at * SLOT for at in range(len(blocks_wh))),
        width=len(blocks_wh) * SLOT,
        top_wh=top,
        heard=len(heard),
        peak_starts="" if peak is None else block_clock(peak),
        peak_ends="" if peak is None else block_clock(peak + 1),
    )


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


def _bar(at: int, value: int | None, top: int) -> Bar | None:
    if value is None:
        return None
    height = divide_half_up(max(value, 0) * HEIGHT, top)
    height = max(height, 1) if value > 0 else 0
    return Bar(x=at * SLOT + GAP, y=HEIGHT - height, height=height)
