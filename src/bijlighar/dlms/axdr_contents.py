"""What stands after the tag of a value that holds no other values.

A compact array gives its types once and then contents only, so the contents of a value are
read and written here apart from its tag.

Source: IEC 62056-6-2, 4.1.5; IEC 61334-6 (A-XDR).
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError

from bijlighar.dlms.axdr_types import EMPTY, FIXED, STRING_CODECS, Data, Tag
from bijlighar.dlms.errors import EncodeError
from bijlighar.dlms.reader import Reader, length_octets


def read(tag: int, reader: Reader) -> Data:
    """The value of this type whose contents stand at the cursor."""
    fixed = FIXED.get(tag)
    if fixed is not None:
        kind, form = fixed
        if form.size > reader.remaining:
            raise reader.error(f"{kind.name} cut short")
        return Data(kind, form.unpack(reader.take(form.size))[0])
    if tag in EMPTY:
        return EMPTY[tag]
    if tag == Tag.OCTET_STRING:
        return Data(Tag.OCTET_STRING, reader.sized())
    if tag == Tag.BIT_STRING:
        return Data(Tag.BIT_STRING, _read_bits(reader))
    if tag in STRING_CODECS:
        return _read_text(Tag(tag), reader)
    raise reader.error(f"type {tag} is unknown", at=reader.offset - 1)


def write(data: Data) -> bytes:
    """The contents; raises `EncodeError` when the value does not fit its type."""
    fixed = FIXED.get(data.tag)
    if fixed is not None:
        return _fixed_octets(fixed[1], data)
    if data.tag in EMPTY and data.value is None:
        return b""
    return _string_octets(data)


def _read_text(kind: Tag, reader: Reader) -> Data:
    start = reader.offset - 1
    octets = reader.sized()
    try:
        return Data(kind, octets.decode(STRING_CODECS[kind]))
    except UnicodeDecodeError as error:
        raise reader.error(f"no {kind.name}", at=start) from error


def _read_bits(reader: Reader) -> str:
    count = reader.length()
    size = (count + 7) // 8
    return f"{reader.unsigned(size):0{size * 8}b}"[:count]


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
    codec = STRING_CODECS.get(tag)
    if codec is None or not isinstance(value, str):
        raise EncodeError(f"{value!r} is no {tag.name}")
    try:
        octets = value.encode(codec)
    except UnicodeEncodeError as error:
        raise EncodeError(f"{value!r} is no {tag.name}") from error
    return length_octets(len(octets)) + octets
