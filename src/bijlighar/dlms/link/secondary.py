"""The meter's end of an HDLC link: it speaks when it is given the turn, and only then.

The caller reads the line into `receive`, answers the APDUs that come out with `send`, and
then sends `outgoing`: the answer, or that there is none yet.

Source: IEC 62056-46, 6.4 (secondary station).
"""

from __future__ import annotations

from bijlighar.dlms import llc
from bijlighar.dlms.errors import DecodeError, OutOfTurn
from bijlighar.dlms.hdlc import DISC, DM, FRMR, POLL, SNRM, UA, Address, Frame
from bijlighar.dlms.link.parameters import Parameters
from bijlighar.dlms.link.station import LinkState as LinkState
from bijlighar.dlms.link.station import Station


class SecondaryStation(Station):
    """A meter's end, for one client."""

    _llc = llc.RESPONSE

    def __init__(
        self, *, own: Address, peer: Address, wanted: Parameters | None = None
    ) -> None:
        super().__init__(own=own, peer=peer, wanted=wanted or Parameters())
        self._has_the_turn = False

    def send(self, apdu: bytes) -> None:
        """Line up an answer."""
        if self.state is not LinkState.CONNECTED:
            raise OutOfTurn("there is no link")
        self._put(apdu)

    def outgoing(self) -> bytes:
        """The octets to send now, if the turn is ours."""
        if self._has_the_turn:
            self._has_the_turn = False
            self._out += self._window() or [self._ready()]
        return super().outgoing()

    def _has_heard(self) -> None:
        """Nothing to do: the caller answers."""

    def _given_the_turn(self, *, has_moved: bool) -> None:
        self._has_the_turn = True

    def _hear_unnumbered(self, frame: Frame) -> None:
        self._has_the_turn = False
        kind = frame.control & ~POLL
        if kind == SNRM:
            try:
                theirs = Parameters.from_bytes(frame.information)
            except DecodeError:
                self._out.append(self._frame(FRMR | POLL))
                return
            self._reset()
            self.agreed = self._wanted.agreed_with(theirs)
            self.state = LinkState.CONNECTED
            self._out.append(self._frame(UA | POLL, self.agreed.to_bytes()))
        elif kind == DISC and self.state is LinkState.CONNECTED:
            self.state = LinkState.DISCONNECTED
            self._reset()
            self._out.append(self._frame(UA | POLL))
        elif self.state is LinkState.DISCONNECTED:
            self._hear_out_of_turn()
        else:
            self._out.append(self._frame(FRMR | POLL))

    def _hear_out_of_turn(self) -> None:
        self._out.append(self._frame(DM | POLL))
