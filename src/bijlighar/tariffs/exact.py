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

_SIGN = 63
"""Shifted right so far, an int64 is -1 where it is negative, else 0."""


def nearest(numerator: IntArray, denominator: Whole) -> IntArray:
    """The quotient of a numerator that is not negative, rounded half up."""
    divisor = one_for_all(denominator)
    if isinstance(divisor, int) and divisor == 1:
        return numerator
    return (numerator + divisor // 2) // divisor


def part(amount: IntArray, *, numerator: Whole, denominator: Whole) -> IntArray:
    """`numerator / denominator` of the amount, both of any sign but the denominator's.

    Halves are rounded away from zero. The amount is divided before it is multiplied, so
    that no step grows beyond the amount times `numerator / denominator` and `denominator`
    times `numerator`. Floor division takes a half of what is negative towards zero, unless
    one less is added; only what divides by an even number has halves.
    """
    over = amount // denominator
    rest = (amount - over * denominator) * numerator
    rest += denominator // 2
    is_negative = (amount >> _SIGN) ^ (np.asarray(numerator) >> _SIGN)
    rest += is_negative * (1 - denominator % 2)
    rest //= denominator
    return rest + over * numerator


def to_paise(amount: IntArray, step_paise: int = 1) -> IntArray:
    """The nearest whole step of paise, halves away from zero, in paise."""
    step = step_paise * MICROPAISE_PER_PAISA
    paise = amount + step // 2
    paise += amount >> _SIGN
    paise //= step
    if step_paise != 1:
        paise *= step_paise
    return paise


def one_for_all(number: Whole) -> Whole:
    """A column of which all rows are alike as one number: dividing by it is faster."""
    if isinstance(number, int) or not number.size:
        return number
    first = int(number.flat[0])
    return first if (number == first).all() else number
