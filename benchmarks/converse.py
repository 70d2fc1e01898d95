"""How many conversations with meters one core holds: associate, prove, read a day, release.

Simulated meters (HLS GMAC, every frame ciphered, TCP on loopback) run in a process of their
own. The head-end's own session reads from them clock, midnight registers and 48
half-hours, many at once; the gurux-dlms client (GPL, a tool of this benchmark only, in a
process of its own) reads the very same from meters beside them, one after the other. A rate
is conversations by CPU second of the process that asks: what the meters use is not counted,
nor the time that other work on the machine takes away. Both take turns, and the best turn
of each counts: other work only slows. A peer that is not installed is left out.

Figures (`--json FILE` writes them):
    ours_per_s           conversations a CPU second, decoded to registers and half-hours
    gurux_per_s          the same by gurux-dlms
    ours_per_gurux       the ratio; the goal is 20
    bare_per_s           the limit compared with: associate, prove and release, nothing read
    ours_wall_per_s      ours by the clock on the wall, meters on the same machine
    open_conversations   associations open at the same moment
    open_memory_mb       what this process grew by for them
    open_kb_each         the same for each
    open_rss_mb          all that this process held then (resident set)
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import structlog
from _converse_meters import NOW

from bijlighar.headend.association import conversation
from bijlighar.headend.session import read_meter
from bijlighar.headend.values import MeterAccess, ReadPlan
from bijlighar.kernel.errors import TemporaryError
from bijlighar.kernel.ist import day_starts, in_ist, supply_day_of
from bijlighar.simulator.fleet import DEFAULT_PORT

HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv" / "peers" / "bin" / "python"
"""Where `make test` installs the tools of others."""

AT_ONCE = 64
OPEN, OPEN_QUICK = 5_000, 1_000
OTHER_FILES = 200
COUNTERS = 256
TURNS = 3
_peer_counters = 2**30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5 s each, 1,000 open")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--peers", default=PEERS, help="the Python that has gurux-dlms installed"
    )
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    many = OPEN_QUICK if chosen.quick else OPEN
    _allow_files(many + OTHER_FILES)
    with subprocess.Popen(
        [
            sys.executable,
            HERE / "_converse_meters.py",
            str(many),
            _base(),
            str(DEFAULT_PORT),
        ],
        stdout=subprocess.PIPE,
        text=True,
    ) as meters:
        try:
            told = json.loads(meters.stdout.readline())
            figures = measure(told, seconds=5 if chosen.quick else 20, peers=chosen.peers)
        finally:
            meters.terminate()
    for name, value in figures.items():
        print(f"{name:<22}{value:>12,}")
    if chosen.json:
        held = {"name": "converse", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")
    return 0


def measure(told: list[dict[str, str]], *, seconds: float, peers: str) -> dict[str, float]:
    """All figures, one after the other."""
    access = [_access(number, one) for number, one in enumerate(told)]
    day = supply_day_of(NOW) - timedelta(days=1)
    plan = {"daily_from": day, "blocks_from_day": day, "blocks_from_block": 0}
    counters = count(1)

    async def read(one: MeterAccess) -> None:
        result = await read_meter(
            access=_fresh(one, next(counters)),
            plan=ReadPlan(meter_id=one.meter_id, **plan),
            ask_time=lambda: NOW,
            timeout_s=30.0,
        )
        assert not result.error, result.error
        assert sum(len(run.energies_wh) for run in result.heard.blocks) == 48

    async def bare(one: MeterAccess) -> None:
        async with conversation(_fresh(one, next(counters)), 30.0):
            pass

    opened = asyncio.run(_open_at_once(access, counters))
    answering = asyncio.run(_answering(access, read))
    # Whose counter is far ahead would shut the other out: each has meters of its own.
    answering, of_peer = answering[::2], answering[1::2]
    turns, peer = [], []
    for _ in range(TURNS):
        turns.append(asyncio.run(_rate(answering, read, seconds / TURNS)))
        peer.append(_ask_gurux(peers, told, of_peer, day, seconds / TURNS))
    ours, gurux = max(turn[0] for turn in turns), max(peer)
    bare_per_s, _ = asyncio.run(_rate(answering, bare, seconds / TURNS))
    figures: dict[str, float] = {"ours_per_s": round(ours), "bare_per_s": round(bare_per_s)}
    if gurux:
        figures["gurux_per_s"] = round(gurux, 1)
        figures["ours_per_gurux"] = round(ours / gurux, 1)
    figures["ours_wall_per_s"] = round(max(turn[1] for turn in turns))
    return figures | opened


async def _answering(
    access: list[MeterAccess], read: Callable[[MeterAccess], Awaitable[None]]
) -> list[MeterAccess]:
    """The first meters that answer: some measured homes were silent on the day."""
    found = []
    for one in access[: 4 * AT_ONCE]:
        try:
            await read(one)
        except TemporaryError:
            continue
        found.append(one)
    return found


async def _rate(
    access: list[MeterAccess],
    talk: Callable[[MeterAccess], Awaitable[None]],
    seconds: float,
) -> tuple[float, float]:
    """(conversations a CPU second of this process, by the clock on the wall)."""
    done = 0
    until = time.perf_counter() + seconds

    async def again_and_again(mine: list[MeterAccess]) -> None:
        nonlocal done
        while time.perf_counter() < until:
            for one in mine:
                await talk(one)
                done += 1

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(
        *(again_and_again(access[n::AT_ONCE]) for n in range(min(AT_ONCE, len(access))))
    )
    return done / (time.process_time() - cpu), done / (time.perf_counter() - began)


def _ask_gurux(
    peers: str,
    told: list[dict[str, str]],
    answering: list[MeterAccess],
    day: date,
    seconds: float,
) -> float:
    """Conversations a CPU second by gurux-dlms; 0 where it is not installed."""
    global _peer_counters
    _peer_counters += 2**22
    asked = {
        "seconds": seconds,
        "port": DEFAULT_PORT,
        "rows": 1 + 48,
        "first_counter": _peer_counters,
        "meters": [told[one.meter_id] for one in answering],
        "daily_from": _shown(day_starts(day + timedelta(days=1))),
        "blocks_from": _shown(day_starts(day) + timedelta(minutes=1)),
        "until": _shown(NOW),
    }
    if not Path(peers).exists():
        print(f"gurux is left out: there is no {peers}; make test installs it")
        return 0.0
    done = subprocess.run(
        [peers, HERE / "_converse_gurux.py"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        print(f"gurux is left out: {reason}")
        return 0.0
    many, cpu_s, _ = json.loads(done.stdout)
    return float(many) / float(cpu_s)


async def _open_at_once(access: list[MeterAccess], counters: count) -> dict[str, float]:
    """Memory that associations take which are all open at the same moment."""
    before_kb, places = _resident_kb(), asyncio.Semaphore(AT_ONCE)
    ended, enough = 0, asyncio.Event()
    opened = 0

    async def hold(one: MeterAccess) -> None:
        nonlocal ended, opened
        try:
            await places.acquire()
            async with conversation(_fresh(one, next(counters)), 120.0):
                places.release()
                opened += 1
                ended += 1
                await enough.wait()
        except TemporaryError:
            # Silent on the measured day.
            places.release()
            ended += 1

    holding = [asyncio.create_task(hold(one)) for one in access]
    while ended < len(access):
        await asyncio.sleep(0.05)
    grown_kb = _resident_kb() - before_kb
    enough.set()
    await asyncio.gather(*holding)
    return {
        "open_conversations": opened,
        "open_memory_mb": round(grown_kb / 1024, 1),
        "open_kb_each": round(grown_kb / opened, 1),
        "open_rss_mb": round((before_kb + grown_kb) / 1024, 1),
    }


def _fresh(one: MeterAccess, number: int) -> MeterAccess:
    """The same meter with counters that were never used."""
    return replace(one, first_counter=1 + number * COUNTERS)


def _resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _shown(at: datetime) -> str:
    return in_ist(at).replace(tzinfo=None).isoformat()


def _base() -> str:
    """Loopback addresses apart from other towns' on this machine."""
    return f"127.{192 + os.getpid() % 60}.0.1"


def _allow_files(wanted: int) -> None:
    """Let this process hold a socket for each conversation, or say that it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{wanted} open files are needed, {hard} allowed: see ulimit -Hn")
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _access(number: int, one: dict[str, str]) -> MeterAccess:
    return MeterAccess(
        meter_id=number,
        serial=one["serial"],
        system_title=bytes.fromhex(one["title"]),
        host=one["host"],
        port=DEFAULT_PORT,
        encryption_key=bytes.fromhex(one["ek"]),
        authentication_key=bytes.fromhex(one["ak"]),
        first_counter=1,
        leased_counters=COUNTERS,
        known_meter_counter=0,
    )


if __name__ == "__main__":
    sys.exit(main())
