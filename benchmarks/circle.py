"""How fast the circle turns: meters read and stored, connections charged, on this machine.

A town of simulated DLMS meters (HLS GMAC, all frames ciphered, real TCP on loopback) in a
process of its own, an embedded PostgreSQL, and this process as head-end and worker.

Figures (`--json FILE` writes them):
    meters                 meters that answered
    read_per_s             conversations a second: associate, authenticate, clock,
                           midnight registers, 48 half-hours, release; stored
    bare_per_s             the limit compared with: associate, authenticate and release,
                           nothing read and nothing stored
    read_share_of_bare     read_per_s / bare_per_s
    charged_per_s          connection-days rated, posted and reviewed a second
    floor_per_s            the limit compared with: the same rows copied into such tables
                           by bare INSERT ... SELECT, and one UPDATE of balances
    charged_share_of_floor charged_per_s / floor_per_s
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import structlog

from bijlighar.run.stage import Wanted, passing_stage

DATA_START = date(2019, 10, 5)
"""From here on nearly every measured home answers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="200 meters instead of 1,000")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    homes = 200 if chosen.quick else 1_000
    wanted = Wanted(days=1, homes=homes, seed=7, data_start=DATA_START)
    with passing_stage(wanted) as staged:
        figures = measure(staged)
    for name, value in figures.items():
        print(f"{name:<24}{value:>12,}")
    if chosen.json:
        held = {"name": "circle", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def measure(staged) -> dict[str, float]:
    import httpx

    from bijlighar.clock.clock import set_anchor
    from bijlighar.connections import service as connections
    from bijlighar.kernel.ist import day_starts
    from bijlighar.run.settle import settle
    from bijlighar.simulator.town_calendar import TOWN_START

    starts_at = day_starts(TOWN_START)
    with httpx.Client() as client:
        settle(
            client=client, town_url=staged.town_url, town_start=TOWN_START, now=starts_at
        )
    now = starts_at + timedelta(days=1, minutes=10)
    set_anchor(staged.clock_file, town_at=now, speed=0)
    ids = connections.ids()
    with ThreadPoolExecutor(4) as threads:
        bare_per_s = asyncio.run(bare(threads))
        meters, read_per_s = asyncio.run(read(threads))
    charged, seconds = charge(ids, now)
    floor_s = floor(charged)
    return {
        "meters": meters,
        "read_per_s": round(read_per_s),
        "bare_per_s": round(bare_per_s),
        "read_share_of_bare": round(read_per_s / bare_per_s, 2),
        "charged_per_s": round(charged / seconds),
        "floor_per_s": round(charged / floor_s),
        "charged_share_of_floor": round(floor_s / seconds, 3),
    }


async def read(threads: ThreadPoolExecutor) -> tuple[int, float]:
    """(meters that answered, conversations a second), by the head-end itself."""
    from bijlighar.run.poll import make_poller

    poller = make_poller(threads=threads)
    began, heard = time.perf_counter(), 0
    while (done := await poller.read_due()).asked:
        heard += done.heard
    return heard, heard / (time.perf_counter() - began)


async def bare(threads: ThreadPoolExecutor) -> float:
    """Associations a second with every meter that answers, nothing read."""
    from bijlighar.connections import service as connections
    from bijlighar.headend import service
    from bijlighar.headend.association import conversation
    from bijlighar.headend.poller import PollerSettings
    from bijlighar.headend.transport import MeterSilent

    loop = asyncio.get_running_loop()
    meter_ids = [
        home.meter_id for home in await loop.run_in_executor(threads, connections.homes)
    ]
    access = await loop.run_in_executor(threads, lambda: service.lease(meter_ids=meter_ids))
    places = asyncio.Semaphore(PollerSettings().conversations_at_once)

    async def one(meter) -> int:
        async with places:
            try:
                async with conversation(meter, 10.0):
                    return 1
            except MeterSilent:
                return 0

    began = time.perf_counter()
    answered = sum(await asyncio.gather(*(one(meter) for meter in access)))
    return answered / (time.perf_counter() - began)


def charge(ids, now) -> tuple[int, float]:
    """(connection-days charged, seconds), in batches as the worker does it."""
    from bijlighar.flow.close_day import close_day
    from bijlighar.flow.tasks import CONNECTIONS_AT_ONCE

    began, charged = time.perf_counter(), 0
    for first in range(0, len(ids), CONNECTIONS_AT_ONCE):
        closed = close_day(connection_ids=ids[first : first + CONNECTIONS_AT_ONCE], now=now)
        charged += sum(len(one.days) for one in closed.charged)
    return charged, time.perf_counter() - began


def floor(charged: int) -> float:
    """Seconds for the bare rows: charges, entries, transfers copied, balances updated."""
    from django.db import connection, transaction

    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "create temporary table charge_floor (like charges_daycharge) on commit drop;"
            "create temporary table entry_floor (like ledger_entry) on commit drop;"
            "create temporary table transfer_floor (like ledger_transfer) on commit drop;"
            "insert into charge_floor select * from charges_daycharge;"
            "insert into entry_floor select * from ledger_entry where reason = 'charge';"
            "insert into transfer_floor select t.* from ledger_transfer t"
            " join ledger_entry e on e.id = t.entry_id where e.reason = 'charge';"
            "update ledger_wallet set balance_paise = balance_paise + 0"
        )
    assert charged
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
