"""A meter made with gurux-dlms, on a port: a program of its own, never imported.

gurux-dlms is GPL-2.0 and lives in an environment of its own (`tools/setting_up/steps.py`).
Standard input says what the meter is, as JSON: `security` (none, lls, hls), `secret`, `ek`,
`ak`, `kek`, `title`, `client` and `rows` of both profiles. The first line printed is the
port; each line read on standard input afterwards is answered with the relay's state.

The server of gurux-dlms 1.0.203 cannot run as it is: it calls methods that it does not have
and stumbles over ranges, actions, second blocks and everything that HLS needs. What had to
be mended stands in `_Mended`, `_Profile`, `_Association` and `_associate_response`. The
ciphering, the tags, the proofs, the frames, the blocks and all values are gurux's own.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import traceback
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone

from gurux_dlms import GXEnum, GXInt8, GXStructure, GXUInt32
from gurux_dlms._GXAPDU import _GXAPDU
from gurux_dlms.AesGcmParameter import AesGcmParameter
from gurux_dlms.enums import Authentication, InterfaceType, ObjectType, Security
from gurux_dlms.enums.AccessMode import AccessMode
from gurux_dlms.enums.Command import Command
from gurux_dlms.enums.ErrorCode import ErrorCode
from gurux_dlms.enums.MethodAccessMode import MethodAccessMode
from gurux_dlms.enums.SourceDiagnostic import SourceDiagnostic
from gurux_dlms.GXCiphering import GXCiphering
from gurux_dlms.GXDLMS import GXDLMS
from gurux_dlms.GXSecure import GXSecure
from gurux_dlms.objects import (
    GXDLMSAssociationLogicalName,
    GXDLMSCaptureObject,
    GXDLMSClock,
    GXDLMSData,
    GXDLMSDisconnectControl,
    GXDLMSProfileGeneric,
    GXDLMSRegister,
    GXDLMSSecuritySetup,
)
from gurux_dlms.objects.enums.AssociationStatus import AssociationStatus
from gurux_dlms.objects.enums.ControlMode import ControlMode
from gurux_dlms.objects.enums.ControlState import ControlState
from gurux_dlms.secure import GXDLMSSecureServer
from gurux_dlms.ValueEventArgs import ValueEventArgs

# 1.0.203 makes a list of the one argument of an action.
ValueEventArgs.__iter__ = lambda self: iter((self,))

FIRST_COUNTER = 1_000
IST = timezone(timedelta(minutes=330))
_WATT_HOURS = GXStructure()
_WATT_HOURS.extend((GXInt8(0), GXEnum(30)))
AUTHENTICATIONS = {
    "none": Authentication.NONE,
    "lls": Authentication.LOW,
    "hls": Authentication.HIGH_GMAC,
}


def cosem_time(at: datetime) -> bytes:
    """Twelve octets of Indian time."""
    return (
        at.year.to_bytes(2, "big")
        + bytes((at.month, at.day, at.isoweekday(), at.hour, at.minute, at.second, 0))
        + (-330).to_bytes(2, "big", signed=True)
        + b"\0"
    )


class _Clock(GXDLMSClock):
    def getValue(self, settings, e):
        if e.index == 2:
            return cosem_time(datetime.now(IST))
        return super().getValue(settings, e)


class _Profile(GXDLMSProfileGeneric):
    """Ranges are chosen by comparing the twelve octets of the times, all Indian."""

    def getValue(self, settings, e):
        if e.index == 2 and e.selector == 1:
            first, last = (bytes(e.parameters[place]) for place in (1, 2))
            rows = [
                row
                for row in self.buffer
                if _order(first) <= _order(row[0]) <= _order(last)
            ]
            return self.getData(settings, e, rows, None)
        return super().getValue(settings, e)


def _order(octets: bytes) -> tuple[int, ...]:
    return tuple(octets[:4]) + tuple(octets[5:8])


class _Association(GXDLMSAssociationLogicalName):
    """Pass 3 and 4 of HLS: gurux's GMAC over the challenges."""

    def invoke(self, settings, e):
        proof = bytes(e.parameters)
        counter = int.from_bytes(proof[1:5], "big")
        cipher = settings.cipher
        awaited = GXSecure.secure(
            settings, cipher, counter, settings.stoCChallenge, settings.sourceSystemTitle
        )
        if bytes(awaited) != proof:
            e.error = ErrorCode.READ_WRITE_DENIED
            self.associationStatus = AssociationStatus.NON_ASSOCIATED
            return None
        self.associationStatus = AssociationStatus.ASSOCIATED
        challenge = settings.ctoSChallenge
        cipher.invocationCounter += 1
        return bytes(
            GXSecure.secure(
                settings, cipher, cipher.invocationCounter, challenge, cipher.systemTitle
            )
        )

    def getAssociationStatus(self):
        return self.associationStatus


