"""Rating once more with `Fraction`, one row at a time, as plainly as an order reads."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from bijlighar.tariffs.values import Head, Schedule, Slab, Slices, When

COLUMNS = tuple(Slices.__dataclass_fields__)


def slices_of(*rows: dict[str, int]) -> Slices:
    """Columns from rows; what a row leaves out is a quiet default."""
    full = [_with_defaults(row) for row in rows]
    columns = {
        name: np.array([row[name] for row in full], dtype=np.int64) for name in COLUMNS
    }
    return Slices(**columns)


def rated_paise(schedule: Schedule, given: dict[str, int]) -> dict[Head, int]:
    """Paise per head, each rounded once, halves away from zero."""
    row = _with_defaults(given)
    month = Fraction(row["days_in_month"])
    scale = row["slab_days"] / month
    load = max(
        Fraction(row["max_demand_w"]),
        row["sanctioned_load_w"]
        * Fraction(schedule.billable_load.least_share_of_sanctioned),
    )
    rupees = {
        Head.ENERGY: _slabs(schedule.energy, row["energy_wh"], scale),
        Head.FIXED: load
        / 1000
        * Fraction(schedule.fixed.rupees_per_kw_month)
        * row["billed_days"]
        / month,
        Head.SUBSIDY: -_slabs(schedule.subsidy, row["energy_wh"], scale),
    }
    percent = Fraction(row["fppas_basis_points"], 10_000)
    base = sum(rupees[head] for head in schedule.fppas.of)
    rupees[Head.FPPAS] = base * percent
    rupees[Head.FPPAS] += Fraction(row["fppas_carried_microrupees"], 10**6)
    for head, rule, sign in (
        (Head.DUTY, schedule.duty, 1),
        (Head.REBATE, schedule.rebate, -1),
    ):
        applies = rule.when is When.ALWAYS or row["is_prepaid"]
        total = sum(rupees[one] for one in rule.of)
        rupees[head] = sign * total * Fraction(rule.share) if applies else Fraction(0)
    return {head: half_up(amount * 100) for head, amount in rupees.items()}


def half_up(number: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    magnitude = int(abs(number) + Fraction(1, 2))
    return magnitude if number >= 0 else -magnitude


def _slabs(slabs: tuple[Slab, ...], energy_wh: int, scale: Fraction) -> Fraction:
    rupees = Fraction(0)
    for slab in slabs:
        above = slab.above_wh * scale
        upto = energy_wh if slab.upto_wh is None else min(energy_wh, slab.upto_wh * scale)
        rupees += max(upto - above, 0) * Fraction(slab.rupees_per_kwh) / 1000
    return rupees


def _with_defaults(row: dict[str, int]) -> dict[str, int]:
    days = row.get("days_in_month", 30)
    defaults = {
        "energy_wh": 0,
        "billed_days": days,
        "days_in_month": days,
        "slab_days": days,
        "sanctioned_load_w": 1000,
        "max_demand_w": 0,
        "fppas_basis_points": 0,
        "fppas_carried_microrupees": 0,
        "is_prepaid": 1,
    }
    return defaults | row
