"""Exact amounts on arrays: whole micropaise, a millionth of a paisa, in int64.

Rates as they are printed (four decimals a unit, three a kW) are whole micropaise a Wh and
a centiwatt, so that nothing is lost where nothing is divided. What is divided, by the days
of a month or by a percentage, is rounded once to the nearest micropaisa, halves away from
zero; a head is rounded to paise once, at its end. All steps stay inside int64 because
rating bounds what comes in.
"""

from __future__ import annotations

import numpy as np

from bijlighar.tariffs.values import IntArray

MICROPAISE_PER_PAISA = 1_000_000
MICROPAISE_PER_RUPEE = 100 * MICROPAISE_PER_PAISA

Whole = IntArray | int
"""One number for each row, or one for all."""


def nearest(numerator: IntArray, denominator: Whole) -> IntArray:
    """The quotient of a numerator that is not negative, rounded half up."""
    if isinstance(denominator, int) and denominator == 1:
        return numerator
    return (numerator + denominator // 2) // denominator


def part(amount: IntArray, *, numerator: Whole, denominator: Whole) -> IntArray:
    """`numerator / denominator` of the amount, both of any sign but the denominator's.

    Halves are rounded away from zero. The amount is divided before it is multiplied, so
    that no step grows beyond the amount times `numerator / denominator` and `denominator`
    times `numerator`.
    """
    size = np.abs(amount)
    over = size // denominator
    rest = size - over * denominator
    times = np.abs(numerator)
    found = over * times + (rest * times + denominator // 2) // denominator
    return np.where((amount < 0) != (np.asarray(numerator) < 0), -found, found)


def to_paise(amount: IntArray, step_paise: int = 1) -> IntArray:
    """The nearest whole step of paise, halves away from zero, in paise."""
    step = step_paise * MICROPAISE_PER_PAISA
    steps = (np.abs(amount) + step // 2) // step
    return np.where(amount < 0, -steps, steps) * step_paise
