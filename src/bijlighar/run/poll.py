"""The head-end process: reads due meters, sends due commands, woken when one is queued."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import psycopg
import structlog
from django.db import OperationalError

from bijlighar.clock.clock import now, town_stretch
from bijlighar.flow import confirm_relay as relay_step
from bijlighar.flow import hear_meter as hearing_step
from bijlighar.headend.poller import Poller, PollerSettings
from bijlighar.headend.service import HOLD_LOCK

log = structlog.get_logger()

T = TypeVar("T")

THREADS = 4
DATABASE_PAUSE_S = 1
AT_LEAST = timedelta(minutes=10)
RELAY_TAKES = timedelta(seconds=2)
"""From the last look at the clock to the relay read back; a slower meter waits a day."""

ALONE = 0
"""The number of a head-end that shares its database with no other and holds no lock."""

MOST_HEAD_ENDS = 2**31
AT_ONCE = 64
LOOK_FOR_COMMANDS_EVERY_S = 0.5
COMMANDS_CHANNEL = "bijlighar_commands"


def ask_margin() -> timedelta:
    """How far the clock may move while a relay is on its way; more on a fast clock."""
    return max(AT_LEAST, town_stretch(RELAY_TAKES))


class FlowSteps:
    """The steps of the flow that the head-end calls."""

    hear_meter = staticmethod(hearing_step.hear_meter)
    miss_meter = staticmethod(hearing_step.miss_meter)
    release = staticmethod(relay_step.release)
    confirm_relay = staticmethod(relay_step.confirm_relay)


def make_poller(
    *,
    threads: ThreadPoolExecutor,
    settings: PollerSettings | None = None,
    number: int = ALONE,
) -> Poller:
    """A head-end that calls the flow's steps and lives by the product's clock."""
    return Poller(
        steps=FlowSteps(),
        ask_time=now,
        ask_margin=ask_margin,
        number=number,
        threads=threads,
        settings=settings,
    )


async def poll(*, answer_timeout_s: float, at_once: int = AT_ONCE) -> None:
    """Talk to meters, `at_once` at a time, until told to stop (SIGTERM)."""
    settings = PollerSettings(
        answer_timeout_s=answer_timeout_s, conversations_at_once=at_once
    )
    with ThreadPoolExecutor(THREADS, thread_name_prefix="headend") as threads:
        number = 1 + secrets.randbelow(MOST_HEAD_ENDS - 1)
        poller = make_poller(threads=threads, settings=settings, number=number)
        told = _Told()
        tasks = [
            asyncio.create_task(_read(poller, told)),
            asyncio.create_task(_send(poller, told)),
            asyncio.create_task(_commission(poller, told)),
            asyncio.create_task(_listen(told, number)),
        ]
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        waiting = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in (waiting, *tasks):
            task.cancel()
        await asyncio.gather(waiting, *tasks, return_exceptions=True)
        for task in done:
            if task is not waiting:
                task.result()


@dataclass(slots=True)
class _Told:
    """What the database tells: somebody waits, and this head-end is known to live."""

    queued: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    is_known: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.queued.set()
        self.wanted.set()


async def _read(poller: Poller, told: _Told) -> None:
    """Nobody is claimed before others can see that this head-end lives."""
    await told.is_known.wait()
    await poller.keep_reading(told.wanted)


async def _commission(poller: Poller, told: _Told) -> None:
    await told.is_known.wait()
    await poller.keep_commissioning()


async def _send(poller: Poller, told: _Told) -> None:
    """Send commands as soon as one is queued; look by itself now and then as well."""
    while True:
        await told.is_known.wait()
        told.queued.clear()
        if await _patiently(poller.start_due):
            continue
        waiting = [
            asyncio.create_task(told.queued.wait()),
            asyncio.create_task(poller.some_sent()),
        ]
        await asyncio.wait(
            waiting,
            timeout=LOOK_FOR_COMMANDS_EVERY_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        for task in waiting:
            task.cancel()


async def _patiently(work: Callable[[], Awaitable[T]]) -> T | None:
    """The work's result; None, after a pause, where the database was not to be reached.

    Nothing was half done: whatever the round had begun is due again.
    """
    try:
        return await work()
    except OperationalError as error:
        log.warning("headend.database.unreachable", why=str(error))
        await asyncio.sleep(DATABASE_PAUSE_S)
        return None


async def _listen(told: _Told, number: int) -> None:
    """Show that this head-end lives, and hear from the database of what is wanted at once.

    While the database is away nothing is sent: nobody would know that this head-end lives.
    """
    while True:
        try:
            await _listen_once(told, number)
        except psycopg.OperationalError as error:
            log.warning("headend.database.unreachable", why=str(error))
        finally:
            told.is_known.clear()
        await asyncio.sleep(DATABASE_PAUSE_S)


async def _listen_once(told: _Told, number: int) -> None:
    async with await psycopg.AsyncConnection.connect(
        os.environ["DATABASE_URL"], autocommit=True
    ) as connection:
        await connection.execute(HOLD_LOCK, [number])
        await connection.execute(f"listen {COMMANDS_CHANNEL}")
        told.is_known.set()
        told.wake()
        async for _ in connection.notifies():
            told.wake()
