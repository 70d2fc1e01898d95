"""Rating: what a month so far costs, exactly, for one connection or for ten million.

A day's charge is the difference of two month-to-date totals, so the days always add up to
the month and a late reading needs no rule of its own: rate again, post the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.exact import to_paise
from bijlighar.tariffs.heads import BASIS_POINTS, Month
from bijlighar.tariffs.values import Head, IntArray, Rated, Schedule, Slices

MOST_DAYS = 92
"""The longest period from reading to reading that is charged as one."""

# Within these, and the bounds on rates in reading.py, no step leaves int64: the largest is
# 1e10 centiwatt times 1e6 micropaise times 92 days, a tenth of what int64 holds.
BOUNDS = {
    "energy_wh": (0, 10**9),
    "selecting_wh": (0, 10**9),
    "windows_wh": (0, 10**9),
    "billed_days": (0, MOST_DAYS),
    "days_in_month": (28, 31),
    "slab_days": (1, MOST_DAYS),
    "sanctioned_load_w": (1, 10**8),
    "max_demand_w": (0, 10**8),
    "demand_excused": (0, 1),
    "fppas_basis_points": (-BASIS_POINTS, BASIS_POINTS),
    "fppas_carried_micropaise": (-(10**16), 10**16),
    "is_prepaid": (0, 1),
}

_BLOCK_ROWS = 1 << 14  # so many rows at a time stay in the processor's cache


class SliceRefused(BijligharError):
    """A row cannot be rated because one of its columns is out of bounds."""


def rate(schedule: Schedule, slices: Slices) -> Rated:
    """What each row's month so far costs; raises SliceRefused.

    Each head is rounded once, half up; the total is the sum of the rounded heads.
    """
    check(schedule, slices)
    rows = len(slices.energy_wh)
    paise: dict[Head, IntArray] = {}
    nothing = np.zeros(rows, dtype=np.int64)
    total = np.zeros(rows, dtype=np.int64)
    for block in blocks(rows):
        month = Month(schedule, rows_of(slices, block))
        for head, amount in month.heads.items():
            column = paise.setdefault(head, np.empty(rows, dtype=np.int64))
            column[block] = to_paise(amount, schedule.rounding.line_paise)
            total[block] += column[block]
    return Rated(paise={head: paise.get(head, nothing) for head in Head}, total_paise=total)


def difference(now: Rated, before: Rated) -> Rated:
    """The charge of what lies between two month-to-date ratings of the same rows."""
    return Rated(
        paise={head: now.paise[head] - before.paise[head] for head in Head},
        total_paise=now.total_paise - before.total_paise,
    )


def fppas_carried(
    schedule: Schedule, until_change: Slices, basis_points_after: IntArray
) -> IntArray:
    """What a change of the percentage inside a month carries on, in micropaise.

    `until_change` is the month up to the change, with the percentage before it and what it
    carried itself. What was used until then keeps its percentage; what is carried makes up
    for rating it with the new one from then on. Raises SliceRefused.
    """
    check(schedule, until_change)
    if schedule.fppas is None:
        return np.zeros_like(until_change.energy_wh)
    month = Month(schedule, until_change)
    at_new = Month(
        schedule,
        _replace(
            until_change,
            fppas_basis_points=basis_points_after,
            fppas_carried_micropaise=np.zeros_like(basis_points_after),
        ),
    )
    return month.heads[Head.FPPAS] - at_new.heads[Head.FPPAS]


def check(schedule: Schedule, slices: Slices) -> None:
    """Raise SliceRefused, naming row and column, unless every value is within BOUNDS."""
    rows = len(slices.energy_wh)
    for name, (least, most) in BOUNDS.items():
        column: IntArray = getattr(slices, name)
        shape = (rows, len(schedule.windows)) if name == "windows_wh" else (rows,)
        if column.dtype != np.int64 or column.shape != shape:
            raise SliceRefused(f"{name} must be int64, one number for each of {rows} rows")
        if column.size and (column.min() < least or column.max() > most):
            wrong = ((column < least) | (column > most)).reshape(rows, -1)
            row = int(np.argmax(wrong.any(axis=1)))
            value = column[row].tolist()
            raise SliceRefused(f"row {row}, {name}: {value} is outside {least} to {most}")
    for name, over, than in (
        ("billed_days", slices.billed_days > slices.slab_days, "the days of its period"),
        ("selecting_wh", slices.selecting_wh < slices.energy_wh, "less than what was used"),
    ):
        if over.any():
            row = int(np.argmax(over))
            reason = than if name == "selecting_wh" else f"more than {than}"
            raise SliceRefused(f"row {row}, {name}: {reason}")


def blocks(rows: int) -> Iterator[slice]:
    """Parts of so many rows as are worked on at a time."""
    for first in range(0, rows, _BLOCK_ROWS):
        yield slice(first, min(first + _BLOCK_ROWS, rows))


def rows_of(slices: Slices, block: slice | IntArray) -> Slices:
    """Some rows of the slices."""
    return Slices(
        **{field.name: getattr(slices, field.name)[block] for field in fields(slices)}
    )


def _replace(slices: Slices, **columns: IntArray) -> Slices:
    held = {field.name: getattr(slices, field.name) for field in fields(slices)}
    return Slices(**(held | columns))
