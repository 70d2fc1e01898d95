"""What days to come will cost, rated by the tariff as charged days are.

The month so far goes on: each day to come adds the use that is expected of it, and the
month to date is rated anew, so that slabs, thresholds, fixed charges and reliefs come in
their turn. Two things are assumed and nothing else: the home uses what it is used to, and
where an order or a percentage of the time to come is not known yet, today's goes on. The
highest demand and the shares of the clock windows stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bijlighar.charges.values import DayAhead, Foretold, MonthSoFar
from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.ist import ONE_DAY, days_in_month, month_starts, next_month_starts
from bijlighar.kernel.money import divide_half_up
from bijlighar.tariffs.exact import nearest
from bijlighar.tariffs.orders import TariffGap, fppas_on, schedule_for
from bijlighar.tariffs.projecting import expected_wh
from bijlighar.tariffs.rating import BOUNDS, fppas_carried, rate, rows_of
from bijlighar.tariffs.values import CliffPolicy, IntArray, Schedule, Slices

LEAST_DAYS = 3
"""Of fewer days nobody's habit can be told."""
SAME_WEEKDAYS = 2
"""So many of one weekday make a habit of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shares:
    """So much of `whole` falls into each clock window."""

    inside: IntArray
    whole: int


def usual_of(known: Mapping[date, int], day: date) -> int:
    """What such a day comes to: the mean of its weekday, else of all days; half up."""
    same = [value for one, value in known.items() if one.weekday() == day.weekday()]
    counted = same if len(same) >= SAME_WEEKDAYS else list(known.values())
    return divide_half_up(sum(counted), len(counted)) if counted else 0


def running_month(month: MonthSoFar, *, today: date) -> MonthSoFar:
    """The month that `today` lies in: as it is kept, or not begun. Raises TariffGap."""
    if month.day >= month_starts(today):
        return month
    load_w = int(month.slices.sanctioned_load_w[0])
    schedule = schedule_for(month.schedule.category, today, load_w=load_w)
    first = month_starts(today)
    return _new_part(month, schedule, first, next_month_starts(first))


def foretell(month: MonthSoFar, *, use_wh: Callable[[date], int], until: date) -> Foretold:
    """What each day after the month's last charged one will cost, up to but not `until`."""
    known_through, days, is_assumed = month.day, list[DayAhead](), False
    shares = _shares(month.slices, month.schedule)
    while (first := month.day + ONE_DAY) < until:
        if first >= month.ends:
            month, guessed = _next_part(month, first)
            is_assumed |= guessed
            if len(shares.inside) != len(month.schedule.windows):
                shares = _by_clock(month.schedule)
        month, guessed = _with_percentage(month, first)
        is_assumed |= guessed
        ahead = _same_percentage(month, first, min(until, month.ends))
        month, costs = _go_on(month, [use_wh(day) for day in ahead], shares)
        days += costs
    return Foretold(
        connection_id=month.connection_id,
        known_through=known_through,
        days=tuple(days),
        is_tariff_assumed=is_assumed,
    )


def _next_part(month: MonthSoFar, first: date) -> tuple[MonthSoFar, bool]:
    """The part that begins with a day; whether its order is not known yet."""
    load_w = int(month.slices.sanctioned_load_w[0])
    ends = next_month_starts(first)
    try:
        schedule = schedule_for(month.schedule.category, first, load_w=load_w)
    except TariffGap:
        schedule, guessed = month.schedule, True
    else:
        guessed = False
        if schedule.in_force_until is not None:
            ends = min(ends, schedule.in_force_until)
    fresh = _new_part(month, schedule, first, ends)
    demand = replace(fresh.slices, max_demand_w=month.slices.max_demand_w)
    return replace(fresh, slices=demand), guessed


