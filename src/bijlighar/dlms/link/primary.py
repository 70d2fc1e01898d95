"""The client's end of an HDLC link: it sets up, asks, waits, asks again, and gives up.

    station.connect(); station.send(apdu); station.disconnect()

each leave something in `outgoing`. The caller reads the line into `receive`; when nothing
whole has come within its time it calls `timeout`, which asks again, and raises `LinkLost`
after `MAX_TRIES` turns without anything new.

Source: IEC 62056-46, 6.4 (primary station); time-outs and retries there, 6.4.4.8.
"""

from __future__ import annotations

from bijlighar.dlms import llc
from bijlighar.dlms.errors import DecodeError, OutOfTurn
from bijlighar.dlms.hdlc import DISC, DM, FRMR, POLL, SNRM, UA, Address, Frame
from bijlighar.dlms.link.parameters import Parameters
from bijlighar.dlms.link.station import LinkLost as LinkLost
from bijlighar.dlms.link.station import LinkState as LinkState
from bijlighar.dlms.link.station import Station

MAX_TRIES = 4


class PrimaryStation(Station):
    """A client's end; one APDU at a time, the next when its answer is there."""

    _llc = llc.COMMAND

    def __init__(
        self, *, own: Address, peer: Address, wanted: Parameters | None = None
    ) -> None:
        super().__init__(own=own, peer=peer, wanted=wanted or Parameters())
        self._tries = 0
        self._awaits_an_answer = False

    @property
    def is_waiting(self) -> bool:
        """Whether something is due from the other station."""
        setting_up = self.state in (LinkState.CONNECTING, LinkState.DISCONNECTING)
        return setting_up or self._awaits_an_answer or not self._sending.is_empty

    def connect(self) -> None:
        """Set up the link anew, whatever it was."""
        self._begin(LinkState.CONNECTING)
        self.agreed = Parameters()
        self._ask()

    def send(self, apdu: bytes) -> None:
        """Send an APDU, to which an answer is expected."""
        if self.state is not LinkState.CONNECTED or self.is_waiting:
            raise OutOfTurn(f"the link is {self.state.value}, or an answer is awaited")
        self._put(apdu)
        self._tries = 0
        self._awaits_an_answer = True
        self._ask()

    def disconnect(self) -> None:
        """Close the link."""
        self._begin(LinkState.DISCONNECTING)
        self._ask()

    def timeout(self) -> None:
        """Nothing came in time: ask again; raises `LinkLost` when that is of no use."""
        self.silence()
        if not self.is_waiting:
            return
        self._tries += 1
        if self._tries >= MAX_TRIES:
            self._begin(LinkState.DISCONNECTED)
            raise LinkLost(f"no answer after {MAX_TRIES} tries")
        self._ask()

    def _begin(self, state: LinkState) -> None:
        self._reset()
        self._out.clear()
        self._tries = 0
        self._awaits_an_answer = False
        self.state = state

    def _ask(self) -> None:
        """What now gives the other station its turn."""
        self._out.clear()
        if self.state is LinkState.CONNECTING:
            wanted = b"" if self._wanted == Parameters() else self._wanted.to_bytes()
            self._out.append(self._frame(SNRM | POLL, wanted))
        elif self.state is LinkState.DISCONNECTING:
            self._out.append(self._frame(DISC | POLL))
        else:
            self._out += self._window() or [self._ready()]

    def _has_heard(self) -> None:
        self._awaits_an_answer = False

    def _given_the_turn(self, *, has_moved: bool) -> None:
        if not has_moved:
            return  # an echo of an earlier turn, or "not yet": ask again at the time-out
        self._tries = 0
        if self.is_waiting:
            self._ask()

    def _hear_unnumbered(self, frame: Frame) -> None:
        kind = frame.control & ~POLL
        if kind == UA and self.state is LinkState.CONNECTING:
            try:
                theirs = Parameters.from_bytes(frame.information)
            except DecodeError as error:
                self.state = LinkState.DISCONNECTED
                raise LinkLost(f"the other station's limits: {error}") from error
            self.agreed = self._wanted.agreed_with(theirs)
            self.state = LinkState.CONNECTED
        elif kind in (UA, DM) and self.state is LinkState.DISCONNECTING:
            self.state = LinkState.DISCONNECTED
        elif kind in (DM, FRMR) and self.state is not LinkState.DISCONNECTED:
            self._begin(LinkState.DISCONNECTED)
            raise LinkLost(
                "the other station has no link" if kind == DM else "frame refused"
            )

    def _hear_out_of_turn(self) -> None:
        """Of an earlier link: passed over."""
