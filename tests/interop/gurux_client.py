"""A head-end made with gurux-dlms, for one conversation: a program, never imported.

gurux-dlms is GPL-2.0 and lives in an environment of its own (`tools/setting_up/steps.py`).
Standard input says whom to call and as whom, as JSON: `port`, `security` (none, lls, hls),
`client`, `secret`, `ek`, `ak`, `title`, `last_counter`, `from` and `to`. Prints as JSON
what it read: both profiles in that range, and the relay as found, after it was opened,
and after it was closed.
"""

from __future__ import annotations

import json
import socket
import sys
from datetime import datetime

from gurux_dlms import GXByteBuffer, GXDateTime, GXReplyData
from gurux_dlms.enums import Authentication, InterfaceType, Security
from gurux_dlms.objects import (
    GXDLMSDisconnectControl,
    GXDLMSProfileGeneric,
)
from gurux_dlms.secure import GXDLMSSecureClient

AUTHENTICATIONS = {
    "none": Authentication.NONE,
    "lls": Authentication.LOW,
    "hls": Authentication.HIGH_GMAC,
}
HEADER = 8


class Caller:
    """A gurux client on a TCP connection."""

    def __init__(self, asked: dict) -> None:
        self.client = GXDLMSSecureClient(
            True,
            asked["client"],
            1,
            AUTHENTICATIONS[asked["security"]],
            asked["secret"] if asked["security"] == "lls" else None,
            InterfaceType.WRAPPER,
        )
        if asked["security"] == "hls":
            # Our meter lets nobody end a ciphered association in the clear.
            self.client.useProtectedRelease = True
            ciphering = self.client.ciphering
            ciphering.security = Security.AUTHENTICATION_ENCRYPTION
            ciphering.systemTitle = bytes.fromhex(asked["title"])
            ciphering.blockCipherKey = bytes.fromhex(asked["ek"])
            ciphering.authenticationKey = bytes.fromhex(asked["ak"])
            ciphering.invocationCounter = asked["last_counter"] + 1
        self._line = socket.create_connection(("127.0.0.1", asked["port"]), timeout=10)

    def ask(self, message: bytes) -> GXReplyData:
        """Send one frame and take its answer, following blocks to their end."""
        reply = GXReplyData()
        self._exchange(message, reply)
        while reply.isMoreData():
            self._exchange(self.client.receiverReady(reply), reply)
        if reply.error:
            raise ValueError(f"refused: {reply.error}")
        return reply

    def ask_all(self, messages: list[bytes]) -> GXReplyData:
        """Send the frames of one request."""
        for message in messages:
            reply = self.ask(message)
        return reply

    def associate(self) -> None:
        reply = self.ask_all(self.client.aarqRequest())
        self.client.parseAareResponse(reply.data)
        if self.client.authentication > Authentication.LOW:
            reply = self.ask_all(self.client.getApplicationAssociationRequest())
            self.client.parseApplicationAssociationResponse(reply.data)

    def release(self) -> None:
        self.ask_all(self.client.releaseRequest())
        self._line.close()

    def value(self, held, index: int):
        reply = self.ask_all(self.client.read(held, index))
        return self.client.updateValue(held, index, reply.value)

    def rows(self, name: str, first: datetime, last: datetime) -> list:
        """The columns are read first: gurux needs them to ask for a range."""
        profile = GXDLMSProfileGeneric(name)
        self.value(profile, 3)
        asked = self.client.readRowsByRange(profile, GXDateTime(first), GXDateTime(last))
        reply = self.ask_all(asked)
        return [[_plain(cell) for cell in row] for row in reply.value]

    def _exchange(self, message: bytes, reply: GXReplyData) -> None:
        self._line.sendall(bytes(message))
        received = GXByteBuffer()
        received.set(self._frame())
        if not self.client.getData(received, reply, None):
            raise ValueError("half an answer")

    def _frame(self) -> bytes:
        header = self._octets(HEADER)
        return header + self._octets(int.from_bytes(header[6:], "big"))

    def _octets(self, size: int) -> bytes:
        octets = b""
        while len(octets) < size:
            more = self._line.recv(size - len(octets))
            if not more:
                raise ValueError("the meter hangs up")
            octets += more
        return octets


def _plain(cell):
    if isinstance(cell, bytes | bytearray):
        return bytes(cell).hex()
    return cell if isinstance(cell, bool | str) or cell is None else int(cell)


def main() -> int:
    asked = json.loads(sys.stdin.read())
    answers, sys.stdout = sys.stdout, sys.stderr  # gurux tells of every frame
    first, last = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
    caller = Caller(asked)
    caller.associate()
    found = {name: caller.rows(name, first, last) for name in asked["profiles"]}
    relay = GXDLMSDisconnectControl("0.0.96.3.10.255")
    states = [caller.value(relay, 2)]
    for move in (relay.remoteDisconnect, relay.remoteReconnect):
        caller.ask_all(move(caller.client))
        states.append(caller.value(relay, 2))
    caller.release()
    print(json.dumps({"profiles": found, "relay": states}), file=answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
