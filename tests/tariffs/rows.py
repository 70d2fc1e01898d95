"""Months so far as rows of names and numbers: what a row leaves out is a quiet default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from bijlighar.tariffs.values import Schedule, Slices

Row = Mapping[str, int | Sequence[int]]


def slices_of(schedule: Schedule, *rows: Row) -> Slices:
    """Columns from rows; `windows_wh` is a list with one number for each window."""
    full = [with_defaults(schedule, row) for row in rows]
    columns = {
        field.name: np.array([row[field.name] for row in full], dtype=np.int64)
        for field in fields(Slices)
    }
    windows = columns["windows_wh"].reshape(len(full), len(schedule.windows))
    return Slices(**(columns | {"windows_wh": windows}))


def with_defaults(schedule: Schedule, row: Row) -> dict[str, int | Sequence[int]]:
    """A whole month of a prepaid home without demand, but for what the row says.

    `selecting_wh` is what is used, and the days billed and the days that limits are scaled
    by are those of the month.
    """
    days = row.get("days_in_month", 30)
    defaults: dict[str, int | Sequence[int]] = {
        "energy_wh": 0,
        "selecting_wh": row.get("energy_wh", 0),
        "windows_wh": [0] * len(schedule.windows),
        "billed_days": days,
        "days_in_month": days,
        "slab_days": days,
        "sanctioned_load_w": 1000,
        "max_demand_w": 0,
        "demand_excused": 0,
        "fppas_basis_points": 0,
        "fppas_carried_micropaise": 0,
        "is_prepaid": 1,
    }
    unknown = set(row) - set(defaults)
    assert not unknown, f"no column is called {sorted(unknown)}"
    return defaults | dict(row)
