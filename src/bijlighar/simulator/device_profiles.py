"""The profiles of a pretend meter: tables of rows, and the scalers of their columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    CLOCK_TIME,
    AccessResult,
    Attribute,
    CaptureObject,
    ClassId,
    EntrySelection,
    RangeSelection,
    Selection,
)
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.server import AccessDenied
from bijlighar.simulator import load_profile, meter_objects
from bijlighar.simulator.load_profile import BLOCKS, MIDNIGHTS, Capture
from bijlighar.simulator.meter import Meter

Read = Callable[[Meter, Selection | None], Data]
Row = Callable[[Meter, int], tuple[Data, ...]]

_FIRST_IN_FIRST_OUT = 1
_NOTHING = axdr.double_long_unsigned(0)
_HEALTHY = axdr.unsigned(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A profile that captures a row now and then and keeps the latest."""

    obis: Obis
    capture: Capture
    columns: tuple[CaptureObject, ...]
    row: Row


def reads(table: Mapping[Attribute, Read]) -> dict[Attribute, Read]:
    """The attributes of all profiles; `table` tells what single values read as."""
    found: dict[Attribute, Read] = {}
    for kept in (_BLOCKS, _MIDNIGHTS):
        found |= _kept_profile(kept)
    for obis, columns in _SINGLE_ROWS.items():
        found |= single_row_profile(obis=obis, columns=columns, table=table)
    return found


def _kept_profile(kept: _Kept) -> dict[Attribute, Read]:
    """The attributes of a profile that keeps rows."""
    capture = kept.capture

    def entries_in_use(meter: Meter, selection: Selection | None) -> Data:
        return axdr.double_long_unsigned(len(capture.kept(meter.second)))

    return {
        profile_attribute(kept.obis, 2): lambda meter, selection: _buffer(
            kept, meter, selection
        ),
        profile_attribute(kept.obis, 3): always(
            profiles.capture_objects_data(kept.columns)
        ),
        profile_attribute(kept.obis, 4): always(
            axdr.double_long_unsigned(capture.period_s)
        ),
        profile_attribute(kept.obis, 5): always(axdr.enum(_FIRST_IN_FIRST_OUT)),
        profile_attribute(kept.obis, 6): always(CLOCK_TIME.to_data()),
        profile_attribute(kept.obis, 7): entries_in_use,
        profile_attribute(kept.obis, 8): always(
            axdr.double_long_unsigned(capture.rows_kept)
        ),
    }


def single_row_profile(
    *, obis: Obis, columns: tuple[CaptureObject, ...], table: Mapping[Attribute, Read]
) -> dict[Attribute, Read]:
    """The attributes of a profile whose one row is what its columns read as now."""
    cells = [
        table[Attribute(column.class_id, column.obis, column.attribute)]
        for column in columns
    ]

    def buffer(meter: Meter, selection: Selection | None) -> Data:
        return axdr.array([axdr.structure(cell(meter, None) for cell in cells)])

    return {
        profile_attribute(obis, 2): buffer,
        profile_attribute(obis, 3): always(profiles.capture_objects_data(columns)),
        profile_attribute(obis, 4): always(_NOTHING),
        profile_attribute(obis, 7): always(axdr.double_long_unsigned(1)),
        profile_attribute(obis, 8): always(axdr.double_long_unsigned(1)),
    }


def _buffer(kept: _Kept, meter: Meter, selection: Selection | None) -> Data:
    """The rows that were asked for, the oldest first."""
    chosen = _rows(meter=meter, capture=kept.capture, selection=selection)
    wanted = _columns(kept.columns, selection)
    rows = (kept.row(meter, second) for second in chosen)
    if wanted == range(len(kept.columns)):
        return axdr.array(axdr.structure(row) for row in rows)
    return axdr.array(axdr.structure(row[index] for index in wanted) for row in rows)


