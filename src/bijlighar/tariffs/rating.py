"""Rating: what a month so far costs, exactly, for one connection or for ten million.

A day's charge is the difference of two month-to-date totals, so the days always add up to
the month and a late reading needs no rule of its own: rate again, post the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import lcm

import numpy as np

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.exact import Exact, add, add_whole, ratio, share, to_paise
from bijlighar.tariffs.values import (
    Head,
    IntArray,
    Rated,
    Schedule,
    Share,
    Slab,
    Slices,
    When,
)

BASIS_POINTS = 10_000
MICRORUPEES_PER_RUPEE = 1_000_000
W_PER_KW = 1000

# Within these, and the bounds on rates in reading.py, no step leaves int64: see exact.py.
BOUNDS = {
    "energy_wh": (0, 10**9),
    "billed_days": (0, 31),
    "days_in_month": (28, 31),
    "slab_days": (1, 31),
    "sanctioned_load_w": (0, 10**8),
    "max_demand_w": (0, 10**8),
    "fppas_basis_points": (-BASIS_POINTS, BASIS_POINTS),
    "fppas_carried_microrupees": (-(10**14), 10**14),
    "is_prepaid": (0, 1),
}

_BLOCK_ROWS = 1 << 14  # so many rows at a time stay in the processor's cache


class SliceRefused(BijligharError):
    """A row cannot be rated because one of its columns is out of bounds."""


def rate(schedule: Schedule, slices: Slices) -> Rated:
    """What each row's month so far costs; raises SliceRefused.

    Each head is rounded once, half up; the total is the sum of the rounded heads.
    """
    check(slices)
    rows = len(slices.energy_wh)
    paise = {head: np.empty(rows, dtype=np.int64) for head in Head}
    total = np.zeros(rows, dtype=np.int64)
    for block in _blocks(rows):
        for head, amount in exact_heads(schedule, _rows(slices, block)).items():
            paise[head][block] = to_paise(amount)
            total[block] += paise[head][block]
    return Rated(paise=paise, total_paise=total)


def difference(now: Rated, before: Rated) -> Rated:
    """The charge of what lies between two month-to-date ratings of the same rows."""
    return Rated(
        paise={head: now.paise[head] - before.paise[head] for head in Head},
        total_paise=now.total_paise - before.total_paise,
    )


def exact_heads(schedule: Schedule, slices: Slices) -> dict[Head, Exact]:
    """Each head before rounding, reliefs negative. The slices must have been checked.

    Source: the order of calculation is energy, fixed, subsidy, FPPAS on these, then duty
    and rebate, each on the sum that the order names.
    """
    heads = {
        Head.ENERGY: _energy(schedule.energy, slices, sign=1),
        Head.FIXED: _fixed(schedule, slices),
        Head.SUBSIDY: _energy(schedule.subsidy, slices, sign=-1),
    }
    heads[Head.FPPAS] = _fppas(schedule, slices, heads)
    duty = _share(schedule.duty, slices, heads, sign=1)
    rebate = _share(schedule.rebate, slices, heads, sign=-1)
    return heads | {Head.DUTY: duty, Head.REBATE: rebate}


def slab_energy(slabs: tuple[Slab, ...], slices: Slices) -> Iterator[IntArray]:
    """The energy in each slab, in Wh times the days of the month.

    Slab limits are scaled by `slab_days / days_in_month`; multiplying by the days of the
    month keeps that exact.
    """
    used = slices.energy_wh * slices.days_in_month
    below = np.zeros_like(used)
    for slab in slabs:
        upto = used
        if slab.upto_wh is not None:
            upto = np.minimum(used, slices.slab_days * slab.upto_wh)
        yield upto - below
        below = upto


def billable_load(schedule: Schedule, slices: Slices) -> tuple[IntArray, int]:
    """The billable load, in W times the number returned with it; not rounded up to a kW."""
    least = Fraction(schedule.billable_load.least_share_of_sanctioned)
    demand = slices.max_demand_w * least.denominator
    return np.maximum(demand, slices.sanctioned_load_w * least.numerator), least.denominator


def check(slices: Slices) -> None:
    """Raise SliceRefused, naming row and column, unless every value is within BOUNDS."""
    rows = len(slices.energy_wh)
    for name, (least, most) in BOUNDS.items():
        column: IntArray = getattr(slices, name)
        if column.dtype != np.int64 or column.shape != (rows,):
            raise SliceRefused(f"{name} must be int64, one number for each of {rows} rows")
        if rows and (column.min() < least or column.max() > most):
            row = int(np.argmax((column < least) | (column > most)))
            raise SliceRefused(
                f"row {row}, {name}: {column[row]} is outside {least} to {most}"
            )
    for name in ("billed_days", "slab_days"):
        over = getattr(slices, name) > slices.days_in_month
        if over.any():
            row = int(np.argmax(over))
            raise SliceRefused(f"row {row}, {name}: more than the days of the month")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rates:
    """Micro-rupees per Wh (or per W and month) as whole numbers over one denominator."""

    numerators: tuple[int, ...]
    denominator: int


@cache
def _rates(printed: tuple[Decimal, ...], per: int) -> _Rates:
    exact = [Fraction(rate) * MICRORUPEES_PER_RUPEE / per for rate in printed]
    denominator = lcm(*(rate.denominator for rate in exact))
    numerators = tuple(int(rate * denominator) for rate in exact)
    return _Rates(numerators=numerators, denominator=denominator)


def _energy(slabs: tuple[Slab, ...], slices: Slices, *, sign: int) -> Exact:
    rates = _rates(tuple(slab.rupees_per_kwh for slab in slabs), WH_PER_KWH)
    numerator = np.zeros_like(slices.energy_wh)
    for energy, rate_of_slab in zip(
        slab_energy(slabs, slices), rates.numerators, strict=True
    ):
        numerator += energy * (sign * rate_of_slab)
    return ratio(numerator=numerator, days=slices.days_in_month, scale=rates.denominator)


def _fixed(schedule: Schedule, slices: Slices) -> Exact:
    load, per = billable_load(schedule, slices)
    rates = _rates((schedule.fixed.rupees_per_kw_month,), W_PER_KW * per)
    numerator = load * slices.billed_days * rates.numerators[0]
    return ratio(numerator=numerator, days=slices.days_in_month, scale=rates.denominator)


def _fppas(schedule: Schedule, slices: Slices, heads: dict[Head, Exact]) -> Exact:
    base = add([heads[head] for head in schedule.fppas.of])
    part = share(base, numerator=slices.fppas_basis_points, denominator=BASIS_POINTS)
    return add_whole(part, slices.fppas_carried_microrupees)


def _share(rule: Share, slices: Slices, heads: dict[Head, Exact], *, sign: int) -> Exact:
    base = add([heads[head] for head in rule.of])
    exact = Fraction(rule.share)
    numerator: IntArray | int = sign * exact.numerator
    if rule.when is When.PREPAID:
        numerator = slices.is_prepaid * numerator
    return share(base, numerator=numerator, denominator=exact.denominator)


def _blocks(rows: int) -> Iterator[slice]:
    for first in range(0, rows, _BLOCK_ROWS):
        yield slice(first, min(first + _BLOCK_ROWS, rows))


def _rows(slices: Slices, block: slice) -> Slices:
    return Slices(
        **{field.name: getattr(slices, field.name)[block] for field in fields(slices)}
    )
