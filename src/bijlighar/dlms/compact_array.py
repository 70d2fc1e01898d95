"""Compact arrays: the type of all elements once, then their contents without tags.

A few octets can promise very many values here (a structure of hundreds of nulls, repeated),
so no more values are believed than a few for each octet that is there.

Source: IEC 62056-6-2, 4.1.5 (compact-array); IEC 62056-5-3, TypeDescription.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bijlighar.dlms import axdr_contents
from bijlighar.dlms.axdr_types import EMPTY, FIXED, STRING_CODECS, Data, Tag
from bijlighar.dlms.errors import EncodeError
from bijlighar.dlms.reader import Reader, length_octets

_VALUES_PER_OCTET = 4
_STRINGS = frozenset((*STRING_CODECS, Tag.OCTET_STRING, Tag.BIT_STRING))
_SIMPLE = FIXED.keys() | EMPTY.keys() | _STRINGS


@dataclass(frozen=True, slots=True)
class _Array:
    """A described array: how many elements, and of which type."""

    count: int
    element: _Type


@dataclass(frozen=True, slots=True)
class _Structure:
    """A described structure: the types of its elements."""

    elements: tuple[_Type, ...]


_Type: TypeAlias = "int | _Array | _Structure"


class _Budget:
    """How many values may still come."""

    def __init__(self, octets: int) -> None:
        self.left = octets * _VALUES_PER_OCTET

    def take(self, reader: Reader) -> None:
        self.left -= 1
        if self.left < 0:
            raise reader.error("more values than the octets can hold")


def read(reader: Reader, depth: int) -> Data:
    """The compact array whose description stands at the cursor, after the tag."""
    start = reader.offset
    described = _read_type(reader, depth)
    contents = reader.inner()
    if contents.remaining and _is_empty(described):
        raise reader.error("contents of a type that has none", at=start)
    budget = _Budget(contents.end - start)
    elements = []
    while contents.remaining:
        elements.append(_read_contents(described, contents, budget))
    return Data(Tag.COMPACT_ARRAY, tuple(elements))


def write(elements: tuple[Data, ...], depth: int) -> bytes:
    """Description and contents; raises `EncodeError` when the shapes differ."""
    described: _Type = Tag.NULL
    if elements:
        described = _type_of(elements[0], depth)
    if any(_type_of(element, depth) != described for element in elements[1:]):
        raise EncodeError("the elements of a compact array are of one type")
    if elements and _is_empty(described):
        raise EncodeError("a compact array of nothing cannot be counted")
    contents = b"".join(map(_contents, elements))
    return _type_octets(described) + length_octets(len(contents)) + contents


def _read_type(reader: Reader, depth: int) -> _Type:
    start = reader.offset
    if depth == 0:
        raise reader.error("nested too deep")
    tag = reader.octet()
    if tag == Tag.ARRAY:
        count = reader.unsigned(2)
        return _Array(count, _read_type(reader, depth - 1))
    if tag == Tag.STRUCTURE:
        count = reader.length()
        if count > reader.remaining:
            raise reader.error(f"{count} types cannot follow", at=start)
        return _Structure(tuple(_read_type(reader, depth - 1) for _ in range(count)))
    if tag not in _SIMPLE:
        raise reader.error(f"type {tag} is unknown", at=start)
    return tag


def _is_empty(described: _Type) -> bool:
    """Whether a value of this type takes no octets."""
    if isinstance(described, _Array):
        return described.count == 0 or _is_empty(described.element)
    if isinstance(described, _Structure):
        return all(map(_is_empty, described.elements))
    return described in EMPTY


def _read_contents(described: _Type, reader: Reader, budget: _Budget) -> Data:
    budget.take(reader)
    if isinstance(described, _Array):
        inner = (described.element for _ in range(described.count))
        return Data(Tag.ARRAY, tuple(_read_contents(one, reader, budget) for one in inner))
    if isinstance(described, _Structure):
        return Data(
            Tag.STRUCTURE,
            tuple(_read_contents(one, reader, budget) for one in described.elements),
        )
    return axdr_contents.read(described, reader)


def _type_of(data: Data, depth: int) -> _Type:
    if depth == 0:
        raise EncodeError("nested too deep")
    if not isinstance(data.value, tuple):
        return int(data.tag)
    inner = [_type_of(element, depth - 1) for element in data.value]
    if data.tag == Tag.STRUCTURE:
        return _Structure(tuple(inner))
    if data.tag != Tag.ARRAY or any(one != inner[0] for one in inner[1:]):
        raise EncodeError("an array in a compact array holds one type")
    return _Array(len(inner), inner[0] if inner else int(Tag.NULL))


def _type_octets(described: _Type) -> bytes:
    if isinstance(described, _Array):
        head = bytes((Tag.ARRAY,)) + described.count.to_bytes(2, "big")
        return head + _type_octets(described.element)
    if isinstance(described, _Structure):
        head = bytes((Tag.STRUCTURE,)) + length_octets(len(described.elements))
        return head + b"".join(map(_type_octets, described.elements))
    return bytes((described,))


def _contents(data: Data) -> bytes:
    if isinstance(data.value, tuple):
        return b"".join(map(_contents, data.value))
    return axdr_contents.write(data)
