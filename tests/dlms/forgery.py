"""Genuine frames to be forged, replayed or weakened, and what they could have changed."""

from __future__ import annotations

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu import get
from bijlighar.dlms.protection import protect

from .meter import (
    HEAD_END_TITLE,
    KEYS,
    METER_TITLE,
    WH_IMPORT,
    Line,
)

GET = get.GetRequest(invoke=0xC1, attribute=WH_IMPORT).to_bytes()
READING = get.GetResponse(invoke=0xC1, outcome=axdr.double_long_unsigned(1)).to_bytes()
HIGHEST = 2**32 - 2


def memory(talk: Line) -> tuple:
    """All that a frame could have changed."""
    return (
        talk.client.state,
        talk.client.last_meter_counter,
        talk.client.meter_title,
        talk.server.state_of(talk.sap),
        dict(talk.counters.accepted),
        talk.meter.relay_closed,
        list(talk.meter.written),
    )


def flipped(data: bytes, bit: int) -> bytes:
    forged = bytearray(data)
    forged[bit // 8] ^= 1 << bit % 8
    return bytes(forged)


def by_head_end(counter: int, plain: bytes = GET, **changes) -> bytes:
    chosen = {"keys": KEYS, "system_title": HEAD_END_TITLE} | changes
    return protect(counter=counter, plain=plain, **chosen)


def by_meter(counter: int, plain: bytes = READING, **changes) -> bytes:
    chosen = {"keys": KEYS, "system_title": METER_TITLE} | changes
    return protect(counter=counter, plain=plain, **chosen)
