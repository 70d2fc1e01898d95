"""Small meters behind real sockets: honest ones, and all kinds of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.cosem import Attribute, ClassId
from bijlighar.dlms.server import ServerSession
from bijlighar.dlms.wrapper import Frame, FrameReader
from bijlighar.headend.values import MeterAccess
from tests.dlms.meter import CLIENTS, KEYS, METER_CHALLENGE, METER_TITLE, Counters
from tests.dlms.meter import Meter as Relay

NOW = datetime(2026, 4, 3, 6, 0, tzinfo=UTC)
FIRST_MIDNIGHT = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
A_DAY = timedelta(days=1)
DAILY_LOAD = Attribute(ClassId.PROFILE_GENERIC, is15959.DAILY_LOAD, 2)
BLOCK_LOAD = Attribute(ClassId.PROFILE_GENERIC, is15959.BLOCK_LOAD, 2)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Tamper = Callable[[bytes], Iterable[bytes]]


def daily_row(midnight: datetime, wh: axdr.Data) -> axdr.Data:
    """What the daily profile holds for the day that ends at this midnight."""
    others = [axdr.double_long_unsigned(n) for n in (7, 0, 0)]
    at = axdr.octet_string(cosem_time.encode(midnight))
    return axdr.structure([at, wh, *others])


def daily_rows() -> list[axdr.Data]:
    """Registers at the midnights to 1, 2 and 3 April: 1000, 1500 and 2100 Wh."""
    return [
        daily_row(FIRST_MIDNIGHT + number * A_DAY, axdr.double_long_unsigned(wh))
        for number, wh in enumerate((1_000, 1_500, 2_100))
    ]


@dataclass
class SmallMeter(Relay):
    """A relay, a clock, three midnights and the 48 half-hours of 1 April."""

    clock: datetime = NOW
    daily: list[axdr.Data] = field(default_factory=daily_rows)
    heeds_selection: bool = True
    moves: int = 0
    is_stuck: bool = False

    def read(self, *, client_sap, attribute, selection):
        if attribute == is15959.CLOCK_TIME:
            return axdr.octet_string(cosem_time.encode(self.clock))
        if attribute == is15959.OUTPUT_STATE:
            return axdr.boolean(self.relay_closed)
        if attribute == DAILY_LOAD:
            return self._chosen(self.daily, selection, is15959.SINGLE_PHASE_DAILY_LOAD)
        if attribute == BLOCK_LOAD:
            return self._chosen(self.rows, selection, is15959.SINGLE_PHASE_BLOCK_LOAD)
        return super().read(client_sap=client_sap, attribute=attribute, selection=selection)

    def invoke(self, *, client_sap, method, parameter):
        self.moves += 1
        if self.is_stuck:
            return None
        return super().invoke(client_sap=client_sap, method=method, parameter=parameter)

    def _chosen(self, rows, selection, captures):
        if not self.heeds_selection:
            return axdr.array(rows)
        return axdr.array(profiles.select_rows(rows, selection, captures=captures))


@dataclass
class Answers:
    """How a small meter's answers reach the head-end.

    `towards_client` may turn one APDU into several, or none; after `hangs_up_after` answers
    it closes the connection instead of answering.
    """

    towards_client: Tamper = lambda apdu: [apdu]
    hangs_up_after: int | None = None
    given: int = 0


@asynccontextmanager
async def listening(handle: Handler) -> AsyncIterator[int]:
    """The port on which `handle` answers whoever calls."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def honest(meter: SmallMeter, answers: Answers, counters: Counters) -> Handler:
    """A meter that speaks DLMS; its counters live longer than one conversation."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = ServerSession(
            device=meter,
            system_title=METER_TITLE,
            clients=CLIENTS,
            counters=counters,
            challenge=METER_CHALLENGE,
            max_pdu=1024,
        )
        frames = FrameReader()
        with suppress(ConnectionError):
            while data := await reader.read(4_096):
                frames.feed(data)
                for frame in frames.frames():
                    apdu = session.receive(client_sap=frame.source, apdu=frame.payload)
                    if answers.given == answers.hangs_up_after:
                        writer.close()
                        return
                    answers.given += 1
                    for one in answers.towards_client(apdu):
                        writer.write(Frame(1, frame.source, one).to_bytes())
        writer.close()

    return handle


def says(data: bytes, *, hangs_up: bool) -> Handler:
    """Somebody who says these octets whatever is asked."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        with suppress(ConnectionError):
            while not hangs_up and await reader.read(4_096):
                pass
        writer.close()

    return handle


def access(port: int, **changes: object) -> MeterAccess:
    """How the head-end reaches a small meter."""
    known = {
        "meter_id": 7,
        "serial": "BIJ00001",
        "system_title": METER_TITLE,
        "host": "127.0.0.1",
        "port": port,
        "encryption_key": KEYS.encryption_key,
        "authentication_key": KEYS.authentication_key,
        "first_counter": 1,
        "leased_counters": 256,
        "known_meter_counter": 0,
    }
    return MeterAccess(**{**known, **changes})
