"""What one supply day of many connections rests on, as columns: no objects, no joins.

Facts, meters, the charge of the day before and what the meters told are asked for apart,
each in one pass over one index, and matched in memory: joined by the database they cost
twice as much.
"""

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
from bijlighar.tariffs.reading_charges import MOST_WINDOWS
from bijlighar.tariffs.values import Head, IntArray, Schedule

Columns = dict[str, IntArray]

_EPOCH = date(1970, 1, 1)
_FACT = (
    "connection_id",
    "category_place",
    "sanctioned_load_w",
    "is_prepaid",
    "holds_from",
    "holds_until",
)
_INSTALLATION = (
    "connection_id",
    "meter_id",
    "installed_on",
    "initial_register_wh",
    "holds_from",
    "holds_until",
)
_BEFORE = (
    "connection_id",
    "day",
    "closing_register_wh",
    "is_provisional",
    "part_from",
    "schedule_id",
    "load_w",
    "is_prepaid",
    "meter_id",
    "energy_wh",
    "days",
    "part_days",
    "selecting_wh",
    *(f"window_{place}_wh" for place in range(1, MOST_WINDOWS + 1)),
    "max_demand_w",
    "demand_excused",
    "fppas_basis_points",
    "fppas_carried_micropaise",
    *(f"{head.value}_paise" for head in Head),
)
_NEVER = (date(9999, 12, 31) - _EPOCH).days
_DATES = {"day", "installed_on", "holds_from", "holds_until", "part_from"}


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
    """What the day rests on, a row for each connection in order that is charged through
    the day before, or whose meter was installed on the day.

    Connections for which the day is charged already are passed over, unless it is asked
    for as one that `is_charged`. `installed_on`, `holds_from` and `holds_until` are of
    meter and facts; `before_…` is the charge of the day before, `has_before` whether there
    is one. What is not there is 0; a part's days 1, so that nothing is divided by 0.
    """
    ids = _ids(connection_ids)
    through = day - ONE_DAY if is_charged else day
    meters = fetch(
        "installations_on", {"ids": ids, "day": day}, _INSTALLATION, dates=_DATES
    )
    before = _charged_before(ids, day, through, categories)
    place, has_before = _found(meters["connection_id"], before["connection_id"])
    open_rows = np.where(
        has_before == 1,
        _at(before["day"], place, has_before) == day_number(day - ONE_DAY),
        meters["installed_on"] == day_number(day),
    )
    rows = np.flatnonzero(open_rows)
    meters, place, has_before = take(meters, rows), place[rows], has_before[rows]
    told = {"ids": ids, "day": day, "categories": list(categories)}
    columns = _with_facts(meters, fetch("facts_on", told, _FACT, dates=_DATES))
    columns |= {
        f"before_{name}": _at(values, place, has_before)
        for name, values in before.items()
        if name not in ("connection_id", "day")
    }
    columns["has_before"] = has_before
    columns["before_part_days"] = np.maximum(columns["before_part_days"], 1)
    columns["opening_register_wh"] = np.where(
        columns["installed_on"] == day_number(day),
        columns["initial_register_wh"],
        columns["before_closing_register_wh"],
    )
    return columns | _told_by_meters(columns["meter_id"], day)


def _charged_before(
    ids: str, day: date, through: date, categories: Sequence[str]
) -> Columns:
    """The last charge of each connection from the day before up to `through`."""
    told = {"ids": ids, "day": day, "through": through}
    never = _never(categories, day)
    wanted = [name for name in _BEFORE if name not in never]
    found = fetch("charged_before", told, wanted, dates=_DATES)
    owners = found["connection_id"]
    is_last = np.ones(len(owners), dtype=bool)
    is_last[:-1] = owners[1:] != owners[:-1]
    if not is_last.all():
        found = take(found, np.flatnonzero(is_last))
    nothing = np.zeros_like(found["connection_id"])
    return found | dict.fromkeys(never, nothing)


def _with_facts(meters: Columns, facts: Columns) -> Columns:
    """Meters with what holds for their connections, in the part where both hold."""
    place, is_known = _found(meters["connection_id"], facts["connection_id"])
    until = np.where(is_known == 1, _at(facts["holds_until"], place, is_known), _NEVER)
    return meters | {
        "category_place": _at(facts["category_place"], place, is_known),
        "sanctioned_load_w": _at(facts["sanctioned_load_w"], place, is_known),
        "is_prepaid": _at(facts["is_prepaid"], place, is_known),
        "holds_from": np.where(
            is_known == 1,
            np.maximum(meters["holds_from"], _at(facts["holds_from"], place, is_known)),
            meters["holds_from"],
        ),
        "holds_until": np.minimum(meters["holds_until"], until),
    }


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
    return {f"{head.value}_paise" for head in Head if head not in heads} | {
        f"window_{place}_wh" for place in range(most + 1, MOST_WINDOWS + 1)
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
    place, is_there = _found(wanted, ids)
    return _at(values, place, is_there), is_there


def _found(wanted: IntArray, ids: IntArray) -> tuple[IntArray, IntArray]:
    """The place of each wanted id among ids in order, and 1 where it is there, else 0."""
    if not len(ids):
        return np.zeros_like(wanted), np.zeros_like(wanted)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, (ids[place] == wanted).astype(np.int64)


def _at(values: IntArray, place: IntArray, is_there: IntArray) -> IntArray:
    """The values at places as `_found` tells them; 0 where nothing is there."""
    if not len(values):
        return np.zeros_like(place)
    return np.where(is_there == 1, values[place], 0)


def windows_of(*, schedule: Schedule, meter_ids: IntArray, day: date) -> Columns:
    """`heard_wh` of the day's half-hours and `windows_wh`, a column for each window."""
    assert len(schedule.windows) <= MOST_WINDOWS, "no order has more"
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