def _rows(*, meter: Meter, capture: Capture, selection: Selection | None) -> range:
    """The stamps of the rows that were asked for."""
    kept = capture.kept(meter.second)
    if isinstance(selection, RangeSelection):
        almost = timedelta(seconds=1, microseconds=-1)
        return load_profile.within(
            kept,
            first=meter.calendar.second_of(selection.starts + almost),
            last=meter.calendar.second_of(selection.ends),
        )
    if isinstance(selection, EntrySelection):
        if selection.first < 1 or selection.first_column < 1:
            raise AccessDenied(AccessResult.TYPE_UNMATCHED)
        return load_profile.by_entry(kept, first=selection.first, last=selection.last)
    return kept


def _columns(
    columns: tuple[CaptureObject, ...], selection: Selection | None
) -> Sequence[int]:
    """The numbers, from 0, of the columns that were asked for."""
    everything = range(len(columns))
    if isinstance(selection, EntrySelection):
        return everything[
            selection.first_column - 1 : selection.last_column or len(columns)
        ]
    if not isinstance(selection, RangeSelection) or not selection.columns:
        return everything
    try:
        return [columns.index(column) for column in selection.columns]
    except ValueError:
        raise AccessDenied(AccessResult.SCOPE_OF_ACCESS_VIOLATED) from None


def _block_row(meter: Meter, second: int) -> tuple[Data, ...]:
    """One half-hour in the order of `SINGLE_PHASE_BLOCK_LOAD`."""
    row = load_profile.block_row(
        house=meter.house, ends=second, seed=meter.seed, serial=meter.serial
    )
    return (
        stamp(meter, second),
        axdr.long_unsigned(row.voltage_cv),
        axdr.long_unsigned(row.current_ca),
        axdr.double_long_unsigned(row.import_wh),
        _NOTHING,
        axdr.double_long_unsigned(row.import_vah),
        _NOTHING,
        _HEALTHY,
    )


def _midnight_row(meter: Meter, second: int) -> tuple[Data, ...]:
    """One midnight in the order of `SINGLE_PHASE_DAILY_LOAD`."""
    row = load_profile.midnight_row(house=meter.house, at=second)
    return (
        stamp(meter, second),
        axdr.double_long_unsigned(row.import_wh),
        axdr.double_long_unsigned(row.import_vah),
        _NOTHING,
        _NOTHING,
    )


def stamp(meter: Meter, second: int) -> Data:
    """The clock column of a row."""
    return axdr.octet_string(cosem_time.encode(meter.calendar.instant_of(second)))


def profile_attribute(obis: Obis, index: int) -> Attribute:
    """An attribute of a profile."""
    return Attribute(ClassId.PROFILE_GENERIC, obis, index)


def always(value: Data) -> Read:
    """An attribute that is always the same."""
    return lambda meter, selection: value


_BLOCKS = _Kept(
    obis=is15959.BLOCK_LOAD,
    capture=BLOCKS,
    columns=is15959.SINGLE_PHASE_BLOCK_LOAD,
    row=_block_row,
)
_MIDNIGHTS = _Kept(
    obis=is15959.DAILY_LOAD,
    capture=MIDNIGHTS,
    columns=is15959.SINGLE_PHASE_DAILY_LOAD,
    row=_midnight_row,
)
_SINGLE_ROWS = {
    is15959.INSTANTANEOUS: meter_objects.INSTANT_COLUMNS,
    is15959.NAME_PLATE: meter_objects.NAME_PLATE_COLUMNS,
    is15959.INSTANTANEOUS_SCALERS: is15959.scaler_columns(meter_objects.INSTANT_COLUMNS),
    is15959.BLOCK_LOAD_SCALERS: is15959.scaler_columns(is15959.SINGLE_PHASE_BLOCK_LOAD),
    is15959.DAILY_LOAD_SCALERS: is15959.scaler_columns(is15959.SINGLE_PHASE_DAILY_LOAD),
}
