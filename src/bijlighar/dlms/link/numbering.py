"""Numbered I frames: what is sent and not confirmed, and what has come in its order.

Numbers go round at 8. A frame is sent again until it is confirmed, and taken once: both
sides know which number is next.

Source: IEC 62056-46, 6.4.4.4 (information transfer); ISO/IEC 13239, V(S), V(R), N(S), N(R).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

NUMBERS = 8
MAX_APDU = 64 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an APDU: its number, its octets, whether more of the APDU follows."""

    number: int
    octets: bytes
    is_segmented: bool


class Sending:
    """Segments on their way; the first in line is the first that is not confirmed."""

    def __init__(self) -> None:
        self._line: deque[tuple[bytes, bool]] = deque()
        self._first = 0
        self._in_flight = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything has been confirmed."""
        return not self._line

    def put(self, octets: bytes, size: int) -> None:
        """Line up an APDU in segments of at most `size` octets."""
        starts = range(0, len(octets), size)
        self._line.extend(
            (octets[at : at + size], at + size < len(octets)) for at in starts
        )

    def confirm(self, awaited: int) -> bool:
        """The peer awaits this number next; whether that confirms anything new.

        A number that confirms more than was sent is an old one that comes late.
        """
        confirmed = (awaited - self._first) % NUMBERS
        if not 0 < confirmed <= self._in_flight:
            return False
        for _ in range(confirmed):
            self._line.popleft()
        self._first = awaited
        self._in_flight -= confirmed
        return True

    def window(self, size: int) -> list[Segment]:
        """The segments to send now, from the first that is not confirmed."""
        count = min(size, len(self._line))
        self._in_flight = max(self._in_flight, count)
        return [
            Segment((self._first + at) % NUMBERS, *self._line[at]) for at in range(count)
        ]


class Receiving:
    """Segments as they come, joined to APDUs."""

    def __init__(self) -> None:
        self.awaited = 0
        self._pieces = bytearray()

    @property
    def is_inside_an_apdu(self) -> bool:
        """Whether more of an APDU is to come."""
        return bool(self._pieces)

    def take(self, segment: Segment) -> tuple[bool, bytes | None]:
        """Whether the segment is new, and the whole APDU if it is the last of one.

        An APDU that grows over `MAX_APDU` is dropped with its segment not taken.
        """
        if segment.number != self.awaited:
            return False, None
        if len(self._pieces) + len(segment.octets) > MAX_APDU:
            self._pieces.clear()
            return False, None
        self._pieces += segment.octets
        self.awaited = (self.awaited + 1) % NUMBERS
        if segment.is_segmented:
            return True, None
        whole = bytes(self._pieces)
        self._pieces.clear()
        return True, whole
