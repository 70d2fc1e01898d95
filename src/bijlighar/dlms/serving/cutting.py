"""A long answer on its way, in blocks that the client asks for one by one.

Source: IEC 62056-5-3, DataBlock-G and DataBlock-SA in responses.
"""

from __future__ import annotations

from bijlighar.dlms.apdu.blocks import Block

# Tag, kind, invocation; last, number, alternative, a length of three octets.
_BLOCK_OVERHEAD = 12


class Cutting:
    """Octets to be sent in blocks of responses of at most `max_response` octets."""

    def __init__(self, octets: bytes, *, max_response: int) -> None:
        self._octets = octets
        self._size = max_response - _BLOCK_OVERHEAD
        self.sent = 0

    @property
    def is_over(self) -> bool:
        """Whether the last block has been sent."""
        return self.sent * self._size >= len(self._octets)

    def next(self) -> Block:
        """The next block."""
        start = self.sent * self._size
        self.sent += 1
        raw = self._octets[start : start + self._size]
        return Block(last=self.is_over, number=self.sent, raw=raw)
