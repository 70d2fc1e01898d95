"""The blocks of a long request, cut to what the meter takes.

Source: IEC 62056-5-3, DataBlock-SA in SET and ACTION requests.
"""

from __future__ import annotations

from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.errors import TransferRefused

# Last, number, and a length of three octets.
_BLOCK_HEAD = 8
_REQUEST_HEAD = 3  # tag, kind, invocation


class Pieces:
    """Octets on their way in requests of at most `room` octets.

    `first_head` is what the first request holds beside its block.
    """

    def __init__(self, octets: bytes, *, first_head: int, room: int) -> None:
        self._octets = octets
        self._size = room - _REQUEST_HEAD - _BLOCK_HEAD
        self._next_size = room - first_head - _BLOCK_HEAD
        self._at = self._number = 0
        if min(self._size, self._next_size) < 1:
            raise TransferRefused(f"{room} octets hold no block")

    @property
    def are_sent(self) -> bool:
        """Whether the last one has been given."""
        return self._at >= len(self._octets)

    def next(self) -> Block:
        """The next block; raises `TransferRefused` when there is none left to ask for."""
        if self._number and self.are_sent:
            raise TransferRefused("the meter asks for more than there is")
        raw = self._octets[self._at : self._at + self._next_size]
        self._at += self._next_size
        self._next_size = self._size
        self._number += 1
        return Block(last=self.are_sent, number=self._number, raw=raw)

    def confirm(self, block: int) -> None:
        """The meter says that this block has come: it must be the one that was sent."""
        if block != self._number:
            raise TransferRefused(f"block {block} confirmed, not {self._number}")
