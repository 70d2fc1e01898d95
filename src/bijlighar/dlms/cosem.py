"""The words of the COSEM object model: attributes, methods, selections, scalers.

Source: IEC 62056-6-2 (Blue Book); profile generic 4.3.6, register 4.3.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import TypeAlias

from bijlighar.dlms import axdr, cosem_time
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.results import AccessResult as AccessResult
from bijlighar.dlms.results import ActionResult as ActionResult


class ClassId(IntEnum):
    """The interface classes that are spoken here."""

    DATA = 1
    REGISTER = 3
    EXTENDED_REGISTER = 4
    PROFILE_GENERIC = 7
    CLOCK = 8
    ASSOCIATION_LN = 15
    SECURITY_SETUP = 64
    DISCONNECT_CONTROL = 70
    LIMITER = 71


class Unit(IntEnum):
    """The units met in electricity meters (Blue Book 4.3.2.2)."""

    MINUTE = 6
    SECOND = 7
    WATT = 27
    VOLT_AMPERE = 28
    VAR = 29
    WATT_HOUR = 30
    VOLT_AMPERE_HOUR = 31
    VAR_HOUR = 32
    AMPERE = 33
    VOLT = 35
    HERTZ = 44
    COUNT = 255


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of one object."""

    class_id: int
    obis: Obis
    index: int


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one object."""

    class_id: int
    obis: Obis
    index: int


@dataclass(frozen=True, slots=True)
class CaptureObject:
    """A column of a profile: an attribute, and which part of it (0: all)."""

    class_id: int
    obis: Obis
    attribute: int
    data_index: int = 0

    def to_data(self) -> Data:
        """The capture object definition as a value."""
        return axdr.structure(
            (
                axdr.long_unsigned(self.class_id),
                axdr.octet_string(self.obis.to_bytes()),
                axdr.integer(self.attribute),
                axdr.long_unsigned(self.data_index),
            )
        )

    @classmethod
    def from_data(cls, data: Data) -> CaptureObject:
        """Read a capture object definition."""
        class_id, name, attribute, data_index = axdr.elements(data, 4)
        return cls(
            class_id=axdr.whole(class_id),
            obis=Obis.from_bytes(axdr.octets(name)),
            attribute=axdr.whole(attribute),
            data_index=axdr.whole(data_index),
        )


CLOCK_TIME = CaptureObject(ClassId.CLOCK, Obis(0, 0, 1, 0, 0, 255), 2)

REPLY_TO_HLS = Method(ClassId.ASSOCIATION_LN, Obis(0, 0, 40, 0, 0, 255), 1)


@dataclass(frozen=True, slots=True)
class RangeSelection:
    """Rows of a profile whose clock lies from `starts` to `ends`, both included.

    No `columns` means all columns.
    """

    starts: datetime
    ends: datetime
    columns: tuple[CaptureObject, ...] = ()


@dataclass(frozen=True, slots=True)
class EntrySelection:
    """Rows and columns by number, from 1, both ends included; last 0: up to the end."""

    first: int
    last: int
    first_column: int = 1
    last_column: int = 0


Selection: TypeAlias = RangeSelection | EntrySelection
RANGE_SELECTOR = 1
ENTRY_SELECTOR = 2


@dataclass(frozen=True, slots=True)
class AccessSelection:
    """A selection as it travels: which kind, and its parameters."""

    selector: int
    parameters: Data


def selection_to_access(selection: Selection) -> AccessSelection:
    """How a selection travels."""
    if isinstance(selection, EntrySelection):
        return AccessSelection(ENTRY_SELECTOR, _entry_parameters(selection))
    parameters = (
        CLOCK_TIME.to_data(),
        axdr.octet_string(cosem_time.encode(selection.starts)),
        axdr.octet_string(cosem_time.encode(selection.ends)),
        axdr.array(column.to_data() for column in selection.columns),
    )
    return AccessSelection(RANGE_SELECTOR, axdr.structure(parameters))


def selection_from_access(access: AccessSelection) -> Selection:
    """Read a selection; only ranges of the clock and of entry numbers are known."""
    if access.selector == ENTRY_SELECTOR:
        return EntrySelection(*map(axdr.whole, axdr.elements(access.parameters, 4)))
    if access.selector != RANGE_SELECTOR:
        raise _unknown(f"selector {access.selector} is unknown", access.parameters)
    by, starts, ends, columns = axdr.elements(access.parameters, 4)
    if CaptureObject.from_data(by) != CLOCK_TIME:
        raise _unknown("a range of anything but the clock is unknown", by)
    return RangeSelection(
        starts=cosem_time.decode(axdr.octets(starts)),
        ends=cosem_time.decode(axdr.octets(ends)),
        columns=tuple(map(CaptureObject.from_data, axdr.elements(columns))),
    )


def _entry_parameters(selection: EntrySelection) -> Data:
    return axdr.structure(
        (
            axdr.double_long_unsigned(selection.first),
            axdr.double_long_unsigned(selection.last),
            axdr.long_unsigned(selection.first_column),
            axdr.long_unsigned(selection.last_column),
        )
    )


def _unknown(message: str, data: Data) -> DecodeError:
    return DecodeError(message, offset=0, data=axdr.encode(data))


@dataclass(frozen=True, slots=True)
class ScalerUnit:
    """What a register counts: its raw value times ten to the `scaler`, in `unit`."""

    scaler: int
    unit: int

    def to_data(self) -> Data:
        """The value of attribute 3 of a register."""
        return axdr.structure((axdr.integer(self.scaler), axdr.enum(self.unit)))

    @classmethod
    def from_data(cls, data: Data) -> ScalerUnit:
        """Read attribute 3 of a register."""
        scaler, unit = axdr.elements(data, 2)
        if scaler.tag is not Tag.INTEGER or unit.tag is not Tag.ENUM:
            raise _unknown("a scaler is an integer, a unit an enum", data)
        return cls(scaler=axdr.whole(scaler), unit=axdr.whole(unit))

    def scaled(self, raw: int) -> Decimal:
        """The exact quantity, in `unit`, that a raw value stands for."""
        return Decimal(raw).scaleb(self.scaler)

    def scaled_whole(self, raw: int) -> int:
        """The quantity as a whole number of units; raises `EncodeError` when it is none."""
        quantity = self.scaled(raw)
        if quantity != quantity.to_integral_value():
            raise EncodeError(f"{quantity} is no whole number of units")
        return int(quantity)
