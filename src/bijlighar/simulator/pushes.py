"""What pretend meters say unasked: alerts, last gasp, first breath, half-hours, midnights.

Each push is a data notification, sealed with the meter's keys under its own name and a
counter of its own, on a connection from the meter's own address.
Source: IS 15959-2 push setups; the body of an alert as several head-ends take it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.apdu.notification import DataNotification
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import Attribute, ClassId, RangeSelection
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.protection import Form, protect
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.wrapper import Frame
from bijlighar.simulator.device import MeterDevice
from bijlighar.simulator.fleet import Fleet
from bijlighar.simulator.load_profile import BLOCKS, MIDNIGHTS
from bijlighar.simulator.meter import Meter

ALERT_PUSH = Obis.parse("0.4.25.9.0.255")
BLOCK_PUSH = Obis.parse("0.5.25.9.0.255")
DAILY_PUSH = Obis.parse("0.6.25.9.0.255")
LOAD_SWITCH, LAST_GASP, FIRST_BREATH = 84, 85, 86
_BITS = 128
_LOOK_EVERY_S = 0.5
_HANGS_S = 5.0

log = structlog.get_logger(__name__)


def alert(meter: Meter, *bits: int) -> bytes:
    """A sealed push of the event status word with these bits set."""
    word = "".join("1" if bit in bits else "0" for bit in range(_BITS))
    return sealed(meter, ALERT_PUSH, axdr.bit_string(word))


def rows(meter: Meter, setup: Obis, *, starts: datetime, ends: datetime) -> bytes:
    """A sealed push of the rows of the half-hours or midnights in `[starts, ends]`."""
    profile = is15959.DAILY_LOAD if setup == DAILY_PUSH else is15959.BLOCK_LOAD
    buffer = MeterDevice(meter=meter).read(
        client_sap=is15959.PUSH_CLIENT,
        attribute=Attribute(ClassId.PROFILE_GENERIC, profile, 2),
        selection=RangeSelection(starts=starts, ends=ends),
    )
    return sealed(meter, setup, buffer)


def sealed(meter: Meter, setup: Obis, pushed: Data) -> bytes:
    """The push as it goes over the wire, in its frame."""
    body = axdr.structure(
        [
            axdr.octet_string(meter.serial.encode()),
            axdr.octet_string(setup.to_bytes()),
            axdr.octet_string(cosem_time.encode(meter.clock)),
            pushed,
        ]
    )
    apdu = protect(
        keys=SecurityKeys(
            encryption_key=meter.keys.encryption_key,
            authentication_key=meter.keys.authentication_key,
        ),
        system_title=meter.keys.system_title,
        counter=meter.counters.next(),
        plain=DataNotification(invoke=1, body=body).to_bytes(),
        form=Form.GENERAL_GLOBAL,
    )
    return Frame(is15959.SERVER_SAP, is15959.PUSH_CLIENT, apdu).to_bytes()


async def send(frames: Sequence[bytes], *, to: tuple[str, int], host: str) -> bool:
    """Send from the meter's own address; whether the head-end took the call."""
    try:
        async with asyncio.timeout(_HANGS_S):
            _, writer = await asyncio.open_connection(*to, local_addr=(host, 0))
            for frame in frames:
                writer.write(frame)
            await writer.drain()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return True


class Pusher:
    """Lets a fleet's meters say what is new: relay moved, power gone or back, rows."""

    def __init__(self, *, fleet: Fleet, to: tuple[str, int]) -> None:
        """`to` is where the head-end listens."""
        self._fleet, self._to = fleet, to
        self._seen = {meter.serial: _state(meter) for meter in fleet.meters}

    async def run(self) -> None:
        """Look for what is new until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            for meter in self._fleet.meters:
                frames = self._new(meter)
                if frames:
                    host = self._fleet.address_of(meter.serial)
                    if not await send(frames, to=self._to, host=host):
                        log.info("simulator.push.not_taken", serial=meter.serial)

    def _new(self, meter: Meter) -> list[bytes]:
        """What a meter has to say since it was last looked at."""
        was_closed, was_silent, block, midnight = self._seen[meter.serial]
        now = self._seen[meter.serial] = _state(meter)
        switch = () if now[0] else (LOAD_SWITCH,)
        frames = []
        if now[1] != was_silent:
            frames.append(alert(meter, *switch, LAST_GASP if now[1] else FIRST_BREATH))
        elif now[0] != was_closed:
            frames.append(alert(meter, *switch))
        for setup, last, newest in (
            (BLOCK_PUSH, block, now[2]),
            (DAILY_PUSH, midnight, now[3]),
        ):
            if newest > last and not now[1]:
                starts, ends = (
                    meter.calendar.instant_of(one) for one in (last + 1, newest)
                )
                frames.append(rows(meter, setup, starts=starts, ends=ends))
        return frames


def _state(meter: Meter) -> tuple[bool, bool, int, int]:
    """Relay closed, silent, last half-hour, last midnight."""
    second = meter.second
    newest = (capture.kept(second) for capture in (BLOCKS, MIDNIGHTS))
    block, midnight = (kept[-1] if kept else 0 for kept in newest)
    return meter.house.is_closed, meter.is_silent, block, midnight
