"""Every decoder of the package under one roof, for whoever throws octets at them.

`hit` gives octets to a decoder and lets nothing pass but what it may say: a `DecodeError`,
or, where keys or a link are in play, a refusal with a name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bijlighar.dlms import (
    apdu,
    axdr,
    cosem_time,
    framing,
    grid,
    hdlc,
    is15959,
    key_transfer,
    llc,
    mbus,
    profiles,
    pushed,
    wrapper,
)
from bijlighar.dlms.cosem import AccessSelection, ScalerUnit, selection_from_access
from bijlighar.dlms.cosem_calendar import CosemDate, CosemDateTime, CosemTime
from bijlighar.dlms.errors import DecodeError, RefusedError
from bijlighar.dlms.link.parameters import Parameters
from bijlighar.dlms.link.primary import PrimaryStation
from bijlighar.dlms.link.secondary import SecondaryStation
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.protection import unprotect
from bijlighar.dlms.security import open_sealed

from .known import octets, vectors
from .meter import KEYS, METER_TITLE, associated

MOST_SECONDS = 0.1
MOST_OCTETS = 10 * 1024 * 1024
# A busy machine may slow one turn: what is slow is slow each time.
TURNS = 3

_FILES = (
    "association", "captures", "hdlc", "keys", "security", "services", "values", "wrapper",
)  # fmt: skip
CLIENT, METER = hdlc.Address(16), hdlc.Address(1, 17, 2)


def seeds() -> list[bytes]:
    """The octets of all known vectors, and what stands inside their frames."""
    found = [octets(e) for name in _FILES for e in vectors(name).values() if "hex" in e]
    inner = []
    for data in found:
        try:
            inner += framing.read_any(data).apdus
        except DecodeError:
            continue
    return sorted({*found, *inner}, key=lambda data: (len(data), data))


def _frames(reader, data: bytes) -> list:
    reader.feed(data)
    return list(reader.frames())


def _in_data(read: Callable[[axdr.Data], object]) -> Callable[[bytes], object]:
    return lambda data: read(axdr.decode(data))


def _rows(data: axdr.Data) -> object:
    return profiles.parse_rows(data, is15959.SINGLE_PHASE_BLOCK_LOAD, capture_period_s=1800)


def _in_link(primary: bool) -> Callable[[bytes], object]:
    def hear(data: bytes) -> object:
        station = (
            PrimaryStation(own=CLIENT, peer=METER)
            if primary
            else SecondaryStation(own=METER, peer=CLIENT)
        )
        if primary:
            station.connect()
        return station.receive(data), station.outgoing()

    return hear


def _asked(data: bytes) -> object:
    """A meter that is associated with the public client."""
    talk = associated(16)
    return talk.server.receive(client_sap=16, apdu=data)


def _answered(data: bytes) -> object:
    """A head-end that awaits the answer to a GET."""
    exchange = associated(16).client.get(is15959.CLOCK_TIME)
    next(exchange)
    try:
        return exchange.send(data)
    except StopIteration as end:
        return end.value


def _opened(data: bytes) -> object:
    return unprotect(
        keys=KEYS,
        system_title=METER_TITLE,
        apdu=data,
        known_counter=None,
        services=(0xC4,),
    )


def _answered_in_bulk(data: bytes) -> object:
    """A head-end that awaits a table's rows, given what any genuine answer may hold."""
    exchange = associated(16).client.get_encoded(is15959.CLOCK_TIME)
    invoke = next(exchange)[2]
    try:
        return exchange.send(bytes((0xC4, 1, invoke, 0)) + data)
    except StopIteration as end:
        return grid.read([end.value])


Decoder = Callable[[bytes], object]
PLAIN: Mapping[str, Decoder] = {
    "apdu": apdu.decode,
    "axdr": axdr.decode,
    "grid": lambda data: grid.read([data]),
    "framing": framing.read_any,
    "framing stuffed": lambda data: framing.read_any(data, stuffed=True),
    "hdlc frame": hdlc.Frame.from_bytes,
    "hdlc frames": lambda data: _frames(hdlc.FrameReader(), data),
    "hdlc frames stuffed": lambda data: _frames(hdlc.FrameReader(stuffed=True), data),
    "hdlc parameters": Parameters.from_bytes,
    "llc": llc.stripped,
    "wrapper frames": lambda data: _frames(wrapper.FrameReader(), data),
    "mbus": mbus.apdu_in,
    "obis": Obis.from_bytes,
    "clock": cosem_time.decode,
    "date and time": CosemDateTime.from_bytes,
    "date": CosemDate.from_bytes,
    "time": CosemTime.from_bytes,
    "push": _in_data(pushed.readings_in),
    "capture objects": _in_data(profiles.parse_capture_objects),
    "rows": _in_data(_rows),
    "scaler": _in_data(ScalerUnit.from_data),
    "range": _in_data(lambda data: selection_from_access(AccessSelection(1, data))),
    "entries": _in_data(lambda data: selection_from_access(AccessSelection(2, data))),
    "rows in bulk": _answered_in_bulk,
    "meter": _asked,
}
REFUSING: Mapping[str, Decoder] = {
    "protected": _opened,
    "sealed": lambda data: open_sealed(keys=KEYS, system_title=METER_TITLE, sealed=data),
    "keys": _in_data(lambda data: key_transfer.keys_in(data, master_key=bytes(16))),
    "primary station": _in_link(primary=True),
    "secondary station": _in_link(primary=False),
    "head-end": _answered,
}
DECODERS = {**PLAIN, **REFUSING}


def hit(name: str, data: bytes) -> None:
    """Give the octets to one decoder; raises for all that may not be, slowness included."""
    for _ in range(TURNS):
        took = _seconds(name, data)
        if took <= MOST_SECONDS:
            return
    raise AssertionError(f"{name} took {took:.3f} s for {len(data)} octets")


def _seconds(name: str, data: bytes) -> float:
    began = time.thread_time()
    try:
        DECODERS[name](data)
    except DecodeError:
        pass
    except RefusedError:
        if name not in REFUSING:
            raise
    return time.thread_time() - began


def hit_all(data: bytes) -> None:
    """Give the octets to every decoder."""
    for name in DECODERS:
        hit(name, data)
