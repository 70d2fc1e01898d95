"""Projecting: what a month's use comes to if it goes on as it has begun."""

from __future__ import annotations

import numpy as np

from bijlighar.tariffs.exact import nearest
from bijlighar.tariffs.rating import BOUNDS
from bijlighar.tariffs.values import IntArray


def expected_wh(
    energy_wh: IntArray, billed_days: IntArray, slab_days: IntArray
) -> IntArray:
    """The use of the whole period at the pace of its days so far, half up, in Wh.

    Never less than what was used, and on the last day just that; before the first day,
    what was used. It stays within what rating takes, as limits do. It is what chooses
    bands, ladders and schemes where a threshold is accrued for instead of posted at once
    (tariffs reference 5.3).
    """
    pace = nearest(energy_wh * slab_days, np.maximum(billed_days, 1))
    most = BOUNDS["selecting_wh"][1]
    expected = np.where(billed_days > 0, np.minimum(pace, most), energy_wh)
    return np.maximum(expected, energy_wh)
