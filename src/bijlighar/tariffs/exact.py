"""Exact amounts on arrays: whole micro-rupees and a part of one, never rounded on the way.

An amount is `whole + part / (days * scale)` micro-rupees, where `days` is each row's number
of days in the month and `scale` is one number for all rows. Adding and taking a share keep
every fraction, so a head is rounded once, at the end, by `to_paise`. All steps stay inside
int64 because rating bounds what comes in: no whole exceeds 5e14, no share 10,000ths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np

from bijlighar.kernel.money import MICRORUPEES_PER_PAISA
from bijlighar.tariffs.values import IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """`whole + part / (days * scale)` micro-rupees, with `0 <= part < days * scale`."""

    whole: IntArray
    part: IntArray
    days: IntArray
    scale: int


def ratio(*, numerator: IntArray, days: IntArray, scale: int) -> Exact:
    """`numerator / (days * scale)` micro-rupees."""
    over = days * scale
    whole = numerator // over
    return Exact(whole=whole, part=numerator - whole * over, days=days, scale=scale)


def add(amounts: Sequence[Exact]) -> Exact:
    """The sum of amounts of the same rows."""
    scale = lcm(*(amount.scale for amount in amounts))
    total = _finer(amounts[0], scale)
    over = total.days * scale
    for amount in amounts[1:]:
        finer = _finer(amount, scale)
        part = total.part + finer.part
        carry = part >= over
        whole = total.whole + finer.whole + carry
        total = Exact(whole=whole, part=part - over * carry, days=total.days, scale=scale)
    return total


def add_whole(amount: Exact, microrupees: IntArray) -> Exact:
    """The amount and some whole micro-rupees."""
    whole = amount.whole + microrupees
    return Exact(whole=whole, part=amount.part, days=amount.days, scale=amount.scale)


def share(amount: Exact, *, numerator: IntArray | int, denominator: int) -> Exact:
    """`numerator / denominator` of the amount; the numerator may be negative."""
    over, scale = amount.days * amount.scale, amount.scale * denominator
    product = amount.whole * numerator
    whole = product // denominator
    part = (product - whole * denominator) * over + amount.part * numerator
    carry = part // (over * denominator)
    part -= carry * over * denominator
    return Exact(whole=whole + carry, part=part, days=amount.days, scale=scale)


def to_paise(amount: Exact) -> IntArray:
    """The nearest paisa, halves away from zero.

    Half a paisa is a whole number of micro-rupees, so the magnitude's own floor decides.
    """
    negative = amount.whole < 0
    magnitude = np.abs(amount.whole) - (negative & (amount.part > 0))
    paise = (magnitude + MICRORUPEES_PER_PAISA // 2) // MICRORUPEES_PER_PAISA
    return np.where(negative, -paise, paise)


def _finer(amount: Exact, scale: int) -> Exact:
    if scale == amount.scale:
        return amount
    part = amount.part * (scale // amount.scale)
    return Exact(whole=amount.whole, part=part, days=amount.days, scale=scale)
