"""How services name what they are about: attributes, methods, selections, results.

Source: IEC 62056-5-3, Cosem-Attribute-Descriptor, Cosem-Method-Descriptor,
Selective-Access-Descriptor, Get-Data-Result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from bijlighar.dlms import axdr
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, AccessSelection, Attribute, Method
from bijlighar.dlms.errors import EncodeError
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.reader import Reader, length_octets

# Bit 7: high priority; bit 6: to be confirmed; bits 0 to 3: the number of the invocation.
CONFIRMED_HIGH_PRIORITY = 0xC0
INVOCATIONS = 16

_Result = TypeVar("_Result", bound=IntEnum)
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """In place of a value: why there is none."""

    result: AccessResult


def attribute_octets(attribute: Attribute) -> bytes:
    """Class (2 octets), logical name (6), attribute (1)."""
    return _reference(attribute.class_id, attribute.obis, attribute.index)


def method_octets(method: Method) -> bytes:
    """Class (2 octets), logical name (6), method (1)."""
    return _reference(method.class_id, method.obis, method.index)


def read_attribute(reader: Reader) -> Attribute:
    """Read an attribute descriptor."""
    return Attribute(reader.unsigned(2), Obis.from_bytes(reader.take(6)), reader.octet())


def read_method(reader: Reader) -> Method:
    """Read a method descriptor."""
    return Method(reader.unsigned(2), Obis.from_bytes(reader.take(6)), reader.octet())


def selection_octets(selection: AccessSelection | None) -> bytes:
    """0, or 1, the selector and its parameters."""
    if selection is None:
        return b"\x00"
    return bytes((1, selection.selector)) + axdr.encode(selection.parameters)


def read_selection(reader: Reader) -> AccessSelection | None:
    """Read an optional selective access descriptor."""
    if not reader.flag():
        return None
    return AccessSelection(reader.octet(), axdr.read(reader))


def outcome_octets(outcome: Data | Failure) -> bytes:
    """0 and the value, or 1 and the access result."""
    if isinstance(outcome, Failure):
        return bytes((1, outcome.result))
    return b"\x00" + axdr.encode(outcome)


def read_outcome(reader: Reader) -> Data | Failure:
    """Read a Get-Data-Result."""
    choice = read_choice(reader)
    return (
        Failure(result=read_result(reader, AccessResult)) if choice else axdr.read(reader)
    )


def read_choice(reader: Reader) -> bool:
    """Read the number of one of two alternatives."""
    choice = reader.octet()
    if choice > 1:
        raise reader.error(f"alternative {choice} is unknown", at=reader.offset - 1)
    return choice == 1


def read_result(reader: Reader, results: type[_Result]) -> _Result:
    """Read a result code, which must be a known one."""
    number = reader.octet()
    try:
        return results(number)
    except ValueError as error:
        raise reader.error(f"result {number} is unknown", at=reader.offset - 1) from error


def counted(parts: Iterable[bytes]) -> bytes:
    """How many there are, and all of them."""
    held = list(parts)
    return length_octets(len(held)) + b"".join(held)


def read_counted(reader: Reader, read: Callable[[Reader], _Read]) -> tuple[_Read, ...]:
    """Read a count, no more than octets are left, and that many."""
    start = reader.offset
    count = reader.length()
    if count > reader.remaining:
        raise reader.error(f"{count} elements cannot follow", at=start)
    return tuple(read(reader) for _ in range(count))


def _reference(class_id: int, obis: Obis, index: int) -> bytes:
    if not (0 <= class_id <= 0xFFFF and 0 <= index <= 0xFF):
        raise EncodeError(f"class {class_id}, index {index} name nothing")
    return class_id.to_bytes(2, "big") + obis.to_bytes() + bytes((index,))
