"""One meter of the pretend town on a port of its own, in a thread: the real simulator."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from bijlighar.kernel.ist import supply_day_of
from bijlighar.simulator import residents, store
from bijlighar.simulator.energy import DATA_START
from bijlighar.simulator.fleet import Fleet
from bijlighar.simulator.meter import Meter
from bijlighar.simulator.town_calendar import TownCalendar

PATIENCE_S = 30.0


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@contextmanager
def a_meter(folder: Path, *, port: int, **keys: bytes) -> Iterator[Meter]:
    """A meter with these keys; it remembers them, and its counters, in the folder."""
    with closing(store.open_world(folder)) as world:
        now = datetime.now(UTC)
        calendar = TownCalendar(
            town_start=supply_day_of(now) - timedelta(days=10), data_start=DATA_START
        )
        (resident,) = residents.settle(
            homes=1,
            seed=1,
            calendar=calendar,
            connection=world,
            now=lambda: datetime.now(UTC),
        )
        meter = resident.meter
        given = replace(meter.keys, **keys)
        meter.keys = meter.records.keys_now(serial=meter.serial, first=given)
        fleet = Fleet(meters=[meter], base=IPv4Address("127.0.0.1"), port=port)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(fleet.start(), loop).result(PATIENCE_S)
            yield meter
        finally:
            asyncio.run_coroutine_threadsafe(fleet.stop(), loop).result(PATIENCE_S)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(PATIENCE_S)
            loop.close()
