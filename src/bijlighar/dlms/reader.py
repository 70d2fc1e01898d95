"""A cursor over received octets that can only move forward, never past the end.

Every decoder of this package reads through it (or checks bounds itself), so that a wrong
length leads to a `DecodeError` with its offset and to no allocation.
"""

from __future__ import annotations

from bijlighar.dlms.errors import DecodeError

_LONG_LENGTH = 0x80
_MAX_LENGTH_OCTETS = 4


class Reader:
    """Octets from `offset` up to, but not including, `end`; offsets stay absolute."""

    __slots__ = ("data", "end", "offset")

    def __init__(self, data: bytes, offset: int = 0, end: int | None = None) -> None:
        self.data = data
        self.offset = offset
        self.end = len(data) if end is None else end

    @property
    def remaining(self) -> int:
        """How many octets are left."""
        return self.end - self.offset

    def error(self, message: str, *, at: int | None = None) -> DecodeError:
        """A `DecodeError` at this place, to be raised by the caller."""
        offset = self.offset if at is None else at
        return DecodeError(message, offset=offset, data=self.data)

    def take(self, size: int) -> bytes:
        """The next `size` octets."""
        start = self.offset
        if size > self.end - start:
            raise self.error(f"{size} octets expected, {self.end - start} left")
        self.offset = start + size
        return self.data[start : self.offset]

    def rest(self) -> bytes:
        """All octets that are left."""
        return self.take(self.remaining)

    def octet(self) -> int:
        """The next octet as a number."""
        if self.offset >= self.end:
            raise self.error("an octet expected, none left")
        self.offset += 1
        return self.data[self.offset - 1]

    def unsigned(self, size: int) -> int:
        """The next `size` octets as a number, most significant first."""
        return int.from_bytes(self.take(size), "big")

    def flag(self) -> bool:
        """The next octet as an A-XDR presence flag or boolean: 0 or not 0."""
        return self.octet() != 0

    def expect(self, octets: bytes, what: str) -> None:
        """Move over `octets`, which must be there."""
        start = self.offset
        if self.take(len(octets)) != octets:
            raise self.error(f"{what} expected: {octets.hex()}", at=start)

    def length(self) -> int:
        """A length or count: one octet below 128, else 0x81 to 0x84 and that many octets.

        Source: IEC 62056-6 (A-XDR) 6.10; ITU-T X.690 8.1.3.
        """
        start = self.offset
        first = self.octet()
        if first < _LONG_LENGTH:
            return first
        octets = first - _LONG_LENGTH
        if not 1 <= octets <= _MAX_LENGTH_OCTETS:
            raise self.error(f"length of {octets} octets", at=start)
        return self.unsigned(octets)

    def sized(self) -> bytes:
        """A length and that many octets."""
        return self.take(self.length())

    def inner(self) -> Reader:
        """A length, and a reader over that many octets; this reader moves past them."""
        size = self.length()
        start = self.offset
        if size > self.end - start:
            raise self.error(f"{size} octets expected, {self.end - start} left")
        self.offset = start + size
        return Reader(self.data, start, self.offset)

    def finish(self) -> None:
        """Nothing may be left."""
        if self.offset != self.end:
            raise self.error(f"{self.remaining} octets too many")


def sized_at(data: bytes, offset: int) -> tuple[int, int]:
    """Where the octets after the length at `offset` begin and end; as `Reader.inner`.

    Quicker where nothing is wrong, as for every ciphered answer of a night.
    """
    head = data[offset : offset + 1 + _MAX_LENGTH_OCTETS]
    if head and head[0] < _LONG_LENGTH:
        start = offset + 1
        end = start + head[0]
    elif head and _LONG_LENGTH < head[0] < _LONG_LENGTH + len(head):
        start = offset + 1 + head[0] - _LONG_LENGTH
        end = start + int.from_bytes(data[offset + 1 : start], "big")
    else:
        start = end = len(data) + 1
    if end <= len(data):
        return start, end
    inner = Reader(data, offset).inner()
    return inner.offset, inner.end


def length_octets(length: int) -> bytes:
    """A length or count in its shortest form."""
    if length < _LONG_LENGTH:
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    return bytes((_LONG_LENGTH + size,)) + length.to_bytes(size, "big")
