"""A client that this project did not write asks our server in lists and long requests,
under a dedicated key, and over an HDLC link with segments and windows.

The client is gurux-dlms 1.0.203 as it is; its general block transfer does not run there.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bijlighar.dlms.hdlc import Address
from bijlighar.dlms.link.parameters import Parameters
from bijlighar.dlms.link.secondary import LinkState, SecondaryStation
from bijlighar.dlms.wrapper import Frame, FrameReader
from tests.dlms.meter import Line, line
from tests.interop import peers

VALUE = b"abc" * 400
DEDICATED = bytes(range(50, 66)).hex()
WAIT_S = 30


@contextmanager
def served(framing: str, talk: Line) -> Iterator[int]:
    """The port on which the server of `talk` answers one caller."""
    answer = _over_hdlc if framing == "hdlc" else _over_wrapper
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(WAIT_S)
        thread = threading.Thread(target=answer, args=(listening, talk))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            thread.join(WAIT_S)
            assert not thread.is_alive()


def _octets(listening: socket.socket) -> Iterator[tuple[socket.socket, bytes]]:
    caller, _ = listening.accept()
    with caller:
        caller.settimeout(WAIT_S)
        while data := caller.recv(65536):
            yield caller, data


def _over_wrapper(listening: socket.socket, talk: Line) -> None:
    reader = FrameReader()
    for caller, data in _octets(listening):
        reader.feed(data)
        for frame in reader.frames():
            answer = talk.server.receive(client_sap=frame.source, apdu=frame.payload)
            back = Frame(source=1, destination=frame.source, payload=answer)
            caller.sendall(back.to_bytes())


def _over_hdlc(listening: socket.socket, talk: Line) -> None:
    limits = Parameters(sent=100, taken=128, window_sent=3, window_taken=3)
    station = SecondaryStation(own=Address(1), peer=Address(talk.sap), wanted=limits)
    for caller, data in _octets(listening):
        for apdu in station.receive(data):
            station.send(talk.server.receive(client_sap=talk.sap, apdu=apdu))
        caller.sendall(station.outgoing())
    assert station.state is LinkState.DISCONNECTED


@pytest.mark.parametrize(
    ("framing", "client", "dedicated", "max_pdu"),
    [
        ("wrapper", 16, None, 512),
        ("wrapper", 48, None, 512),
        ("wrapper", 48, DEDICATED, 512),
        ("hdlc", 48, None, 512),
        ("hdlc", 48, DEDICATED, 512),
        # Not ciphered, gurux reads a list of several HDLC frames before it is whole.
    ],
)
def test_a_strange_client_uses_lists_and_long_requests(framing, client, dedicated, max_pdu):
    talk = line(client, max_pdu=max_pdu)
    with served(framing, talk) as port:
        told = peers.gurux_program(
            "gurux_language.py",
            port=port,
            framing=framing,
            client=client,
            dedicated=dedicated,
            value=VALUE.hex(),
        )
    assert told == {"list": [123_456, 48, 123_456]}
    assert [written.value for written in talk.meter.written] == [VALUE]
