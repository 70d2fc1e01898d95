"""Simulated meters for `converse.py`, in a process of their own: started by it."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from datetime import date, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from bijlighar.kernel.ist import day_starts
from bijlighar.simulator import residents, store
from bijlighar.simulator.fleet import Fleet
from bijlighar.simulator.town_calendar import TOWN_START, TownCalendar

DATA_START = date(2019, 9, 23)
"""The day after it all 70 measured homes answered: none of their copies is silent."""
NOW = day_starts(TOWN_START) + timedelta(days=1, minutes=10)


def main() -> None:
    count, base, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="bijlighar-converse-") as folder:
        asyncio.run(_serve(count, base, port, Path(folder)))


async def _serve(count: int, base: str, port: int, folder: Path) -> None:
    settled = residents.settle(
        homes=count,
        seed=7,
        calendar=TownCalendar(town_start=TOWN_START, data_start=DATA_START),
        connection=store.open_world(folder),
        now=lambda: NOW,
    )
    fleet = Fleet(meters=[one.meter for one in settled], base=IPv4Address(base), port=port)
    await fleet.start()
    told = [
        {
            "serial": one.serial,
            "host": fleet.address_of(one.serial),
            "title": one.keys.system_title.hex(),
            "ek": one.keys.encryption_key.hex(),
            "ak": one.keys.authentication_key.hex(),
        }
        for one in fleet.meters
    ]
    print(json.dumps(told), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
