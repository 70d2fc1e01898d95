"""A day of 5,000 meters, ciphered, read and stored, and relay commands in its middle.

Simulated meters (HLS GMAC, every frame ciphered, TCP on loopback) in a process of their
own, an embedded PostgreSQL, and `bijlighar poll` as it is: one association a meter for the
clock, the midnight registers and 48 half-hours, kept by the flow's own step. While they are
read, reconnections are queued, one after the other, for homes whose relays are open; each
is sent, the relay closed and read back.

Figures (`--json FILE` writes them):
    homes                meters that were started
    meters               meters that answered; where it is fewer, it is told what came of
                         the others, by the counts of the head-end itself
    day_s                seconds until the last of them was stored
    meters_per_s         meters read and stored a second
    rows_per_s           half-hours and registers stored a second
    stored_half_hours    half-hours in the database afterwards
    commands             reconnections confirmed while the day was read
    command_p50_s        from the commit that queues one to its relay read back
    command_p99_s        the goal is 3 s at most
    head_end_cpu_ms      CPU of the head-end for each meter, its side of the database too
    copy_rows_per_s      the limit compared with: the same rows copied by INSERT ... SELECT
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import structlog

from bijlighar.run import stage
from bijlighar.run.stage import Wanted, passing_stage

DATA_START = date(2019, 9, 23)
"""The day after it, the one that is read on, all 70 measured homes answered: none of the
copies that stand for a fleet is silent."""

METERS, QUICK = 5_000, 400
COMMANDS, COMMANDS_QUICK = 200, 40
AT_ONCE = 64
LOOK_EVERY_S = 0.05
COMMAND_EVERY_S = 0.25
STARTS_IN_S = 600
ONLY_THE_DAY = """
daily: {every_minutes: 1440, window: {from: "00:00", until: "24:00"}}
blocks: {every_minutes: 1440, window: {from: "00:00", until: "24:00"}}
events: {every_minutes: 1440, window: {from: "23:00", until: "24:00"}}
billing: {every_minutes: 1440, window: {from: "23:00", until: "24:00"}}
instant: {every_minutes: 1440, window: {from: "23:00", until: "24:00"}}
most_days_a_conversation: 7
most_gaps_a_conversation: 8
clock: {set_from_seconds: 30, distrust_from_seconds: 600, away_from_block_ends_seconds: 90}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="400 meters, 40 commands")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    homes = QUICK if chosen.quick else METERS
    stage.STARTS_IN_S = STARTS_IN_S  # 5,000 homes take a while to move in
    wanted = Wanted(days=1, homes=homes, seed=7, data_start=DATA_START)
    with passing_stage(wanted) as staged:
        reads = staged.folder / "reads.yaml"
        reads.write_text(ONLY_THE_DAY)
        figures = measure(staged, COMMANDS_QUICK if chosen.quick else COMMANDS, reads)
    for name, value in figures.items():
        print(f"{name:<20}{value:>12,}")
    if chosen.json:
        held = {"name": "fleet_day", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def measure(staged, commands: int, reads: Path) -> dict[str, float]:
    import httpx

    from bijlighar.clock.clock import set_anchor
    from bijlighar.connections import service as connections
    from bijlighar.kernel.ist import day_starts
    from bijlighar.run.settle import settle
    from bijlighar.simulator.town_calendar import TOWN_START

    os.environ["BIJLIGHAR_READS"] = str(reads)
    starts_at = day_starts(TOWN_START)
    with httpx.Client() as client:
        settle(
            client=client, town_url=staged.town_url, town_start=TOWN_START, now=starts_at
        )
    now = starts_at + timedelta(days=1, minutes=10)
    set_anchor(staged.clock_file, town_at=now, speed=0)
    dark = connections.homes()[: 2 * commands]
    with ThreadPoolExecutor(1) as threads:
        opened = asyncio.run(open_relays(dark, commands, threads))
    staged.processes.start("poll", ["poll", "--at-once", str(AT_ONCE)])
    return read_the_day(staged, opened, now) | limit()


async def open_relays(homes, many: int, threads) -> list:
    """Homes whose relays are open now: no gate is asked, as no real home is dark."""
    from bijlighar.clock.clock import now
    from bijlighar.headend import service
    from bijlighar.headend.relay import move_relay
    from bijlighar.headend.values import RelayWanted
    from bijlighar.kernel.errors import TemporaryError

    ids = [home.meter_id for home in homes]
    loop = asyncio.get_running_loop()
    leased = await loop.run_in_executor(threads, lambda: service.lease(meter_ids=ids))
    access = {one.meter_id: one for one in leased}
    opened = []
    for home in homes:
        with suppress(TemporaryError):
            await move_relay(
                access=access[home.meter_id],
                wanted=RelayWanted.OPEN,
                open_before=None,
                ask_time=now,
                timeout_s=10.0,
            )
            opened.append(home)
        if len(opened) == many:
            break
    return opened


def read_the_day(staged, opened, now) -> dict[str, float]:
    """Wait until all are read, and reconnect the opened ones while that goes on."""
    wait_for_first(staged)
    began, queued, confirmed = time.perf_counter(), {}, {}
    left = list(opened)
    day_s, next_at = None, began
    while day_s is None or len(confirmed) < len(opened):
        staged.processes.check()
        if left and time.perf_counter() >= next_at:
            next_at = time.perf_counter() + COMMAND_EVERY_S
            home = left.pop()
            queue(home, now)
            queued[home.connection_id] = time.perf_counter()
        for connection_id in done_of(list(queued.keys() - confirmed.keys())):
            confirmed[connection_id] = time.perf_counter() - queued[connection_id]
        if day_s is None and not ask(DUE):
            day_s = time.perf_counter() - began
        time.sleep(LOOK_EVERY_S)
    waits = sorted(confirmed.values())
    homes, meters, half_hours = ask(HOMES), ask(HEARD), ask(HALF_HOURS)
    tell_unread()
    rows = half_hours + ask("select count(*) from readings_registerreading")
    return {
        "homes": homes,
        "meters": meters,
        "day_s": round(day_s, 1),
        "meters_per_s": round(meters / day_s),
        "rows_per_s": round(rows / day_s),
        "stored_half_hours": half_hours,
        "commands": len(waits),
        "command_p50_s": round(waits[len(waits) // 2], 2),
        "command_p99_s": round(waits[len(waits) * 99 // 100], 2),
        "head_end_cpu_ms": round(cpu_s(staged) / meters * 1000, 1),
    }


def tell_unread() -> None:
    """Meters that were not heard, by what came of asking them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(UNREAD)
        for outcome, many in cursor.fetchall():
            print(f"not read: {many:,} meters, {outcome}")


def wait_for_first(staged) -> None:
    """The head-end has started: its first meters are claimed."""
    while not ask("select count(*) from headend_metercontact where claimed_by is not null"):
        staged.processes.check()
        time.sleep(0.01)


def queue(home, now) -> None:
    from bijlighar.headend import service
    from bijlighar.headend.values import NewCommand, RelayWanted

    new = NewCommand(
        meter_id=home.meter_id,
        connection_id=home.connection_id,
        wanted=RelayWanted.CLOSED,
        source=f"fleet day {home.connection_id}",
    )
    service.queue(new=new, now=now)


def done_of(connection_ids: list[int]) -> list[int]:
    """Which of these connections' commands are confirmed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(CONFIRMED, [connection_ids])
        return [row[0] for row in cursor.fetchall()]


def cpu_s(staged) -> float:
    """CPU seconds that the head-end has used, its start too."""
    pid = staged.processes._children["poll"].pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


DUE = "select count(*) from headend_metercontact where last_tried_at is null"
HOMES = "select count(*) from headend_metercontact"
HEARD = "select count(*) from headend_metercontact where last_heard_at is not null"
UNREAD = (
    "select coalesce(said.outcome, 'never asked'), count(distinct contact.meter_id)"
    " from headend_metercontact as contact left join headend_attemptcount as said"
    " on said.meter_id = contact.meter_id and said.talk = 'read'"
    " where contact.last_heard_at is null group by 1 order by 1"
)
HALF_HOURS = "select coalesce(sum(cardinality(energies_wh)), 0) from readings_blockreading"
CONFIRMED = (
    "select connection_id from headend_relaycommand"
    " where connection_id = any(%s) and state = 'confirmed'"
)


def ask(sql: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def limit() -> dict[str, float]:
    """The same rows copied once more by the database alone."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HALF_HOURS)
        rows = int(cursor.fetchone()[0])
        began = time.perf_counter()
        cursor.execute(
            "create temporary table blocks (like readings_blockreading) on commit drop;"
            "insert into blocks select * from readings_blockreading;"
        )
        took_s = time.perf_counter() - began
    return {"copy_rows_per_s": round(rows / took_s)}


if __name__ == "__main__":
    main()