def _associate_response(settings, data, result, diagnostic, cipher, error, _) -> None:
    """The AARE's outer fields; what they carry is gurux's, ciphered by it where it is."""
    is_ciphered = bool(cipher and cipher.isCiphered())
    if is_ciphered:  # the AARQ has set gurux's counter back
        cipher.invocationCounter = settings.counter_kept
    fields = _field(
        0xA1, _field(6, bytes.fromhex("608574050801") + bytes((1 + 2 * is_ciphered,)))
    )
    fields += _field(0xA2, _field(2, bytes((result,))))
    fields += _field(0xA3, _field(0xA1, _field(2, bytes((diagnostic,)))))
    if is_ciphered:
        fields += _field(0xA4, _field(4, bytes(cipher.systemTitle)))
    if settings.authentication > Authentication.LOW:
        fields += bytes.fromhex("88020780") + _field(0x89, bytes.fromhex("60857405080205"))
        fields += _field(0xAA, _field(0x80, bytes(settings.stoCChallenge)))
    if result == 0:
        information = bytes(error or _GXAPDU.getUserInformation(settings, cipher))
        if is_ciphered:
            cipher.invocationCounter += 1
        fields += _field(0xBE, _field(4, information))
    data.set(_field(0x61, fields))


def _open_request(settings, data) -> None:
    """A ciphered request: opened by gurux, given its keys in the order it wants them."""
    data.data.position -= 1
    cipher = settings.cipher
    title = settings.sourceSystemTitle
    keys = AesGcmParameter(0, title, cipher.blockCipherKey, cipher.authenticationKey)
    opened = GXCiphering.decrypt(settings, keys, data.data)
    if keys.security != Security.AUTHENTICATION_ENCRYPTION:
        raise ValueError("protected less than agreed")
    data.data.clear()
    data.data.set(opened)
    data.command = Command(data.data.getUInt8())


