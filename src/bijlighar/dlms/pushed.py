"""Readings in the body of a push, where meters name them, whatever shape they choose.

Known shapes: structures of name, value and, mostly, scaler and unit; the same run together
in one list; first the list of captured objects, then the values in its order. What has no
name stays out; `notification.DataNotification.body` has it all.

Source: IEC 62056-6-2, 4.4.8 (push setup: push_object_list); captures in the tests' vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bijlighar.dlms import axdr
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.cosem import CaptureObject, ScalerUnit
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis

_NAME_SIZE = 6
_LOGICAL_NAME = 1
_CAPTURE_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedReading:
    """A named value, and what it counts where the push says so."""

    name: Obis
    value: Data
    scaler: ScalerUnit | None = None

    def scaled(self) -> Decimal | None:
        """The exact quantity, in the scaler's unit if there is one; None for no number."""
        number = self.value.value
        if not isinstance(number, int) or isinstance(number, bool):
            return None
        return Decimal(number) if self.scaler is None else self.scaler.scaled(number)


def readings_in(body: Data) -> list[PushedReading]:
    """All named values in a push, in their order."""
    elements = _elements(body)
    if elements and (captures := _captures(elements[0])):
        return _by_position(captures, elements[1:])
    return list(_named(elements))


def _named(elements: Sequence[Data]) -> Iterator[PushedReading]:
    at = 0
    while at < len(elements):
        name = _name(elements[at])
        if name is None or at + 1 == len(elements):
            yield from _named(_elements(elements[at]))
            at += 1
            continue
        scaler = _scaler(elements[at + 2]) if at + 2 < len(elements) else None
        yield PushedReading(name=name, value=elements[at + 1], scaler=scaler)
        at += 2 if scaler is None else 3


def _by_position(
    captures: Sequence[CaptureObject], values: Sequence[Data]
) -> list[PushedReading]:
    """Values in the order of the list before them, which may name the list itself first."""
    if len(values) + 1 == len(captures):
        captures = captures[1:]
    by_position = [
        PushedReading(name=captured.obis, value=value)
        for captured, value in zip(captures, values, strict=False)
        if captured.attribute != _LOGICAL_NAME
    ]
    inside = [reading for value in values for reading in _named(_elements(value))]
    return by_position + inside


def _captures(data: Data) -> list[CaptureObject]:
    """The captured objects that a push begins with, or none."""
    try:
        return [_capture(element) for element in _elements(data)]
    except DecodeError:
        return []


def _capture(data: Data) -> CaptureObject:
    """A captured object; newer meters add a restriction and columns to the four parts."""
    parts = _elements(data)[:_CAPTURE_PARTS]
    return CaptureObject.from_data(axdr.structure(parts))


def _elements(data: Data) -> tuple[Data, ...]:
    return data.value if isinstance(data.value, tuple) else ()


def _name(data: Data) -> Obis | None:
    if data.tag is Tag.OCTET_STRING and isinstance(data.value, bytes):
        return Obis.from_bytes(data.value) if len(data.value) == _NAME_SIZE else None
    return None


def _scaler(data: Data) -> ScalerUnit | None:
    try:
        return ScalerUnit.from_data(data)
    except DecodeError:
        return None
