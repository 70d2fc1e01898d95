"""The types of values that meters exchange, and how the fixed ones stand in octets.

Source: IEC 62056-6-2 (Data), 4.1.5 (common data types).
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import NamedTuple, TypeAlias

MAX_DEPTH = 16

Value: TypeAlias = "bool | int | float | bytes | str | tuple[Data, ...] | None"
Plain: TypeAlias = "bool | int | float | bytes | str | list[Plain] | None"


class Tag(IntEnum):
    """The type of a value."""

    NULL = 0
    ARRAY = 1
    STRUCTURE = 2
    BOOLEAN = 3
    BIT_STRING = 4
    DOUBLE_LONG = 5
    DOUBLE_LONG_UNSIGNED = 6
    OCTET_STRING = 9
    VISIBLE_STRING = 10
    UTF8_STRING = 12
    BCD = 13
    INTEGER = 15
    LONG = 16
    UNSIGNED = 17
    LONG_UNSIGNED = 18
    COMPACT_ARRAY = 19
    LONG64 = 20
    LONG64_UNSIGNED = 21
    ENUM = 22
    FLOAT32 = 23
    FLOAT64 = 24
    DATE_TIME = 25
    DATE = 26
    TIME = 27
    DELTA_INTEGER = 28
    DELTA_LONG = 29
    DELTA_DOUBLE_LONG = 30
    DELTA_UNSIGNED = 31
    DELTA_LONG_UNSIGNED = 32
    DELTA_DOUBLE_LONG_UNSIGNED = 33
    DONT_CARE = 255


class Data(NamedTuple):
    """A typed value.

    Strings of bits are text of 0 and 1, first bit first; visible strings are text, one
    character per octet; dates and times stay the octets they are (see `cosem_time`).
    A compact array holds its elements like any array. A named tuple and no dataclass: a
    profile has hundreds of these, and making one takes a third of the time.
    """

    tag: Tag
    value: Value

    def plain(self) -> Plain:
        """The value without types: None, bool, int, float, bytes, str, nested lists."""
        if isinstance(self.value, tuple):
            return [element.plain() for element in self.value]
        return self.value


NULL = Data(Tag.NULL, None)
DONT_CARE = Data(Tag.DONT_CARE, None)
EMPTY = {int(data.tag): data for data in (NULL, DONT_CARE)}
FIXED: dict[int, tuple[Tag, Struct]] = {
    tag: (tag, Struct(form))
    for tag, form in {
        Tag.BOOLEAN: ">?",
        Tag.DOUBLE_LONG: ">i",
        Tag.DOUBLE_LONG_UNSIGNED: ">I",
        Tag.BCD: ">B",
        Tag.INTEGER: ">b",
        Tag.LONG: ">h",
        Tag.UNSIGNED: ">B",
        Tag.LONG_UNSIGNED: ">H",
        Tag.LONG64: ">q",
        Tag.LONG64_UNSIGNED: ">Q",
        Tag.ENUM: ">B",
        Tag.FLOAT32: ">f",
        Tag.FLOAT64: ">d",
        Tag.DATE_TIME: ">12s",
        Tag.DATE: ">5s",
        Tag.TIME: ">4s",
        Tag.DELTA_INTEGER: ">b",
        Tag.DELTA_LONG: ">h",
        Tag.DELTA_DOUBLE_LONG: ">i",
        Tag.DELTA_UNSIGNED: ">B",
        Tag.DELTA_LONG_UNSIGNED: ">H",
        Tag.DELTA_DOUBLE_LONG_UNSIGNED: ">I",
    }.items()
}
STRING_CODECS = {Tag.VISIBLE_STRING: "latin-1", Tag.UTF8_STRING: "utf-8"}
