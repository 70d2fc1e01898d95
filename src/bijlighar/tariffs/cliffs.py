"""Cliffs: the uses at which a whole month gets dearer at once, and by how much.

What crossing a threshold costs is the month rated as one just above it less the month rated
as one at it, both with the energy at the threshold: the price of the next unit itself is no
part of it. Source: tariffs reference 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

import numpy as np

from bijlighar.tariffs.exact import Whole
from bijlighar.tariffs.rating import check, rate, rows_of
from bijlighar.tariffs.scaling import Scale, cap_upto_wh, scale_of
from bijlighar.tariffs.values import IntArray, Schedule, Slices


class What(StrEnum):
    """What changes for the whole month at a threshold."""

    LADDER = "ladder"
    FIXED_BAND = "fixed_band"
    FREE_UNITS = "free_units"
    CAP = "cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The most use, in Wh, up to which the cheaper month holds.

    From `warn_at_wh` on the consumer is to be told: the order's share of it.
    """

    upto_wh: int
    warn_at_wh: int
    what: What


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What one charge has crossed, and what of it is due to that alone."""

    thresholds: tuple[Threshold, ...]
    shock_paise: int


def thresholds(
    schedule: Schedule, *, days_in_month: int, slab_days: int
) -> tuple[Threshold, ...]:
    """Every threshold of a schedule in rising order, as scaled to a period.

    `days_in_month` and `slab_days` are those of `Slices`. Where two things change at one
    use there are two thresholds.
    """
    scale = scale_of(
        schedule, days_in_month=np.array([days_in_month]), slab_days=np.array([slab_days])
    )
    share = schedule.cliff.warn_at_share if schedule.cliff else Decimal(1)
    found: list[Threshold] = []
    for what, column in _limits(schedule, scale, np.array([slab_days])):
        upto_wh = int(column[0])
        warn_at = (upto_wh * share).to_integral_value(ROUND_CEILING)
        found.append(Threshold(upto_wh=upto_wh, warn_at_wh=int(warn_at), what=what))
    return tuple(sorted(found, key=lambda one: one.upto_wh))


def next_threshold(
    schedule: Schedule, *, energy_wh: int, days_in_month: int, slab_days: int
) -> Threshold | None:
    """The lowest threshold that this use has not crossed; None above the last."""
    for one in thresholds(schedule, days_in_month=days_in_month, slab_days=slab_days):
        if energy_wh <= one.upto_wh:
            return one
    return None


def shock_paise(schedule: Schedule, row: Slices, threshold: Threshold) -> int:
    """What crossing a threshold costs at once, month to date.

    `row` is one month so far, from which all but the energy is taken. Raises SliceRefused.
    """
    assert len(row.energy_wh) == 1, "one row is asked about at a time"
    upto_wh = np.array([threshold.upto_wh], dtype=np.int64)
    return int(ahead_paise(schedule, row, upto_wh)[0])


def ahead_paise(schedule: Schedule, slices: Slices, upto_wh: IntArray) -> IntArray:
    """What crossing a threshold of `upto_wh` will cost each row at once, month to date.

    Raises SliceRefused.
    """
    return _shock(schedule, replace(slices, energy_wh=upto_wh), upto_wh)


def crossed(schedule: Schedule, before: Slices, after: Slices) -> Crossing | None:
    """What has been crossed between two months so far of one connection, if anything.

    Each `Slices` has one row. Raises SliceRefused.
    """
    was, now = int(before.selecting_wh[0]), int(after.selecting_wh[0])
    found = tuple(
        one
        for one in thresholds(
            schedule,
            days_in_month=int(after.days_in_month[0]),
            slab_days=int(after.slab_days[0]),
        )
        if was <= one.upto_wh < now
    )
    if not found:
        return None
    shock = int(shock_of(schedule, before, after)[0])
    return Crossing(thresholds=found, shock_paise=shock)


def shock_of(schedule: Schedule, before: Slices, after: Slices) -> IntArray:
    """The part, in paise, of each row's charge that is due to crossing thresholds alone.

    What is charged is the difference of the two months so far. Zero where nothing was
    crossed upwards; a month that falls back is simply cheaper. Raises SliceRefused.
    """
    check(schedule, before)
    check(schedule, after)
    scale = scale_of(schedule, days_in_month=after.days_in_month, slab_days=after.slab_days)
    total = np.zeros_like(after.energy_wh)
    done: list[IntArray] = []
    for _, column in _limits(schedule, scale, after.slab_days):
        upto_wh = np.broadcast_to(column, total.shape)
        is_crossed = (before.selecting_wh <= upto_wh) & (upto_wh < after.selecting_wh)
        for same in done:
            is_crossed &= same != upto_wh
        done.append(upto_wh)
        rows = np.flatnonzero(is_crossed)
        if rows.size:
            total[rows] += _shock(schedule, rows_of(after, rows), upto_wh[rows])
    return total


def _shock(schedule: Schedule, slices: Slices, upto_wh: IntArray) -> IntArray:
    """The month just above a threshold less the month at it, on the energy up to it."""
    energy_wh = np.minimum(slices.energy_wh, upto_wh)
    at = replace(slices, energy_wh=energy_wh, selecting_wh=upto_wh)
    above = replace(at, selecting_wh=upto_wh + 1)
    return rate(schedule, above).total_paise - rate(schedule, at).total_paise


def _limits(
    schedule: Schedule, scale: Scale, slab_days: IntArray
) -> Iterator[tuple[What, IntArray]]:
    """What changes above how many whole Wh of each row; one number where all are alike."""
    for what, bands in ((What.LADDER, schedule.energy), (What.FIXED_BAND, schedule.fixed)):
        for band in bands:
            if band.upto_wh is not None:
                yield what, _whole_wh(scale, scale.limit(band.upto_wh))
    free, cap = schedule.free_units, schedule.payable_cap
    if free is not None:
        yield What.FREE_UNITS, _whole_wh(scale, scale.whole_units(free.free_wh))
    if cap is not None:
        yield What.CAP, np.atleast_1d(cap_upto_wh(cap, scale, slab_days))


def _whole_wh(scale: Scale, limit: Whole) -> IntArray:
    return np.atleast_1d(np.asarray(limit, dtype=np.int64) // scale.times)
