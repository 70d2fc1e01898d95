"""The blocks of a long request as they come, joined in their order.

Source: IEC 62056-5-3, DataBlock-SA in SET and ACTION requests.
"""

from __future__ import annotations

from enum import Enum

from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.serving.refusals import MAX_LONG


class Joined(Enum):
    """Where a long request stands after a block."""

    GOES_ON = "goes on"
    WHOLE = "whole"
    OUT_OF_ORDER = "out of order"
    TOO_LONG = "too long"


class Joining:
    """The pieces so far; the next block must have the next number."""

    def __init__(self) -> None:
        self._pieces = bytearray()
        self._taken = 0

    @property
    def octets(self) -> bytes:
        """All that has come."""
        return bytes(self._pieces)

    def take(self, block: Block) -> Joined:
        """Take a block, or say why it is not taken."""
        if block.number != self._taken + 1:
            return Joined.OUT_OF_ORDER
        if len(self._pieces) + len(block.raw) > MAX_LONG:
            return Joined.TOO_LONG
        self._pieces += block.raw
        self._taken += 1
        return Joined.WHOLE if block.last else Joined.GOES_ON