def _new_part(month: MonthSoFar, schedule: Schedule, first: date, ends: date) -> MonthSoFar:
    """Nothing used yet in `[first, ends)`."""
    nothing = _column(0)
    try:
        percent = fppas_on(schedule, first).basis_points
    except TariffGap:
        percent = int(month.slices.fppas_basis_points[0])
    slices = Slices(
        energy_wh=nothing,
        selecting_wh=nothing,
        windows_wh=np.zeros((1, len(schedule.windows)), dtype=np.int64),
        billed_days=nothing,
        days_in_month=_column(days_in_month(first)),
        slab_days=_column((ends - first).days),
        sanctioned_load_w=month.slices.sanctioned_load_w,
        max_demand_w=nothing,
        demand_excused=month.slices.demand_excused,
        fppas_basis_points=_column(percent),
        fppas_carried_micropaise=nothing,
        is_prepaid=month.slices.is_prepaid,
    )
    return replace(
        month,
        day=first - ONE_DAY,
        ends=ends,
        schedule=schedule,
        slices=slices,
        total_paise=0,
        is_estimated=False,
    )


def _with_percentage(month: MonthSoFar, day: date) -> tuple[MonthSoFar, bool]:
    """The month with the percentage of a day; whether that is not known yet."""
    percent, is_known = _percentage(month, day)
    held = month.slices.fppas_basis_points
    if percent == int(held[0]):
        return month, not is_known
    carried = fppas_carried(month.schedule, month.slices, _column(percent))
    slices = replace(
        month.slices,
        fppas_basis_points=_column(percent),
        fppas_carried_micropaise=carried,
    )
    return replace(month, slices=slices), not is_known


def _same_percentage(month: MonthSoFar, first: date, until: date) -> list[date]:
    """The days from `first` on under one percentage."""
    percent, _ = _percentage(month, first)
    days, day = [first], first + ONE_DAY
    while day < until and _percentage(month, day)[0] == percent:
        days.append(day)
        day += ONE_DAY
    return days


def _percentage(month: MonthSoFar, day: date) -> tuple[int, bool]:
    try:
        return fppas_on(month.schedule, day).basis_points, True
    except TariffGap:
        return int(month.slices.fppas_basis_points[0]), False


def _go_on(
    month: MonthSoFar, uses_wh: list[int], shares: _Shares
) -> tuple[MonthSoFar, list[DayAhead]]:
    """The month some days later, and what each of them costs."""
    held, count = month.slices, len(uses_wh)
    more = np.cumsum(np.array(uses_wh, dtype=np.int64))
    energy = np.minimum(held.energy_wh + more, BOUNDS["energy_wh"][1])
    billed = held.billed_days + np.arange(1, count + 1)
    left = (month.ends - month.day).days - np.arange(2, count + 2)
    inside = nearest(more[:, None] * shares.inside[None, :], shares.whole)
    slices = rows_of(held, np.zeros(count, dtype=np.int64))
    slices = replace(
        slices,
        energy_wh=energy,
        selecting_wh=_selecting(month.schedule, energy, billed, left),
        windows_wh=held.windows_wh + inside,
        billed_days=billed,
    )
    totals = rate(month.schedule, slices).total_paise
    costs = np.diff(totals, prepend=month.total_paise).tolist()
    days = [
        DayAhead(day=month.day + ONE_DAY * place, energy_wh=wh, cost_paise=cost)
        for place, (wh, cost) in enumerate(zip(uses_wh, costs, strict=True), start=1)
    ]
    later = replace(
        month,
        day=month.day + ONE_DAY * count,
        slices=rows_of(slices, slice(count - 1, count)),
        total_paise=int(totals[-1]),
    )
    return later, days


def _selecting(
    schedule: Schedule, energy: IntArray, billed: IntArray, left: IntArray
) -> IntArray:
    """By what thresholds are chosen; as for charged days."""
    if schedule.cliff is None or schedule.cliff.policy is CliffPolicy.POST:
        return energy
    return np.maximum(energy, expected_wh(energy, billed, billed + left))


def _shares(slices: Slices, schedule: Schedule) -> _Shares:
    """As the month so far fell into the windows; before any use, as the clock does."""
    whole = int(slices.energy_wh[0])
    return (
        _Shares(inside=slices.windows_wh[0], whole=whole) if whole else _by_clock(schedule)
    )


def _by_clock(schedule: Schedule) -> _Shares:
    lengths = [one.until_block - one.first_block for one in schedule.windows]
    return _Shares(inside=np.array(lengths, dtype=np.int64), whole=BLOCKS_PER_DAY)


def _column(number: int) -> IntArray:
    return np.array([number], dtype=np.int64)
