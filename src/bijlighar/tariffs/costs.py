"""Costs: printed rates and shares applied to arrays, in whole micropaise."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

import numpy as np

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.tariffs.exact import MICROPAISE_PER_RUPEE, nearest, part
from bijlighar.tariffs.scaling import Scale
from bijlighar.tariffs.values import FixedBand, IntArray, Per, Slab

CW_PER_KW = 100_000
SHARE_PLACES = 4


def slab_cost(slabs: Sequence[Slab], used: IntArray, scale: Scale) -> IntArray:
    """What so much energy (times the scale) costs on telescopic slabs.

    All of it at the last rate, and the difference of neighbouring rates for what lies
    below each limit: the same sum in fewer steps. Nothing where there are no slabs.
    """
    if not slabs:
        return np.zeros_like(used)
    rates = _rates(tuple(slab.rupees_per_kwh for slab in slabs))
    total = used * rates[-1]
    for slab, rate, after in zip(slabs, rates, rates[1:], strict=False):
        if slab.upto_wh is not None and rate != after:
            total += np.minimum(used, scale.limit(slab.upto_wh)) * (rate - after)
    return nearest(total, scale.times)


def per_wh(rupees_per_kwh: Decimal) -> int:
    """Micropaise for each Wh; whole for rates of up to five decimals."""
    return int(rupees_per_kwh * MICROPAISE_PER_RUPEE / WH_PER_KWH)


def share(amount: IntArray, printed: Decimal) -> IntArray:
    """A printed share, of up to four decimals, of an amount."""
    numerator = int(printed.scaleb(SHARE_PLACES))
    return part(amount, numerator=numerator, denominator=10**SHARE_PLACES)


def per_cw(band: FixedBand) -> int:
    """Micropaise a month for each centiwatt; nothing where a band is not by load."""
    return int(band.rupees * MICROPAISE_PER_RUPEE) // CW_PER_KW * (band.per is Per.KW)


@cache
def _rates(printed: tuple[Decimal, ...]) -> tuple[int, ...]:
    return tuple(per_wh(rate) for rate in printed)
