"""General block transfer on the meter's side: requests joined, answers cut.

Source: IEC 62056-5-3, General-Block-Transfer.
"""

from __future__ import annotations

from collections.abc import Callable

from bijlighar.dlms.apdu.blocks import GeneralBlock
from bijlighar.dlms.errors import TransferRefused
from bijlighar.dlms.general_transfer import Incoming, Outgoing, acknowledgement
from bijlighar.dlms.serving.refusals import MAX_LONG


class GeneralBlocks:
    """One client's general blocks; none that is sent is longer than `max_pdu`."""

    def __init__(self, max_pdu: int) -> None:
        self._max_pdu = max_pdu
        self.forget()

    def forget(self) -> None:
        """Another request has come: what is under way is over."""
        self._incoming: Incoming | None = None
        self._outgoing: Outgoing | None = None
        self._sent = 0

    def receive(self, block: GeneralBlock, serve: Callable[[bytes], bytes]) -> bytes:
        """The block that follows; `serve` answers a request that has come whole."""
        if self._outgoing is not None and not block.piece:
            return self._next(self._outgoing, block)
        if self._incoming is None:
            self.forget()
            self._incoming = Incoming(MAX_LONG)
        try:
            whole = self._incoming.take(block)
        except TransferRefused:
            self.forget()
            raise
        if whole is None:
            self._sent += 1
            return acknowledgement(
                number=self._sent, acknowledged=block.number, is_last=False
            ).to_bytes()
        self._incoming = None
        return self.cut(serve(whole), acknowledged=block.number)

    def cut(self, answer: bytes, *, acknowledged: int = 0) -> bytes:
        """The answer as it is, or its first block where it is too long."""
        if len(answer) <= self._max_pdu:
            return answer
        self._outgoing = Outgoing(answer, self._max_pdu, after=self._sent)
        return self._outgoing.next(acknowledged=acknowledged).to_bytes()

    def _next(self, outgoing: Outgoing, block: GeneralBlock) -> bytes:
        if block.acknowledged != outgoing.sent:
            self.forget()
            raise TransferRefused(f"block {block.acknowledged} confirmed, not the last one")
        following = outgoing.next(acknowledged=block.number)
        if outgoing.is_over:
            self.forget()
        return following.to_bytes()
