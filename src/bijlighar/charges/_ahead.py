"""Thresholds ahead: months so far that came close to one on the day just rated."""

from __future__ import annotations

import numpy as np

from bijlighar.charges._rate import RatedDays
from bijlighar.charges.values import ThresholdAhead
from bijlighar.kernel.ist import days_in_month, month_starts
from bijlighar.tariffs.cliffs import Threshold, ahead_paise, thresholds
from bijlighar.tariffs.rating import rows_of
from bijlighar.tariffs.values import IntArray


def thresholds_ahead(rated: RatedDays) -> list[ThresholdAhead]:
    """Who on this day came within the order's share of a threshold, not yet above it."""
    schedule, slices = rated.schedule, rated.slices
    if schedule.cliff is None:
        return []
    found: list[ThresholdAhead] = []
    for slab_days in np.unique(slices.slab_days).tolist():
        # Two things may change at one use: what they cost together is told once.
        by_use = {
            threshold.upto_wh: threshold
            for threshold in thresholds(
                schedule, days_in_month=days_in_month(rated.day), slab_days=slab_days
            )
        }
        for threshold in by_use.values():
            rows = _came_close(rated, slab_days, threshold)
            if len(rows):
                found += _told(rated, rows, threshold)
    return found


def _came_close(rated: RatedDays, slab_days: int, threshold: Threshold) -> IntArray:
    now = rated.slices.energy_wh
    before = now - rated.columns["energy_wh"]
    is_close = (before < threshold.warn_at_wh) & (threshold.warn_at_wh <= now)
    is_close &= (now <= threshold.upto_wh) & (rated.slices.slab_days == slab_days)
    return np.flatnonzero(is_close)


def _told(rated: RatedDays, rows: IntArray, threshold: Threshold) -> list[ThresholdAhead]:
    upto = np.full(len(rows), threshold.upto_wh, dtype=np.int64)
    costs = ahead_paise(rated.schedule, rows_of(rated.slices, rows), upto).tolist()
    ids = rated.columns["connection_id"][rows].tolist()
    used = rated.slices.energy_wh[rows].tolist()
    return [
        ThresholdAhead(
            connection_id=connection_id,
            month=month_starts(rated.day),
            used_wh=used_wh,
            threshold_wh=threshold.upto_wh,
            costs_paise=costs_paise,
        )
        for connection_id, used_wh, costs_paise in zip(ids, used, costs, strict=True)
        if costs_paise > 0
    ]
