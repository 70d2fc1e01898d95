"""Pieces of what is too long for one APDU: the block of a service, and the general block.

The pieces in order, joined, are a request's or response's parameters (block of a service)
or a whole APDU (general block transfer).

Source: IEC 62056-5-3, DataBlock-SA, DataBlock-G, General-Block-Transfer.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms.errors import EncodeError
from bijlighar.dlms.reader import Reader, length_octets

GENERAL_TAG = 0xE0

_LAST = 0x80
_STREAMING = 0x40
_WINDOW = 0x3F


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a request or response of one service; numbers begin with 1."""

    last: bool
    number: int
    raw: bytes

    def to_bytes(self) -> bytes:
        """Whether it is the last, its number, its octets."""
        head = bytes((self.last,)) + self.number.to_bytes(4, "big")
        return head + length_octets(len(self.raw)) + self.raw

    @classmethod
    def read(cls, reader: Reader) -> Block:
        """Read the block at the cursor."""
        last = reader.flag()
        return cls(last=last, number=reader.unsigned(4), raw=reader.sized())


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralBlock:
    """A piece of any APDU; numbers begin with 1.

    `streaming` says that the sender goes on without waiting, `window` how many blocks it
    takes in a row, `acknowledged` the last block that it has in order.
    """

    last: bool
    streaming: bool
    window: int
    number: int
    acknowledged: int
    piece: bytes

    def to_bytes(self) -> bytes:
        """The APDU."""
        if not 0 <= self.window <= _WINDOW:
            raise EncodeError(f"a window of {self.window} blocks")
        control = self.window | (_LAST if self.last else 0)
        control |= _STREAMING if self.streaming else 0
        numbers = self.number.to_bytes(2, "big") + self.acknowledged.to_bytes(2, "big")
        head = bytes((GENERAL_TAG, control)) + numbers
        return head + length_octets(len(self.piece)) + self.piece

    @classmethod
    def from_bytes(cls, data: bytes) -> GeneralBlock:
        """Read the APDU."""
        reader = Reader(data)
        block = cls.read(reader)
        reader.finish()
        return block

    @classmethod
    def read(cls, reader: Reader) -> GeneralBlock:
        """Read the block at the cursor: in a push they come one after the other."""
        reader.expect(bytes((GENERAL_TAG,)), "tag of a general block")
        control = reader.octet()
        return cls(
            last=bool(control & _LAST),
            streaming=bool(control & _STREAMING),
            window=control & _WINDOW,
            number=reader.unsigned(2),
            acknowledged=reader.unsigned(2),
            piece=reader.sized(),
        )
