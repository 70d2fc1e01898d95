"""The head-end process: reads due meters, sends due commands, woken when one is queued."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psycopg
import structlog

from bijlighar.clock.clock import now, real_now
from bijlighar.flow import confirm_relay as relay_step
from bijlighar.flow import hear_meter as hearing_step
from bijlighar.headend.poller import Poller, PollerSettings

log = structlog.get_logger()

THREADS = 4
LOOK_FOR_METERS_EVERY_S = 0.5
LOOK_FOR_COMMANDS_EVERY_S = 0.5
COMMANDS_CHANNEL = "bijlighar_commands"


class FlowSteps:
    """The steps of the flow that the head-end calls."""

    hear_meter = staticmethod(hearing_step.hear_meter)
    miss_meter = staticmethod(hearing_step.miss_meter)
    release = staticmethod(relay_step.release)
    confirm_relay = staticmethod(relay_step.confirm_relay)


def make_poller(
    *, threads: ThreadPoolExecutor, settings: PollerSettings | None = None
) -> Poller:
    """A head-end that calls the flow's steps and lives by the product's clock."""
    return Poller(
        steps=FlowSteps(),
        ask_time=now,
        ask_real_time=real_now,
        threads=threads,
        settings=settings,
    )


async def poll(*, answer_timeout_s: float) -> None:
    """Talk to meters until told to stop (SIGTERM)."""
    settings = PollerSettings(answer_timeout_s=answer_timeout_s)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="headend") as threads:
        poller = make_poller(threads=threads, settings=settings)
        queued = asyncio.Event()
        tasks = [
            asyncio.create_task(_read(poller)),
            asyncio.create_task(_send(poller, queued)),
            asyncio.create_task(_listen(queued)),
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


async def _read(poller: Poller) -> None:
    while True:
        heard = await poller.read_due()
        if heard.asked:
            log.info(
                "headend.round.read", asked=heard.asked, heard=heard.heard, rows=heard.rows
            )
        else:
            await asyncio.sleep(LOOK_FOR_METERS_EVERY_S)


async def _send(poller: Poller, queued: asyncio.Event) -> None:
    """Send commands as soon as one is queued; look by itself now and then as well."""
    while True:
        queued.clear()
        if await poller.send_due():
            continue
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_FOR_COMMANDS_EVERY_S):
                await queued.wait()


async def _listen(queued: asyncio.Event) -> None:
    """Hear the database say that a command was queued."""
    async with await psycopg.AsyncConnection.connect(
        os.environ["DATABASE_URL"], autocommit=True
    ) as connection:
        await connection.execute(f"listen {COMMANDS_CHANNEL}")
        async for _ in connection.notifies():
            queued.set()
