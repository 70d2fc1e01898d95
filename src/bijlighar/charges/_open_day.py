"""What one supply day of many connections rests on, as columns: one query, no objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from django.db import connection

from bijlighar.kernel.columns import ColumnType, fetch_columns
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.kernel.sql import statement
from bijlighar.tariffs.heads import heads_of
from bijlighar.tariffs.orders import schedules_for
from bijlighar.tariffs.values import Head, IntArray, Schedule

Columns = dict[str, IntArray]

MOST_WINDOWS = 4
"""Clock windows that a schedule may have and charges can keep."""

_EPOCH = date(1970, 1, 1)
_DATES = {"installed_on", "holds_from", "holds_until", "before_part_from"}
_OPEN_DAY = (
    "connection_id",
    "meter_id",
    "installed_on",
    "opening_register_wh",
    "category_place",
    "sanctioned_load_w",
    "is_prepaid",
    "holds_from",
    "holds_until",
    "has_before",
    "before_is_provisional",
    "before_part_from",
    "before_schedule_id",
    "before_load_w",
    "before_is_prepaid",
    "before_meter_id",
    "before_energy_wh",
    "before_days",
    "before_part_days",
    "before_selecting_wh",
    *(f"before_window_{place}_wh" for place in range(1, MOST_WINDOWS + 1)),
    "before_max_demand_w",
    "before_demand_excused",
    "before_fppas_basis_points",
    "before_fppas_carried_micropaise",
    *(f"before_{head.value}_paise" for head in Head),
)


def day_number(day: date) -> int:
    """Days since 1970: how columns hold a day."""
    return (day - _EPOCH).days


def day_of_number(number: int) -> date:
    """The day that a column holds."""
    return date.fromordinal(_EPOCH.toordinal() + number)


def open_day(
    *,
    connection_ids: Sequence[int] | IntArray,
    day: date,
    categories: Sequence[str],
    is_charged: bool = False,
) -> Columns:
    """The columns of `open_day.sql`, in the order of connections.

    Connections for which the day is charged already are passed over, unless it is asked
    for as one that `is_charged`.
    """
    told = {
        "ids": _ids(connection_ids),
        "day": day,
        "through": day - ONE_DAY if is_charged else day,
        "categories": list(categories),
    }
    wanted = [name for name in _OPEN_DAY if name not in _never(categories, day)]
    found = fetch("open_day", told, wanted, dates=_DATES)
    nothing = np.zeros_like(found["meter_id"])
    found |= {name: nothing for name in _OPEN_DAY if name not in found}
    return found | _told_by_meters(found["meter_id"], day)


def _never(categories: Sequence[str], day: date) -> set[str]:
    """Columns that are zero for everybody, as no schedule of the day or of the day before
    has what they hold: not asked for, a third less comes over the wire."""
    schedules = [
        schedule
        for category in categories
        for its_day in (day - ONE_DAY, day)
        for schedule in schedules_for(category, its_day)
    ]
    heads = {head for schedule in schedules for head in heads_of(schedule)}
    most = max((len(schedule.windows) for schedule in schedules), default=0)
    return {f"before_{head.value}_paise" for head in Head if head not in heads} | {
        f"before_window_{place}_wh" for place in range(most + 1, MOST_WINDOWS + 1)
    }


def _told_by_meters(meter_ids: IntArray, day: date) -> Columns:
    """The register and the highest half-hour of each meter, and whether one is known."""
    told = {"meters": _ids(meter_ids), "day": day}
    registers = fetch("registers_on", told, ("meter_id", "register_wh"), dates=set())
    peaks = fetch("peaks_on", told, ("meter_id", "peak_wh"), dates=set())
    register, is_heard = _matched(
        meter_ids, registers["meter_id"], registers["register_wh"]
    )
    peak, _ = _matched(meter_ids, peaks["meter_id"], peaks["peak_wh"])
    return {"closing_register_wh": register, "is_heard": is_heard, "peak_wh": peak}


def _matched(
    wanted: IntArray, ids: IntArray, values: IntArray
) -> tuple[IntArray, IntArray]:
    """The value of each wanted id, ids being in order, and 1 where there is one, else 0."""
    if not len(ids):
        return np.zeros_like(wanted), np.zeros_like(wanted)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    is_there = ids[place] == wanted
    return np.where(is_there, values[place], 0), is_there.astype(np.int64)


def windows_of(*, schedule: Schedule, meter_ids: IntArray, day: date) -> Columns:
    """`heard_wh` of the day's half-hours and `windows_wh`, a column for each window."""
    assert len(schedule.windows) <= MOST_WINDOWS, "the tables keep four windows"
    told: dict[str, object] = {"meters": _ids(meter_ids), "day": day}
    for place in range(1, MOST_WINDOWS + 1):
        there = place <= len(schedule.windows)
        window = schedule.windows[place - 1] if there else None
        told[f"first_{place}"] = window.first_block if window else 0
        told[f"until_{place}"] = window.until_block if window else 0
    names = [f"window_{place}_wh" for place in range(1, MOST_WINDOWS + 1)]
    found = fetch("window_blocks", told, ("meter_id", "heard_wh", *names), dates=set())
    columns = [found[name] for name in names[: len(schedule.windows)]]
    return {"heard_wh": found["heard_wh"], "windows_wh": np.column_stack(columns)}


def fetch(
    name: str, told: Mapping[str, object], columns: Sequence[str], *, dates: set[str]
) -> Columns:
    """A named statement's columns as int64; days as days since 1970."""
    types = {
        column: ColumnType.DATE if column in dates else ColumnType.INT8
        for column in columns
    }
    with connection.cursor() as cursor:
        found = fetch_columns(
            cursor.cursor, statement("bijlighar.charges", name), types, params=dict(told)
        )
    return {column: values.astype(np.int64) for column, values in found.items()}


def take(columns: Columns, rows: IntArray | np.ndarray) -> Columns:
    """Some rows of columns."""
    return {name: column[rows] for name, column in columns.items()}


def column(values: Sequence[int]) -> IntArray:
    """A column of integers."""
    return np.array(values, dtype=np.int64)


def _ids(ids: Sequence[int] | IntArray) -> str:
    """Ids as PostgreSQL writes an array: sent as one text, not one by one."""
    listed = ids.tolist() if isinstance(ids, np.ndarray) else ids
    return f"{{{','.join(map(str, listed))}}}"
