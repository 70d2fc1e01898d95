"""What one meter holds, read by hand: profiles as tables with units, single attributes.

Columns, scalers and periods are read from the meter itself: nothing is presumed about its
make. A value without a scaler is shown as it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.cosem import (
    CLOCK_TIME,
    Attribute,
    CaptureObject,
    ClassId,
    RangeSelection,
    ScalerUnit,
    Unit,
)
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.kernel.ist import in_ist
from bijlighar.run.meter_line import NotAllowed, NotUnderstood, Talk

Shown: TypeAlias = "bool | int | float | str | list[Shown] | None"

_SCALED = (ClassId.REGISTER, ClassId.EXTENDED_REGISTER)
_UNITS = {
    Unit.MINUTE: "min",
    Unit.SECOND: "s",
    Unit.WATT: "W",
    Unit.VOLT_AMPERE: "VA",
    Unit.VAR: "var",
    Unit.WATT_HOUR: "Wh",
    Unit.VOLT_AMPERE_HOUR: "VAh",
    Unit.VAR_HOUR: "varh",
    Unit.AMPERE: "A",
    Unit.VOLT: "V",
    Unit.HERTZ: "Hz",
    Unit.COUNT: "",
}
_NAMES = {
    facts.obis: name.replace("_", " ") for name, facts in is15959.STANDARD.objects.items()
}


class Profile(StrEnum):
    """A profile as an engineer names it."""

    INSTANT = "instant"
    BLOCK = "block"
    DAILY = "daily"
    BILLING = "billing"
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Where a profile lies, and how far back it is read unless told."""

    buffers: tuple[Obis, ...]
    scalers: Obis
    back: timedelta | None = None


