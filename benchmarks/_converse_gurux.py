"""The gurux-dlms client holds the same conversations: started by `converse.py`.

gurux-dlms is GPL: it runs in this process of its own and nothing of it enters the product.
Prints conversations, CPU seconds and seconds; exits with 3 where it is not installed.
"""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import time
from contextlib import redirect_stdout
from datetime import datetime

BLOCKS = (
    (8, "0.0.1.0.0.255"),
    *((3, f"1.0.{c}.255") for c in ("12.27.0", "11.27.0", "1.29.0", "2.29.0", "9.29.0")),
    (3, "1.0.10.29.0.255"),
    (1, "0.0.96.10.1.255"),
)
DAILY = (
    (8, "0.0.1.0.0.255"),
    *((3, f"1.0.{c}.8.0.255") for c in ("1", "9", "2", "10")),
)


def main() -> int:
    asked = json.loads(sys.stdin.read())
    os.environ["TZ"] = "Asia/Kolkata"  # it takes the machine's zone for the meters'
    time.tzset()
    try:
        with redirect_stdout(io.StringIO()):
            done, cpu_s, took_s, rows = _all(asked)
    except ImportError as error:
        print(error, file=sys.stderr)
        return 3
    if rows != asked["rows"]:
        print(f"{rows} rows read, {asked['rows']} awaited", file=sys.stderr)
        return 1
    print(json.dumps([done, cpu_s, took_s]))
    return 0


def _all(asked) -> tuple[int, float, float, int]:
    _one(asked, asked["meters"][0], asked["first_counter"])
    done, until = 0, time.perf_counter() + asked["seconds"]
    began, cpu = time.perf_counter(), time.process_time()
    rows = 0
    while time.perf_counter() < until:
        meter = asked["meters"][done % len(asked["meters"])]
        rows = _one(asked, meter, asked["first_counter"] + 100 * (done + 1))
        done += 1
    return done, time.process_time() - cpu, time.perf_counter() - began, rows


def _one(asked, meter, counter: int) -> int:
    """Associate, prove, read clock, midnight registers and half-hours, release."""
    from gurux_dlms.enums import Authentication, Conformance, InterfaceType, Security
    from gurux_dlms.objects import GXDLMSClock
    from gurux_dlms.secure import GXDLMSSecureClient

    client = GXDLMSSecureClient(
        True, 48, 1, Authentication.HIGH_GMAC, None, InterfaceType.WRAPPER
    )
    client.ciphering.security = Security.AUTHENTICATION_ENCRYPTION
    client.ciphering.systemTitle = b"HES00001"
    client.ciphering.blockCipherKey = bytes.fromhex(meter["ek"])
    client.ciphering.authenticationKey = bytes.fromhex(meter["ak"])
    client.ciphering.invocationCounter = counter
    client.maxReceivePDUSize = 0xFFFF
    # Otherwise it seals with general-glo, which Indian meters do not agree on.
    client.proposedConformance &= ~Conformance.GENERAL_PROTECTION
    client.useProtectedRelease = True
    with socket.create_connection((meter["host"], asked["port"]), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.parseAareResponse(_ask(client, line, client.aarqRequest()).data)
        proof = _ask(client, line, client.getApplicationAssociationRequest())
        client.parseApplicationAssociationResponse(proof.data)
        clock = GXDLMSClock()
        client.updateValue(clock, 2, _ask(client, line, client.read(clock, 2)).value)
        rows = 0
        for name, columns, starts in (
            ("1.0.99.2.0.255", DAILY, asked["daily_from"]),
            ("1.0.99.1.0.255", BLOCKS, asked["blocks_from"]),
        ):
            profile = _profile(name, columns)
            starts, ends = map(datetime.fromisoformat, (starts, asked["until"]))
            frames = client.readRowsByRange(profile, starts, ends)
            client.updateValue(profile, 2, _ask(client, line, frames).value)
            rows += len(profile.buffer)
        _ask(client, line, client.releaseRequest())
    return rows


def _profile(name: str, columns):
    from gurux_dlms.objects import (
        GXDLMSCaptureObject,
        GXDLMSClock,
        GXDLMSData,
        GXDLMSProfileGeneric,
        GXDLMSRegister,
    )

    kinds = {8: GXDLMSClock, 3: GXDLMSRegister, 1: GXDLMSData}
    profile = GXDLMSProfileGeneric(name)
    profile.captureObjects = [
        (kinds[kind](obis), GXDLMSCaptureObject(2, 0)) for kind, obis in columns
    ]
    return profile


def _ask(client, line, frames):
    """All that answers these frames, in blocks where the meter sends them."""
    from gurux_dlms import GXReplyData

    reply = GXReplyData()
    for frame in frames if isinstance(frames, list) else [frames]:
        _exchange(client, line, frame, reply)
    while reply.isMoreData():
        _exchange(client, line, client.receiverReady(reply), reply)
    return reply


def _exchange(client, line, frame, reply) -> None:
    from gurux_dlms import GXByteBuffer

    line.sendall(bytes(frame))
    received = GXByteBuffer()
    received.set(_frame(line))
    while not client.getData(received, reply, None):
        received.set(_frame(line))


def _frame(line) -> bytes:
    """One frame of the wrapper."""
    held = b""
    while len(held) < 8 or len(held) < 8 + int.from_bytes(held[6:8], "big"):
        more = line.recv(65_536)
        if not more:
            raise OSError("the meter hung up")
        held += more
    return held


if __name__ == "__main__":
    sys.exit(main())
