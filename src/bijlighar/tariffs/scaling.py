"""Scaling: how the limits of a month fit another period, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.tariffs.exact import Whole, nearest
from bijlighar.tariffs.values import IntArray, PayableCap, Schedule

DAYS_OF_A_MONTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How limits of a month fit the rows' periods: both sides are held `times` as large.

    `energy_wh * times` is compared with `limit(upto_wh)`, so that pro rata limits stay
    whole numbers. For whole months `times` is 1.
    """

    times: Whole
    days: Whole
    months: IntArray | None
    places: int

    def limit(self, wh: int) -> Whole:
        """A limit of a month, for each row's period."""
        if self.months is None:
            return wh * self.days
        units = nearest(self.months * (wh // WH_PER_KWH), 10**self.places)
        return units * WH_PER_KWH

    def whole_units(self, wh: int) -> Whole:
        """A limit as `limit`, rounded half up to whole units."""
        if isinstance(self.times, int) and self.times == 1:
            return self.limit(wh)
        units = nearest(np.asarray(self.limit(wh)), self.times * WH_PER_KWH)
        return units * self.times * WH_PER_KWH


def scale_of(schedule: Schedule, *, days_in_month: IntArray, slab_days: IntArray) -> Scale:
    """How this schedule's limits fit periods of these days."""
    rule = schedule.slab_limits
    if rule is not None:
        months = nearest(slab_days * 10**rule.months_places, DAYS_OF_A_MONTH)
        return Scale(times=1, days=1, months=months, places=rule.months_places)
    if (slab_days == days_in_month).all():
        return Scale(times=1, days=1, months=None, places=0)
    return Scale(times=days_in_month, days=slab_days, months=None, places=0)


def cap_upto_wh(cap: PayableCap, scale: Scale, slab_days: IntArray) -> IntArray:
    """The most whole Wh within which a cap holds, for each row's period.

    Use is whole Wh, so that nothing is lost by leaving a part of one out.
    """
    if cap.per_days is not None:
        return cap.upto_wh * slab_days // cap.per_days
    return np.asarray(scale.limit(cap.upto_wh), dtype=np.int64) // scale.times
