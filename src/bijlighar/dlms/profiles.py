"""Profiles: the tables a meter keeps, their columns and their rows.

A row is a structure whose elements stand in the order of the capture objects. Columns are
found by position, never by name alone, since a maximum demand is captured twice under one
name: its value and its time.

Source: IEC 62056-6-2, 4.3.6 (profile generic); IS 15959-2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from bijlighar.dlms import axdr, cosem_time
from bijlighar.dlms.axdr import Data, Plain, Tag
from bijlighar.dlms.cosem import (
    CLOCK_TIME,
    AccessResult,
    EntrySelection,
    RangeSelection,
    ScalerUnit,
    Selection,
)
from bijlighar.dlms.cosem import CaptureObject as CaptureObject
from bijlighar.dlms.device import AccessDenied
from bijlighar.dlms.errors import DecodeError

Cell: TypeAlias = "Plain | datetime"


def capture_objects_data(captures: Iterable[CaptureObject]) -> Data:
    """The columns as attribute 3 of a profile."""
    return axdr.array(capture.to_data() for capture in captures)


def parse_capture_objects(data: Data) -> tuple[CaptureObject, ...]:
    """The columns in attribute 3 of a profile."""
    return tuple(map(CaptureObject.from_data, axdr.elements(data)))


def select_rows(
    rows: Sequence[Data],
    selection: Selection | None,
    *,
    captures: Sequence[CaptureObject],
) -> list[Data]:
    """The rows, and of each the columns, that a client has asked for.

    `rows` are structures in the order of `captures`. Raises `AccessDenied` for a range
    over a profile without clock, or for a column that is not captured.
    """
    if selection is None:
        return list(rows)
    if isinstance(selection, EntrySelection):
        return _select_entries(rows, selection)
    columns = [_position(captures, column) for column in selection.columns]
    clock = _position(captures, CLOCK_TIME)
    chosen = [row for row in rows if _is_in(row, clock, selection)]
    return [_only(row, columns) for row in chosen] if columns else chosen


def parse_rows(
    buffer: Data,
    captures: Sequence[CaptureObject],
    *,
    capture_period_s: int | None = None,
) -> list[tuple[Cell, ...]]:
    """The rows of a buffer as plain values, clocks as instants in UTC.

    A clock sent as null is the clock before plus `capture_period_s`; without a row before,
    or without a period, it is a `DecodeError`. Any other null stays None: whether it means
    "unchanged" or "not measured" is for the caller, who knows the make.
    """
    clocks = [captured == CLOCK_TIME for captured in captures]
    parsed: list[tuple[Cell, ...]] = []
    clock: datetime | None = None
    for row in axdr.elements(buffer):
        cells: list[Cell] = []
        for is_clock, cell in zip(clocks, axdr.elements(row, len(clocks)), strict=True):
            if is_clock:
                clock = _clock_of(cell, clock, capture_period_s)
                cells.append(clock)
            else:
                cells.append(cell.plain())
        parsed.append(tuple(cells))
    return parsed


def parse_scalers(
    buffer: Data, captures: Sequence[CaptureObject]
) -> Mapping[CaptureObject, ScalerUnit]:
    """The scalers in the one row of a scaler profile, by the attributes they belong to.

    The scaler profile captures attribute 3 of registers; the keys here name attribute 2,
    as the data profile does (attribute 2 too for demand registers, class 4).
    """
    (row,) = axdr.elements(buffer, 1)
    scalers = axdr.elements(row, len(captures))
    return {
        CaptureObject(captured.class_id, captured.obis, 2): ScalerUnit.from_data(scaler)
        for captured, scaler in zip(captures, scalers, strict=True)
    }


def _select_entries(rows: Sequence[Data], selection: EntrySelection) -> list[Data]:
    if not (selection.first >= 1 and selection.first_column >= 1):
        raise AccessDenied(AccessResult.TYPE_UNMATCHED)
    chosen = rows[selection.first - 1 : selection.last or None]
    if selection.first_column == 1 and selection.last_column == 0:
        return list(chosen)
    columns = slice(selection.first_column - 1, selection.last_column or None)
    return [axdr.structure(axdr.elements(row)[columns]) for row in chosen]


def _position(captures: Sequence[CaptureObject], column: CaptureObject) -> int:
    try:
        return list(captures).index(column)
    except ValueError as error:
        raise AccessDenied(AccessResult.SCOPE_OF_ACCESS_VIOLATED) from error


def _is_in(row: Data, clock: int, selection: RangeSelection) -> bool:
    at = cosem_time.decode(axdr.octets(axdr.elements(row)[clock]))
    return selection.starts <= at <= selection.ends


def _only(row: Data, columns: Sequence[int]) -> Data:
    cells = axdr.elements(row)
    return axdr.structure(cells[column] for column in columns)


def _clock_of(cell: Data, before: datetime | None, period_s: int | None) -> datetime:
    if cell.tag is not Tag.NULL:
        return cosem_time.decode(axdr.octets(cell))
    if before is None or period_s is None:
        raise DecodeError("a clock is missing", offset=0, data=axdr.encode(cell))
    return before + timedelta(seconds=period_s)
