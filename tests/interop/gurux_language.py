"""What a head-end made with gurux-dlms asks of our server in lists and blocks: a program.

gurux-dlms is GPL-2.0: this runs in an environment of its own and is never imported.
Standard input says how, as JSON: `port`, `framing` (wrapper or hdlc), `client`, `ek`, `ak`,
`title`, `dedicated` (hex or null), `value` (hex, to be written). Prints as JSON what it was
told.
"""

from __future__ import annotations

import json
import socket
import sys

from gurux_dlms import GXByteBuffer, GXReplyData
from gurux_dlms.enums import (
    Authentication,
    DataType,
    InterfaceType,
    ObjectType,
    Security,
)
from gurux_dlms.objects import GXDLMSData, GXDLMSProfileGeneric, GXDLMSRegister
from gurux_dlms.secure import GXDLMSSecureClient

HEADER = 8


class Caller:
    """A gurux client on a TCP connection, in either framing."""

    def __init__(self, asked: dict) -> None:
        self.is_hdlc = asked["framing"] == "hdlc"
        is_ciphered = asked["client"] == 48
        self.client = GXDLMSSecureClient(
            True,
            asked["client"],
            1,
            Authentication.HIGH_GMAC if is_ciphered else Authentication.NONE,
            None,
            InterfaceType.HDLC if self.is_hdlc else InterfaceType.WRAPPER,
        )
        if is_ciphered:
            self.client.useProtectedRelease = True
            ciphering = self.client.ciphering
            ciphering.security = Security.AUTHENTICATION_ENCRYPTION
            ciphering.systemTitle = bytes.fromhex(asked["title"])
            ciphering.blockCipherKey = bytes.fromhex(asked["ek"])
            ciphering.authenticationKey = bytes.fromhex(asked["ak"])
            ciphering.invocationCounter = 1000
            if asked["dedicated"]:
                ciphering.dedicatedKey = bytes.fromhex(asked["dedicated"])
        self.line = socket.create_connection(("127.0.0.1", asked["port"]), timeout=10)

    def ask_all(self, messages) -> GXReplyData:
        reply = GXReplyData()
        for message in [messages] if isinstance(messages, bytes | bytearray) else messages:
            reply = GXReplyData()
            self.ask(message, reply)
        return reply

    def ask(self, message: bytes, reply: GXReplyData) -> None:
        """Send one frame and take its answer, following frames and blocks to their end."""
        self._exchange(message, reply)
        while reply.isMoreData():
            self._exchange(self.client.receiverReady(reply), reply)
        if reply.error:
            raise ValueError(f"refused: {reply.error}")

    def associate(self) -> None:
        if self.is_hdlc:
            self.client.parseUAResponse(self.ask_all(self.client.snrmRequest()).data)
        self.client.parseAareResponse(self.ask_all(self.client.aarqRequest()).data)
        if self.client.authentication > Authentication.LOW:
            reply = self.ask_all(self.client.getApplicationAssociationRequest())
            self.client.parseApplicationAssociationResponse(reply.data)

    def release(self) -> None:
        self.ask_all(self.client.releaseRequest())
        if self.is_hdlc:
            self.ask_all(self.client.disconnectRequest())
        self.line.close()

    def _exchange(self, message: bytes, reply: GXReplyData) -> None:
        self.line.sendall(bytes(message))
        received = GXByteBuffer()
        while True:
            more = self.line.recv(65536)
            if not more:
                raise ValueError("the meter hangs up")
            received.set(more)
            if self.client.getData(received, reply, None):
                return


def main() -> int:
    asked = json.loads(sys.stdin.read())
    answers, sys.stdout = sys.stdout, sys.stderr  # gurux tells of every frame
    caller = Caller(asked)
    caller.associate()
    energy = GXDLMSRegister("1.0.1.8.0.255")
    blocks = GXDLMSProfileGeneric("1.0.99.1.0.255")
    for messages in caller.client.readList([(energy, 2), (blocks, 2), (energy, 2)]):
        reply = caller.ask_all(messages)
    first, rows, last = reply.value
    clock = GXDLMSData("0.0.1.0.0.255")
    clock.objectType = ObjectType.CLOCK
    clock.value = bytearray.fromhex(asked["value"])
    clock.setDataType(2, DataType.OCTET_STRING)
    caller.ask_all(caller.client.write(clock, 2))
    caller.release()
    told = {"list": [int(first), len(rows), int(last)]}
    print(json.dumps(told), file=answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