_KINDS = {
    Profile.INSTANT: _Kind(
        buffers=(is15959.INSTANTANEOUS,), scalers=is15959.INSTANTANEOUS_SCALERS
    ),
    Profile.BLOCK: _Kind(
        buffers=(is15959.BLOCK_LOAD,),
        scalers=is15959.BLOCK_LOAD_SCALERS,
        back=timedelta(days=1),
    ),
    Profile.DAILY: _Kind(
        buffers=(is15959.DAILY_LOAD,),
        scalers=is15959.DAILY_LOAD_SCALERS,
        back=timedelta(days=10),
    ),
    Profile.BILLING: _Kind(buffers=(is15959.BILLING,), scalers=is15959.BILLING_SCALERS),
    Profile.EVENTS: _Kind(
        buffers=(
            is15959.VOLTAGE_EVENTS,
            is15959.CURRENT_EVENTS,
            is15959.POWER_EVENTS,
            is15959.TRANSACTION_EVENTS,
            is15959.OTHER_EVENTS,
            is15959.NON_ROLLOVER_EVENTS,
            is15959.CONTROL_EVENTS,
        ),
        scalers=is15959.EVENT_SCALERS,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its object, and its unit where the meter tells one."""

    obis: str
    name: str
    class_id: int
    attribute: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A profile's rows, scaled where the meter tells how; `missing`: why there are none."""

    obis: str
    name: str
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One attribute as read."""

    obis: str
    name: str
    class_id: int
    attribute: int
    value: Shown
    unit: str = ""


async def read_profile(
    talk: Talk, profile: Profile, *, starts: datetime | None, ends: datetime | None
) -> tuple[Table, ...]:
    """A profile's tables: one, or one for each group of events.

    Without `starts`, half-hours go back a day and midnights ten days by the meter's own
    clock; everything else is read whole. Raises what `Talk.get` raises.
    """
    kind = _KINDS[profile]
    if kind.back is not None and starts is None:
        starts = (ends or await _meter_time(talk)) - kind.back
    selection = None
    if starts is not None or ends is not None:
        selection = RangeSelection(
            starts=starts or (ends or await _meter_time(talk)) - timedelta(days=365),
            ends=ends or await _meter_time(talk),
        )
    scalers = await _scalers(talk, kind.scalers)
    tables = []
    for buffer in kind.buffers:
        try:
            tables.append(await _table(talk, buffer, selection, scalers))
        except NotAllowed as error:
            if len(kind.buffers) == 1:
                raise
            tables.append(Table(obis=str(buffer), name=_name(buffer), missing=str(error)))
    return tuple(tables)


async def read_value(talk: Talk, attribute: Attribute) -> Value:
    """One attribute, with its unit where it is a register's value."""
    held = await talk.get(attribute)
    scaler = None
    if attribute.class_id in _SCALED and attribute.index == 2:
        told = await talk.get_if_there(Attribute(attribute.class_id, attribute.obis, 3))
        scaler = None if told is None else ScalerUnit.from_data(told)
    return Value(
        obis=str(attribute.obis),
        name=_name(attribute.obis),
        class_id=attribute.class_id,
        attribute=attribute.index,
        value=_shown(held, scaler),
        unit="" if scaler is None else _unit(scaler),
    )


async def _meter_time(talk: Talk) -> datetime:
    return cosem_time.decode(axdr.octets(await talk.get(is15959.CLOCK_TIME)))


async def _scalers(talk: Talk, obis: Obis) -> dict[tuple[Obis, int], ScalerUnit]:
    """By object and attribute, from the scaler profile; nothing where there is none."""
    columns = await talk.get_if_there(Attribute(ClassId.PROFILE_GENERIC, obis, 3))
    buffer = await talk.get_if_there(Attribute(ClassId.PROFILE_GENERIC, obis, 2))
    if columns is None or buffer is None:
        return {}
    try:
        captured = profiles.parse_capture_objects(columns)
        found = profiles.parse_scalers(buffer, captured)
    except (DecodeError, ValueError):
        return {}
    return {(column.obis, column.attribute): one for column, one in found.items()}


async def _table(
    talk: Talk,
    obis: Obis,
    selection: RangeSelection | None,
    scalers: dict[tuple[Obis, int], ScalerUnit],
) -> Table:
    columns = profiles.parse_capture_objects(
        await talk.get(Attribute(ClassId.PROFILE_GENERIC, obis, 3))
    )
    buffer = await talk.get(Attribute(ClassId.PROFILE_GENERIC, obis, 2), selection)
    of_column = [
        scalers.get((one.obis, one.attribute)) if one.class_id in _SCALED else None
        for one in columns
    ]
    try:
        rows = tuple(
            tuple(
                _shown(cell, scaler)
                for cell, scaler in zip(
                    axdr.elements(row, len(columns)), of_column, strict=True
                )
            )
            for row in axdr.elements(buffer)
        )
    except DecodeError as error:
        raise NotUnderstood(
            f"The rows of {obis} are not as its columns: {error}"
        ) from error
    return Table(
        obis=str(obis),
        name=_name(obis),
        columns=tuple(
            _column(one, scaler) for one, scaler in zip(columns, of_column, strict=True)
        ),
        rows=rows,
    )


def _column(one: CaptureObject, scaler: ScalerUnit | None) -> Column:
    is_clock = one == CLOCK_TIME
    return Column(
        obis=str(one.obis),
        name="clock" if is_clock else _name(one.obis),
        class_id=one.class_id,
        attribute=one.attribute,
        unit="" if scaler is None else _unit(scaler),
    )


def _name(obis: Obis) -> str:
    return _NAMES.get(obis, "")


def _unit(scaler: ScalerUnit) -> str:
    return _UNITS.get(Unit(scaler.unit), "") if scaler.unit in _UNITS else str(scaler.unit)


def _shown(data: Data, scaler: ScalerUnit | None = None) -> Shown:
    """A value as JSON can say it; a quantity exactly, as text where it has decimals."""
    value = data.value
    if isinstance(value, tuple):
        return [_shown(element) for element in value]
    if isinstance(value, bytes):
        return _octets(data, value)
    if scaler is not None and type(value) is int:
        return _quantity(scaler.scaled(value))
    return value


def _quantity(scaled: Decimal) -> int | str:
    return int(scaled) if scaled == scaled.to_integral_value() else f"{scaled:f}"


def _octets(data: Data, octets: bytes) -> str:
    """Times as Indian time, names and texts as text, other octets in hexadecimal."""
    if len(octets) == cosem_time.SIZE and data.tag in (Tag.OCTET_STRING, Tag.DATE_TIME):
        try:
            return in_ist(cosem_time.decode(octets)).isoformat(timespec="seconds")
        except DecodeError:
            return octets.hex()
    is_text = octets.isascii() and octets.decode("ascii").isprintable()
    return octets.decode() if is_text and octets else octets.hex()
