"""What pretend meters say unasked: alerts, last gasp, first breath, midnights.

Each push is a data notification, sealed with the meter's keys under its own name and a
counter of its own, on a connection from the meter's own address.
Source: IS 15959-2 push setups; the body of an alert as several head-ends take it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
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
from bijlighar.simulator import meter_life
from bijlighar.simulator.device import MeterDevice
from bijlighar.simulator.faults import FaultKind
from bijlighar.simulator.fleet import Fleet
from bijlighar.simulator.load_profile import MIDNIGHTS
from bijlighar.simulator.meter import Meter

ALERT_PUSH = Obis.parse("0.4.25.9.0.255")
BLOCK_PUSH = Obis.parse("0.5.25.9.0.255")
DAILY_PUSH = Obis.parse("0.6.25.9.0.255")
LAST_GASP, FIRST_BREATH = 85, 86
_LOOK_EVERY_S = 0.5
_HANGS_S = 5.0
_CALLS_AT_ONCE = 32

log = structlog.get_logger(__name__)


def alert(meter: Meter, *bits: int) -> bytes:
    """A sealed push of the event status word with these bits set."""
    word = meter_life.status_word(*bits)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a meter pushes when it changes: mains, status word, newest midnight."""

    has_mains: bool
    bits: frozenset[int]
    midnight: int


class Pusher:
    """Lets a fleet's meters say what is new: mains, status word, midnight registers.

    Half-hours are left to the head-end's questions: a town's clock may run so fast that
    they would be a storm.
    """

    def __init__(self, *, fleet: Fleet, to: tuple[str, int]) -> None:
        """`to` is where the head-end listens."""
        self._fleet, self._to = fleet, to
        self._seen: dict[str, _State] = {}

    @property
    def is_heard(self) -> bool:
        """Whether the head-end has taken a call: from then on what is new is told."""
        return bool(self._seen)

    async def run(self) -> None:
        """Look for what is new until cancelled, from when the head-end listens on."""
        while not await send((), to=self._to, host=self._fleet.any_address):
            await asyncio.sleep(_LOOK_EVERY_S)
        self._seen = {meter.serial: _state(meter) for meter in self._fleet.meters}
        places = asyncio.Semaphore(_CALLS_AT_ONCE)
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            new = [(one, self._new(one)) for one in self._fleet.meters]
            await asyncio.gather(
                *(self._say(meter, frames, places) for meter, frames in new if frames)
            )

    async def _say(
        self, meter: Meter, frames: Sequence[bytes], places: asyncio.Semaphore
    ) -> None:
        """One call; what nobody takes is lost, as with real meters."""
        host = self._fleet.address_of(meter.serial)
        async with places:
            if not await send(frames, to=self._to, host=host):
                log.info("simulator.push.not_taken", serial=meter.serial)

    def _new(self, meter: Meter) -> list[bytes]:
        """What a meter has to say since it was last heard; nothing while it is cut off."""
        if FaultKind.SILENT in meter.faults:
            return []
        before, now = self._seen[meter.serial], _state(meter)
        if not (before.has_mains or now.has_mains):
            return []
        # Without mains no midnight is told: it is when they are back.
        self._seen[meter.serial] = (
            now if now.has_mains else replace(now, midnight=before.midnight)
        )
        frames = []
        if now.has_mains != before.has_mains:
            frames.append(
                alert(meter, *now.bits, FIRST_BREATH if now.has_mains else LAST_GASP)
            )
        elif now.bits != before.bits:
            frames.append(alert(meter, *now.bits))
        if now.midnight > before.midnight and now.has_mains:
            starts = meter.calendar.instant_of(before.midnight + 1)
            ends = meter.calendar.instant_of(now.midnight)
            frames.append(rows(meter, DAILY_PUSH, starts=starts, ends=ends))
        return frames


def _state(meter: Meter) -> _State:
    return _State(
        has_mains=meter.has_mains,
        bits=meter_life.status_bits(meter),
        midnight=MIDNIGHTS.kept(meter.second)[-1],
    )
