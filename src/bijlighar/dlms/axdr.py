"""A-XDR: the typed values that meters exchange.

A value is a tag and a Python value; arrays and structures hold tuples of values. Decoding
copies nothing but strings, goes at most `MAX_DEPTH` deep and believes no count that the
octets left over could not hold.

Source: IEC 62056-6-2 (Data), IEC 61334-6 (A-XDR).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from struct import error as StructError
from typing import TypeAlias

from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.reader import Reader, length_octets

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
    LONG64 = 20
    LONG64_UNSIGNED = 21
    ENUM = 22
    FLOAT32 = 23
    FLOAT64 = 24
    DATE_TIME = 25
    DATE = 26
    TIME = 27


@dataclass(frozen=True, slots=True)
class Data:
    """A typed value.

    Strings of bits are text of 0 and 1, first bit first; visible strings are text, one
    character per octet; dates and times stay the octets they are (see `cosem_time`).
    """

    tag: Tag
    value: Value

    def plain(self) -> Plain:
        """The value without types: None, bool, int, float, bytes, str, nested lists."""
        if isinstance(self.value, tuple):
            return [element.plain() for element in self.value]
        return self.value


_NULL = Data(Tag.NULL, None)
_FIXED: dict[int, tuple[Tag, Struct]] = {
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
    }.items()
}
_STRING_CODECS = {Tag.VISIBLE_STRING: "latin-1", Tag.UTF8_STRING: "utf-8"}


def decode(data: bytes) -> Data:
    """Read one value that fills all of `data`."""
    value, offset = decode_prefix(data, 0)
    if offset != len(data):
        raise DecodeError("octets after the value", offset=offset, data=data)
    return value


def decode_prefix(data: bytes, offset: int) -> tuple[Data, int]:
    """Read the value at `offset`; the second result is the offset after it."""
    return _decode_at(data, offset, MAX_DEPTH)


def read(reader: Reader) -> Data:
    """Read the value at the cursor and move past it."""
    value, after = _decode_at(reader.data, reader.offset, MAX_DEPTH)
    reader.take(after - reader.offset)
    return value


def encode(data: Data) -> bytes:
    """The octets of a value; raises `EncodeError` when it does not fit its type."""
    out = bytearray()
    _append(out, data, MAX_DEPTH)
    return bytes(out)


def _decode_at(data: bytes, offset: int, depth: int) -> tuple[Data, int]:
    if offset >= len(data):
        raise DecodeError("a value expected, no octets left", offset=offset, data=data)
    tag = data[offset]
    fixed = _FIXED.get(tag)
    if fixed is not None:
        kind, form = fixed
        end = offset + 1 + form.size
        if end > len(data):
            raise DecodeError(f"{kind.name} cut short", offset=offset, data=data)
        return Data(kind, form.unpack_from(data, offset + 1)[0]), end
    if tag == Tag.NULL:
        return _NULL, offset + 1
    if tag in (Tag.ARRAY, Tag.STRUCTURE):
        return _decode_elements(data, offset, depth)
    return _decode_string(data, offset)


def _decode_elements(data: bytes, offset: int, depth: int) -> tuple[Data, int]:
    if depth == 0:
        raise DecodeError(f"nested over {MAX_DEPTH} deep", offset=offset, data=data)
    reader = Reader(data, offset + 1)
    count = reader.length()
    if count > reader.remaining:
        raise DecodeError(f"{count} elements cannot follow", offset=offset, data=data)
    at = reader.offset
    elements = []
    for _ in range(count):
        element, at = _decode_at(data, at, depth - 1)
        elements.append(element)
    return Data(Tag(data[offset]), tuple(elements)), at


def _decode_string(data: bytes, offset: int) -> tuple[Data, int]:
    reader = Reader(data, offset + 1)
    tag = data[offset]
    if tag == Tag.OCTET_STRING:
        return Data(Tag.OCTET_STRING, reader.sized()), reader.offset
    if tag == Tag.BIT_STRING:
        return Data(Tag.BIT_STRING, _read_bits(reader)), reader.offset
    if tag == Tag.VISIBLE_STRING or tag == Tag.UTF8_STRING:
        kind = Tag(tag)
        octets = reader.sized()
        try:
            return Data(kind, octets.decode(_STRING_CODECS[kind])), reader.offset
        except UnicodeDecodeError as error:
            raise DecodeError(f"no {kind.name}", offset=offset, data=data) from error
    raise DecodeError(f"type {tag} is unknown", offset=offset, data=data)


def _read_bits(reader: Reader) -> str:
    count = reader.length()
    size = (count + 7) // 8
    return f"{reader.unsigned(size):0{size * 8}b}"[:count]


def _append(out: bytearray, data: Data, depth: int) -> None:
    tag, value = data.tag, data.value
    out.append(tag)
    fixed = _FIXED.get(tag)
    if fixed is not None:
        out += _fixed_octets(fixed[1], data)
    elif isinstance(value, tuple) and tag in (Tag.ARRAY, Tag.STRUCTURE):
        if depth == 0:
            raise EncodeError(f"nested over {MAX_DEPTH} deep")
        out += length_octets(len(value))
        for element in value:
            _append(out, element, depth - 1)
    elif not (tag == Tag.NULL and value is None):
        out += _string_octets(data)


def _fixed_octets(form: Struct, data: Data) -> bytes:
    value = data.value
    if isinstance(value, bytes) and len(value) != form.size:
        raise EncodeError(f"{data.tag.name} has {form.size} octets, not {len(value)}")
    if isinstance(value, bool) is not (data.tag == Tag.BOOLEAN):
        raise EncodeError(f"{value!r} is no {data.tag.name}")
    try:
        return form.pack(value)
    except (StructError, OverflowError) as error:
        raise EncodeError(f"{value!r} is no {data.tag.name}") from error


def _string_octets(data: Data) -> bytes:
    tag, value = data.tag, data.value
    if tag == Tag.OCTET_STRING and isinstance(value, bytes):
        return length_octets(len(value)) + value
    if tag == Tag.BIT_STRING and isinstance(value, str) and not value.strip("01"):
        size = (len(value) + 7) // 8
        bits = int("0" + value.ljust(size * 8, "0"), 2)
        return length_octets(len(value)) + bits.to_bytes(size, "big")
    codec = _STRING_CODECS.get(tag)
    if codec is None or not isinstance(value, str):
        raise EncodeError(f"{value!r} is no {tag.name}")
    try:
        octets = value.encode(codec)
    except UnicodeEncodeError as error:
        raise EncodeError(f"{value!r} is no {tag.name}") from error
    return length_octets(len(octets)) + octets


def whole(data: Data) -> int:
    """The number in a value of any whole-number type."""
    if isinstance(data.value, int) and not isinstance(data.value, bool):
        return data.value
    raise _mismatch(data, "a whole number")


def octets(data: Data) -> bytes:
    """The octets in an octet-string, date-time, date or time."""
    if isinstance(data.value, bytes):
        return data.value
    raise _mismatch(data, "octets")


def elements(data: Data, count: int | None = None) -> tuple[Data, ...]:
    """The elements of an array or structure, of which there must be `count` if given."""
    if isinstance(data.value, tuple) and count in (None, len(data.value)):
        return data.value
    raise _mismatch(data, "elements" if count is None else f"{count} elements")


def _mismatch(data: Data, what: str) -> DecodeError:
    return DecodeError(f"{what} expected, not {data.tag.name}", offset=0, data=encode(data))


def null() -> Data:
    """No value."""
    return _NULL


def array(values: Iterable[Data]) -> Data:
    """Values of one type."""
    return Data(Tag.ARRAY, tuple(values))


def structure(values: Iterable[Data]) -> Data:
    """Values of several types."""
    return Data(Tag.STRUCTURE, tuple(values))


def boolean(value: bool) -> Data:
    """True or false."""
    return Data(Tag.BOOLEAN, value)


def bit_string(bits: str) -> Data:
    """Bits as text, first bit first: `"0100"`."""
    return Data(Tag.BIT_STRING, bits)


def double_long(value: int) -> Data:
    """A signed number of 32 bits."""
    return Data(Tag.DOUBLE_LONG, value)


def double_long_unsigned(value: int) -> Data:
    """An unsigned number of 32 bits."""
    return Data(Tag.DOUBLE_LONG_UNSIGNED, value)


def octet_string(value: bytes) -> Data:
    """Octets."""
    return Data(Tag.OCTET_STRING, value)


def visible_string(value: str) -> Data:
    """Text of one octet per character."""
    return Data(Tag.VISIBLE_STRING, value)


def utf8_string(value: str) -> Data:
    """Text in UTF-8."""
    return Data(Tag.UTF8_STRING, value)


def bcd(value: int) -> Data:
    """Two decimal digits, given as the octet that holds them."""
    return Data(Tag.BCD, value)


def integer(value: int) -> Data:
    """A signed number of 8 bits."""
    return Data(Tag.INTEGER, value)


def long(value: int) -> Data:
    """A signed number of 16 bits."""
    return Data(Tag.LONG, value)


def unsigned(value: int) -> Data:
    """An unsigned number of 8 bits."""
    return Data(Tag.UNSIGNED, value)


def long_unsigned(value: int) -> Data:
    """An unsigned number of 16 bits."""
    return Data(Tag.LONG_UNSIGNED, value)


def long64(value: int) -> Data:
    """A signed number of 64 bits."""
    return Data(Tag.LONG64, value)


def long64_unsigned(value: int) -> Data:
    """An unsigned number of 64 bits."""
    return Data(Tag.LONG64_UNSIGNED, value)


def enum(value: int) -> Data:
    """One of a list, by its number."""
    return Data(Tag.ENUM, value)


def float32(value: float) -> Data:
    """A binary fraction of 32 bits, which some meters use for voltages."""
    return Data(Tag.FLOAT32, value)


def float64(value: float) -> Data:
    """A binary fraction of 64 bits."""
    return Data(Tag.FLOAT64, value)


def date_time(value: bytes) -> Data:
    """A COSEM date and time, 12 octets (`cosem_time.encode`)."""
    return Data(Tag.DATE_TIME, value)


def date(value: bytes) -> Data:
    """A COSEM date, 5 octets."""
    return Data(Tag.DATE, value)


def time(value: bytes) -> Data:
    """A COSEM time of day, 4 octets."""
    return Data(Tag.TIME, value)
