"""One TCP connection to one pretend meter, faults included."""

from __future__ import annotations

import asyncio
import secrets

import structlog

from bijlighar.dlms import is15959
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.server import ServerClient, ServerSession
from bijlighar.dlms.wrapper import Frame, FrameReader
from bijlighar.simulator.device import MeterDevice
from bijlighar.simulator.faults import FaultKind
from bijlighar.simulator.meter import Meter

MAX_PDU = 1_024
IDLE_S = 180.0
_CHALLENGE_SIZE = 16
_CLIENTS = (is15959.PUBLIC_CLIENT, is15959.METER_READER, is15959.UTILITY_SETTING)

log = structlog.get_logger(__name__)


class MeterConnection(asyncio.Protocol):
    """A conversation with a meter: frames in, frames out, unless a fault interferes."""

    def __init__(self, *, meter: Meter, others: set[MeterConnection], most: int) -> None:
        """`others` are the meter's open connections, of which it takes at most `most`."""
        self._meter = meter
        self._others = others
        self._most = most
        self._device = MeterDevice(meter=meter)
        self._session = _session(meter=meter, device=self._device)
        self._reader = FrameReader()
        self._answers = 0
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody called; a silent or crowded meter hangs up at once."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._meter.is_silent or len(self._others) >= self._most:
            transport.close()
            return
        self._others.add(self)
        self._wait_for_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """The conversation is over."""
        self._others.discard(self)
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def drop(self) -> None:
        """Hang up without a word."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Answer every whole frame; what is no frame ends the conversation."""
        if FaultKind.HANGING in self._meter.faults:
            return
        if self._meter.is_silent:
            self.drop()
            return
        self._wait_for_more()
        self._reader.feed(data)
        try:
            for frame in self._reader.frames():
                self._answer(frame)
        except DecodeError as error:
            log.info("simulator.meter.frame_refused", reason=str(error))
            self.drop()

    def _answer(self, frame: Frame) -> None:
        """Let the meter act on one frame, and send what it says as its faults allow."""
        if frame.destination != is15959.SERVER_SAP or self._transport is None:
            return
        moves = self._device.relay_moves
        apdu = self._session.receive(client_sap=frame.source, apdu=frame.payload)
        if self._device.relay_moves > moves and self._strikes(FaultKind.ANSWER_LOST):
            self.drop()
            return
        if apdu is None:
            return
        answer = Frame(is15959.SERVER_SAP, frame.source, apdu).to_bytes()
        slow = self._meter.faults.get(FaultKind.SLOW)
        if slow is None:
            self._send(answer)
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(slow.amount / 1_000, self._send, answer)

    def _send(self, answer: bytes) -> None:
        """Send an answer, or only half of it when the connection is to break."""
        if self._transport is None or self._transport.is_closing():
            return
        self._answers += 1
        dropped = self._meter.faults.get(FaultKind.DROPPED)
        is_last = dropped is not None and dropped.amount == self._answers
        if is_last and self._strikes(FaultKind.DROPPED):
            self._transport.write(answer[: len(answer) // 2])
            self._transport.close()
            return
        self._transport.write(answer)

    def _strikes(self, kind: FaultKind) -> bool:
        """Whether the meter has this fault; one that strikes once is healed by it."""
        fault = self._meter.faults.get(kind)
        if fault is not None and fault.is_once:
            self._meter.heal(kind)
        return fault is not None

    def _wait_for_more(self) -> None:
        """Hang up when nothing comes for a while."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.drop)


def _session(*, meter: Meter, device: MeterDevice) -> ServerSession:
    """A new conversation in which nobody has introduced themselves."""
    keys = SecurityKeys(
        encryption_key=meter.keys.encryption_key,
        authentication_key=meter.keys.authentication_key,
    )
    clients = {sap: _client(sap, meter=meter, keys=keys) for sap in _CLIENTS}
    clients |= meter.other_clients
    return ServerSession(
        device=device,
        system_title=meter.keys.system_title,
        clients=clients,
        counters=meter.counters,
        challenge=secrets.token_bytes(_CHALLENGE_SIZE),
        max_pdu=MAX_PDU,
    )


def _client(sap: int, *, meter: Meter, keys: SecurityKeys) -> ServerClient:
    """A client as Indian meters know it; the password is the meter reader's."""
    facts = is15959.ASSOCIATIONS[sap]
    return ServerClient(
        authentication=facts.authentication,
        keys=keys if facts.is_ciphered else None,
        secret=meter.keys.lls_secret if sap == is15959.METER_READER else b"",
        association_obis=facts.association,
    )
