"""General block transfer: an APDU of any kind, sealed or not, in pieces that are confirmed.

One block is under way at a time (a window of one), in both directions. Pieces are joined
before anything is opened, so a forged piece shows in the tag of the whole.

Source: IEC 62056-5-3, General-Block-Transfer.
"""

from __future__ import annotations

from bijlighar.dlms.apdu.blocks import GeneralBlock
from bijlighar.dlms.errors import TransferRefused

# Tag, control, two numbers and a length of three octets go with each piece.
BLOCK_OVERHEAD = 9
_WINDOW = 1


class Outgoing:
    """An APDU on its way to a peer that takes `max_pdu` octets at once.

    `after` is the number of the last block that was sent before, empty ones among them.
    """

    def __init__(self, apdu: bytes, max_pdu: int, *, after: int = 0) -> None:
        size = max_pdu - BLOCK_OVERHEAD
        self._pieces = [apdu[at : at + size] for at in range(0, len(apdu), size)]
        self._pieces.reverse()
        self.sent = after

    @property
    def is_over(self) -> bool:
        """Whether the last block has been sent."""
        return not self._pieces

    def next(self, *, acknowledged: int) -> GeneralBlock:
        """The next block; `acknowledged` is the last block that has come from the peer."""
        piece = self._pieces.pop()
        self.sent += 1
        return GeneralBlock(
            last=self.is_over,
            streaming=False,
            window=_WINDOW,
            number=self.sent,
            acknowledged=acknowledged,
            piece=piece,
        )


class Incoming:
    """The pieces that have come of an APDU of at most `limit` octets.

    The first may have any number, since empty blocks that confirmed came before it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces = bytearray()
        self.taken: int | None = None

    def take(self, block: GeneralBlock) -> bytes | None:
        """The whole APDU once the last block is there; raises `TransferRefused`."""
        expected = block.number if self.taken is None else self.taken + 1
        if block.number != expected or not (block.piece or block.last):
            raise TransferRefused(f"block {expected} expected, not {block.number} or empty")
        if len(self._pieces) + len(block.piece) > self._limit:
            raise TransferRefused(f"an APDU of over {self._limit} octets")
        self._pieces += block.piece
        self.taken = block.number
        return bytes(self._pieces) if block.last else None


def acknowledgement(*, number: int, acknowledged: int, is_last: bool) -> GeneralBlock:
    """An empty block that confirms; `is_last`: its sender has nothing more to send."""
    return GeneralBlock(
        last=is_last,
        streaming=False,
        window=_WINDOW,
        number=number,
        acknowledged=acknowledged,
        piece=b"",
    )
