"""The listening process: meters' pushes come in, are opened, counted and kept."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from django.db import OperationalError, close_old_connections

from bijlighar.clock.clock import now
from bijlighar.flow.hear_push import hear_pushes
from bijlighar.headend import service as headend
from bijlighar.headend.listener import Listener, ListenerSettings
from bijlighar.headend.values import Attempt, PushAccess, Pushed

log = structlog.get_logger()

T = TypeVar("T")

THREADS = 2
DATABASE_PAUSE_S = 1
FORGET_KEYS_EVERY_S = 300
"""How soon a meter that was commissioned, or whose keys were changed, is known here."""


async def listen(
    *,
    host: str,
    port: int,
    settings: ListenerSettings | None = None,
    listening: asyncio.Future[int] | None = None,
) -> None:
    """Take pushes until told to stop (SIGTERM); `listening` is told the port."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="listener") as threads:
        keeping = _Keeping(threads)
        listener = Listener(
            ask_keys=keeping.keys,
            deliver=keeping.deliver,
            ask_time=now,
            settings=settings,
        )
        ready = listening or asyncio.get_running_loop().create_future()
        ready.add_done_callback(_say_where)
        tasks = [
            asyncio.create_task(listener.run(host=host, port=port, listening=ready)),
            asyncio.create_task(_forget(listener)),
        ]
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        waiting = asyncio.create_task(stopping.wait())
        try:
            done, _ = await asyncio.wait(
                [waiting, *tasks], return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (waiting, *tasks):
                task.cancel()
            await asyncio.gather(waiting, *tasks, return_exceptions=True)
        for task in done:
            if task is not waiting:
                task.result()


class _Keeping:
    """The database's side of the listener, in threads, patient while it is away."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads

    async def keys(self, titles: Sequence[bytes]) -> Mapping[bytes, PushAccess]:
        return await self._patiently(lambda: headend.push_access(titles=titles))

    async def deliver(
        self,
        pushed: Sequence[Pushed],
        attempts: Sequence[Attempt],
        strangers: Mapping[str, int],
    ) -> None:
        rows = await self._patiently(lambda: hear_pushes(pushed=pushed, now=now()))
        if attempts or strangers:
            await self._patiently(
                lambda: headend.note_refused(
                    attempts=attempts, strangers=strangers, now=now()
                )
            )
        log.info(
            "headend.pushes.heard",
            pushes=len(pushed),
            rows=rows,
            refused=len(attempts),
            strangers=sum(strangers.values()),
        )

    async def _patiently(self, call: Callable[[], T]) -> T:
        """The call's result, however long the database is away: nothing is lost of it."""

        def fresh() -> T:
            close_old_connections()
            return call()

        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(
                    self._threads, fresh
                )
            except OperationalError as error:
                log.warning("headend.database.unreachable", why=str(error))
                await asyncio.sleep(DATABASE_PAUSE_S)


async def _forget(listener: Listener) -> None:
    while True:
        await asyncio.sleep(FORGET_KEYS_EVERY_S)
        listener.forget()


def _say_where(listening: asyncio.Future[int]) -> None:
    if not listening.cancelled():
        log.info("headend.listener.started", port=listening.result())
