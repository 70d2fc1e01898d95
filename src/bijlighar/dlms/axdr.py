"""A-XDR: the typed values that meters exchange.

A value is a tag and a Python value; arrays and structures hold tuples of values. Decoding
copies nothing but strings, goes at most `MAX_DEPTH` deep and believes no count that the
octets left over could not hold. Rows of one shape, a profile, decode faster in `grid`.

Source: IEC 62056-6-2 (Data), IEC 61334-6 (A-XDR).
"""

from __future__ import annotations

from collections.abc import Iterable

from bijlighar.dlms import axdr_contents, compact_array
from bijlighar.dlms.axdr_types import EMPTY, FIXED, NULL
from bijlighar.dlms.axdr_types import MAX_DEPTH as MAX_DEPTH
from bijlighar.dlms.axdr_types import Data as Data
from bijlighar.dlms.axdr_types import Plain as Plain
from bijlighar.dlms.axdr_types import Tag as Tag
from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.reader import Reader, length_octets

_FIXED = {
    tag: (kind, form.unpack_from, 1 + form.size) for tag, (kind, form) in FIXED.items()
}
_HOLDERS = {int(tag): tag for tag in (Tag.ARRAY, Tag.STRUCTURE, Tag.COMPACT_ARRAY)}


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
    values, after = _decode_run(data, offset, 1, depth)
    return values[0], after


def _decode_run(
    data: bytes, at: int, count: int, depth: int
) -> tuple[tuple[Data, ...], int]:
    """The `count` values from `at` on; numbers, most of what comes, in the loop itself."""
    size = len(data)
    values: list[Data] = []
    for _ in range(count):
        if at >= size:
            raise DecodeError("a value expected, no octets left", offset=at, data=data)
        tag = data[at]
        fixed = _FIXED.get(tag)
        if fixed is None:
            value, at = _decode_other(data, at, depth)
            values.append(value)
            continue
        kind, unpack_from, length = fixed
        end = at + length
        if end > size:
            raise DecodeError(f"{kind.name} cut short", offset=at, data=data)
        values.append(Data(kind, unpack_from(data, at + 1)[0]))
        at = end
    return tuple(values), at


def _decode_other(data: bytes, offset: int, depth: int) -> tuple[Data, int]:
    """The value at `offset`, which is of no fixed size."""
    tag = data[offset]
    if tag in EMPTY:
        return EMPTY[tag], offset + 1
    reader = Reader(data, offset + 1)
    if tag == Tag.OCTET_STRING:
        return Data(Tag.OCTET_STRING, reader.sized()), reader.offset
    if tag in (Tag.ARRAY, Tag.STRUCTURE):
        if depth == 0:
            raise reader.error(f"nested over {MAX_DEPTH} deep", at=offset)
        count = reader.length()
        if count > reader.remaining:
            raise reader.error(f"{count} elements cannot follow", at=offset)
        values, after = _decode_run(data, reader.offset, count, depth - 1)
        return Data(_HOLDERS[tag], values), after
    if tag == Tag.COMPACT_ARRAY:
        return compact_array.read(reader, depth), reader.offset
    return axdr_contents.read(tag, reader), reader.offset


def _append(out: bytearray, data: Data, depth: int) -> None:
    tag, value = data.tag, data.value
    out.append(tag)
    if not (isinstance(value, tuple) and tag in _HOLDERS):
        out += axdr_contents.write(data)
        return
    if depth == 0:
        raise EncodeError(f"nested over {MAX_DEPTH} deep")
    if tag == Tag.COMPACT_ARRAY:
        out += compact_array.write(value, depth)
        return
    out += length_octets(len(value))
    for element in value:
        _append(out, element, depth - 1)


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
    return NULL


def array(values: Iterable[Data]) -> Data:
    """Values of one type."""
    return Data(Tag.ARRAY, tuple(values))


def compact(values: Iterable[Data]) -> Data:
    """Values of one type and shape, whose types are sent once."""
    return Data(Tag.COMPACT_ARRAY, tuple(values))


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