def _field(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content


_GXAPDU.generateAARE = _associate_response
GXDLMS.handleGloDedRequest = _open_request


class _Disconnect(GXDLMSDisconnectControl):
    def invoke(self, settings, e):
        self.outputState = e.index == 2
        self.controlState = (
            ControlState.CONNECTED if self.outputState else ControlState.DISCONNECTED
        )


class _Mended(GXDLMSSecureServer):
    """What the server of 1.0.203 asks of itself and lacks."""

    def __init__(
        self, *, client: int, authentication: Authentication, secret: bytes
    ) -> None:
        super().__init__(True, InterfaceType.WRAPPER)
        self.settings.gbtWndowSize = 1
        self.settings.setConnected = lambda state: setattr(
            self.settings, "connected", state
        )
        self._client, self._wanted, self._secret = client, authentication, secret

    def isTarget(self, serverAddress, clientAddress):
        return serverAddress == 1 and clientAddress == self._client

    def onValidateAuthentication(self, authentication, password):
        if authentication != self._wanted:
            return SourceDiagnostic.AUTHENTICATION_MECHANISM_NAME_REQUIRED
        if authentication == Authentication.LOW and bytes(password or b"") != self._secret:
            return SourceDiagnostic.AUTHENTICATION_FAILURE
        return SourceDiagnostic.NONE

    def onGetAttributeAccess(self, arg):
        return AccessMode.READ_WRITE

    def onGetMethodAccess(self, arg):
        return MethodAccessMode.ACCESS

    def onFindObject(self, objectType, sn, ln):
        return None

    def answer(self, received: bytes) -> bytes:
        """The octets to send back; none while a request is not whole."""
        self.receivedData.set(received)
        GXDLMS.getData(self.settings, self.receivedData, self.info, None)
        if not self.info.complete:
            return b""
        self.receivedData.clear()
        is_new = self.info.command == Command.AARQ
        if is_new and not self.isTarget(
            self.settings.serverAddress, self.settings.clientAddress
        ):
            raise ValueError("another client")
        reply = self.handleCommand(self.info.command, self.info.data, self)
        self.info.clear()
        if self.settings.cipher:
            self.settings.counter_kept = self.settings.cipher.invocationCounter + 1
        return bytes(reply or b"")

    def getConnectionInfo(self):
        return None

    def notifyRead(self, *_):
        """Nothing to prepare."""

    def setTransaction(self, value):
        self.transaction = value
        if value is not None:
            value.setData = lambda data: setattr(value, "data", data)

    def getTransaction(self):
        return self.transaction

    onPreGet = onPostGet = onPreRead = onPostRead = notifyRead
    onPreWrite = onPostWrite = onPreAction = onPostAction = notifyRead
    onConnected = onInvalidConnection = onDisconnected = notifyConnected = notifyRead


def make_server(asked: dict) -> tuple[_Mended, GXDLMSDisconnectControl]:
    """The server with its objects."""
    server = _Mended(
        client=asked["client"],
        authentication=AUTHENTICATIONS[asked["security"]],
        secret=asked["secret"].encode(),
    )
    if asked["security"] == "hls":
        ciphering = server.settings.cipher = server.settings.ciphering
        ciphering.systemTitle = bytes.fromhex(asked["title"])
        ciphering.blockCipherKey = bytes.fromhex(asked["ek"])
        ciphering.authenticationKey = bytes.fromhex(asked["ak"])
        server.settings.counter_kept = FIRST_COUNTER
        ciphering.security = Security.AUTHENTICATION_ENCRYPTION
        server.kek = bytes.fromhex(asked["kek"])
    relay = _Disconnect("0.0.96.3.10.255")
    relay.outputState, relay.controlState = True, ControlState.CONNECTED
    relay.controlMode = ControlMode.MODE_4
    serial = GXDLMSData("0.0.96.1.0.255")
    serial.value = b"GRX00000001"
    clock = _Clock("0.0.1.0.0.255")
    register = GXDLMSRegister("1.0.1.8.0.255")
    register.value, register.scaler, register.unit = GXUInt32(123_456), 1, 30
    association = _Association("0.0.40.0.0.255")
    association.objectList.append(clock)
    for held in (association, clock, serial, register, relay):
        server.items.append(held)
    for name, columns in asked["profiles"].items():
        server.items.append(_profile(name, columns["captures"], columns["rows"], clock))
        server.items.append(_scalers(columns["scalers"], columns["captures"]))
    setup = GXDLMSSecuritySetup("0.0.43.0.3.255")
    setup.serverSystemTitle = bytes.fromhex(asked["title"])
    server.items.append(setup)
    server.initialize()
    return server, relay


def _profile(name: str, captures: list, rows: list, clock: GXDLMSClock) -> _Profile:
    profile = _Profile(name)
    profile.captureObjects.append((clock, GXDLMSCaptureObject(2, 0)))
    for class_id, obis in captures:
        kind = GXDLMSRegister if class_id == ObjectType.REGISTER else GXDLMSData
        profile.captureObjects.append((kind(obis), GXDLMSCaptureObject(2, 0)))
    for at, *numbers in rows:
        stamp = cosem_time(datetime.fromisoformat(at).astimezone(IST))
        profile.buffer.append([stamp, *(GXUInt32(number) for number in numbers)])
    profile.entriesInUse = profile.profileEntries = len(rows)
    profile.capturePeriod = 1_800
    return profile


def _scalers(name: str, captures: list) -> GXDLMSProfileGeneric:
    """The scaler profile: one row, Wh with scaler 0 for every register."""
    profile = GXDLMSProfileGeneric(name)
    for _, obis in captures:
        profile.captureObjects.append((GXDLMSRegister(obis), GXDLMSCaptureObject(3, 0)))
    profile.buffer.append([_WATT_HOURS for _ in captures])
    profile.entriesInUse = profile.profileEntries = 1
    return profile


def serve(listening: socket.socket, server: _Mended) -> None:
    """One caller after another; whatever goes wrong ends a call, and is told."""
    while True:
        caller, _ = listening.accept()
        with caller, _telling():
            server.reset()
            while received := caller.recv(65_536):
                caller.sendall(server.answer(received))


class _telling(AbstractContextManager):
    def __exit__(self, kind, error, trace) -> bool:
        if error is not None:
            traceback.print_exception(error)
        return isinstance(error, Exception)


def main() -> int:
    answers, sys.stdout = sys.stdout, sys.stderr  # gurux tells of every frame
    server, relay = make_server(json.loads(sys.stdin.readline()))
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], file=answers, flush=True)
    threading.Thread(target=serve, args=(listening, server), daemon=True).start()
    for _ in sys.stdin:
        shown = json.dumps({"is_closed": bool(relay.outputState)})
        print(shown, file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
