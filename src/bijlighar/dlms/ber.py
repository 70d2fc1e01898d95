"""The little of BER that association APDUs need: tag, length, value.

Source: ITU-T X.690; IEC 62056-5-3, ACSE APDUs.
"""

from __future__ import annotations

from collections.abc import Mapping

from bijlighar.dlms.reader import Reader, length_octets


def element(tag: int, *parts: bytes) -> bytes:
    """A tag, the length of all parts together, the parts."""
    value = b"".join(parts)
    return bytes((tag,)) + length_octets(len(value)) + value


def read_fields(data: bytes, *, tag: int, known: frozenset[int]) -> Mapping[int, Reader]:
    """The fields of the one element with `tag` that fills `data`, by their tags.

    An unknown field, or the same one twice, is a `DecodeError`.
    """
    outer = Reader(data)
    outer.expect(bytes((tag,)), "tag of the APDU")
    inner = outer.inner()
    outer.finish()
    fields: dict[int, Reader] = {}
    while inner.remaining:
        start = inner.offset
        field = inner.octet()
        if field not in known or field in fields:
            raise inner.error(f"field 0x{field:02X} is unknown or repeated", at=start)
        fields[field] = inner.inner()
    return fields


def only(reader: Reader, tag: int) -> Reader:
    """The value of the one element with `tag` that fills the reader."""
    reader.expect(bytes((tag,)), "tag")
    value = reader.inner()
    reader.finish()
    return value
