"""OBIS codes: the six numbers that name what a meter object is about.

Source: IEC 62056-6-1, clause 4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bijlighar.dlms.errors import DecodeError, EncodeError

_SIZE = 6
_MAX_DIGITS = 3
_DOTTED = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)")
_PRINTED = re.compile(r"([0-9]+)-([0-9]+):([0-9]+)\.([0-9]+)\.([0-9]+)[.*]([0-9]+)")


@dataclass(frozen=True, slots=True, order=True)
class Obis:
    """A code by its groups: medium, channel, quantity, processing, rate, billing period."""

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int

    def __post_init__(self) -> None:
        for group in (self.a, self.b, self.c, self.d, self.e, self.f):
            if not 0 <= group <= 0xFF:
                raise EncodeError(f"{group} is no OBIS group: 0 to 255")

    @classmethod
    def parse(cls, text: str) -> Obis:
        """Read `1.0.1.8.0.255`, `1-0:1.8.0*255` or `1-0:1.8.0.255`; all six groups."""
        octets = text.encode(errors="backslashreplace")
        match = _DOTTED.fullmatch(text) or _PRINTED.fullmatch(text)
        if match is None:
            raise DecodeError(f"{text!r} is no OBIS code", offset=0, data=octets)
        for group in range(1, _SIZE + 1):
            if len(match[group]) > _MAX_DIGITS or int(match[group]) > 0xFF:
                raise DecodeError(
                    "a group is over 255", offset=match.start(group), data=octets
                )
        return cls(*(int(group) for group in match.groups()))

    @classmethod
    def from_bytes(cls, data: bytes) -> Obis:
        """Read the six octets of a logical name."""
        if len(data) != _SIZE:
            raise DecodeError("a logical name has six octets", offset=0, data=data)
        return cls(*data)

    def to_bytes(self) -> bytes:
        """The logical name, six octets."""
        return bytes((self.a, self.b, self.c, self.d, self.e, self.f))

    def __str__(self) -> str:
        return f"{self.a}.{self.b}.{self.c}.{self.d}.{self.e}.{self.f}"
