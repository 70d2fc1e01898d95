"""What both ends of an HDLC link do alike: frames in and out, APDUs joined and cut.

A station is told what comes (`receive`) and that nothing came in time (`timeout`), and says
what to send (`outgoing`). It knows no line and no clock. A damaged frame was never there:
whoever waits for it asks again.

Source: IEC 62056-46, 6.4 (normal response mode, two-way alternate).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum

from bijlighar.dlms import hdlc, llc
from bijlighar.dlms.errors import DecodeError, RefusedError
from bijlighar.dlms.hdlc import POLL, UI, Address, Frame, FrameReader
from bijlighar.dlms.link.numbering import Receiving, Segment, Sending
from bijlighar.dlms.link.parameters import Parameters

_I_FRAME, _S_FRAME = 0x01, 0x03  # masks; an I frame has bit 0 clear, S frames end in 01
_RR, _RNR, _REJ = 0x01, 0x05, 0x09
_KIND = 0x0F


class LinkLost(RefusedError):
    """The other station does not answer, or refuses: the link must be set up anew."""


class LinkState(Enum):
    """Where a link stands."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTING = "disconnecting"


class Station(ABC):
    """One end of a link."""

    _llc: bytes

    def __init__(self, *, own: Address, peer: Address, wanted: Parameters) -> None:
        self._own = own
        self._peer = peer
        self._wanted = wanted
        self._reader = FrameReader()
        self._out: list[Frame] = []
        self.state = LinkState.DISCONNECTED
        self.agreed = Parameters()
        self._reset()

    def _reset(self) -> None:
        self._sending = Sending()
        self._receiving = Receiving()
        self._peer_is_busy = False

    def receive(self, data: bytes) -> list[bytes]:
        """Take octets from the line; the APDUs that are now whole."""
        self._reader.feed(data)
        apdus: list[bytes] = []
        for frame in self._reader.frames():
            if frame.destination == self._own and frame.source == self._peer:
                apdus += self._hear(frame)
        return apdus

    def silence(self) -> None:
        """Nothing came for longer than between two octets: no frame goes on after that."""
        self._reader.reset()

    def outgoing(self) -> bytes:
        """The octets to send now, if any."""
        frames = b"".join(frame.to_bytes() for frame in self._out)
        self._out.clear()
        return frames

    def _hear(self, frame: Frame) -> list[bytes]:
        """Take a good frame of the peer; the APDUs that it makes whole."""
        is_last = bool(frame.control & POLL)
        if frame.control & ~POLL == UI:
            return self._apdu_in(frame.information)
        if not frame.control & _I_FRAME:
            return self._hear_information(frame, is_last=is_last)
        if frame.control & _S_FRAME == _RR:
            self._hear_supervision(frame, is_last=is_last)
            return []
        self._hear_unnumbered(frame)
        return []

    def _hear_information(self, frame: Frame, *, is_last: bool) -> list[bytes]:
        if self.state is not LinkState.CONNECTED:
            self._hear_out_of_turn()
            return []
        segment = Segment(frame.control >> 1 & 7, frame.information, frame.is_segmented)
        is_new, whole = self._receiving.take(segment)
        moved = self._sending.confirm(frame.control >> 5)
        self._peer_is_busy = False
        apdus = [] if whole is None else self._apdu_in(whole)
        if apdus:
            self._has_heard()
        if is_last:
            self._given_the_turn(has_moved=is_new or moved)
        return apdus

    def _hear_supervision(self, frame: Frame, *, is_last: bool) -> None:
        if self.state is not LinkState.CONNECTED:
            self._hear_out_of_turn()
            return
        kind = frame.control & _KIND
        moved = self._sending.confirm(frame.control >> 5)
        self._peer_is_busy = kind == _RNR
        if is_last:
            self._given_the_turn(has_moved=moved or kind == _REJ)

    def _apdu_in(self, octets: bytes) -> list[bytes]:
        try:
            return [llc.stripped(octets)]
        except DecodeError:
            return []

    def _frame(self, control: int, information: bytes = b"") -> Frame:
        return Frame(
            destination=self._peer,
            source=self._own,
            control=control,
            information=information,
        )

    def _window(self) -> list[Frame]:
        """The I frames to send now, the last of them giving up the turn; or none."""
        if self._peer_is_busy:
            return []
        segments = self._sending.window(self.agreed.window_sent)
        return [
            Frame(
                destination=self._peer,
                source=self._own,
                control=hdlc.information_frame(
                    sent=segment.number,
                    received=self._receiving.awaited,
                    poll=at == len(segments),
                ),
                information=segment.octets,
                is_segmented=segment.is_segmented,
            )
            for at, segment in enumerate(segments, 1)
        ]

    def _ready(self) -> Frame:
        return self._frame(hdlc.receive_ready(self._receiving.awaited))

    def _put(self, apdu: bytes) -> None:
        self._sending.put(self._llc + apdu, self.agreed.sent)

    @abstractmethod
    def _has_heard(self) -> None:
        """An APDU is whole."""

    @abstractmethod
    def _given_the_turn(self, *, has_moved: bool) -> None:
        """The peer has ended its turn; whether anything of it was new."""

    @abstractmethod
    def _hear_unnumbered(self, frame: Frame) -> None:
        """A frame that sets up or closes the link, or refuses a frame."""

    @abstractmethod
    def _hear_out_of_turn(self) -> None:
        """A frame of a link that is not there."""
