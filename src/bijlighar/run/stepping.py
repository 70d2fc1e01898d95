"""A town stepped through time as fast as the machine can: every part real, no web server.

The town's clock stands still while the parts work, then jumps to the next thing that is
due: a line of the schedule, a recharge that somebody means to make, a command's next try.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import connection

from bijlighar.clock.clock import set_anchor
from bijlighar.flow import later, schedule
from bijlighar.flow.take_payment import receive_webhook
from bijlighar.headend import service as headend
from bijlighar.headend.poller import Poller, PollerSettings
from bijlighar.notices import service as notices
from bijlighar.run.jobs import worker_app
from bijlighar.run.poll import make_poller
from bijlighar.run.residents import Captured, Residents
from bijlighar.supply import service as supply
from bijlighar.supply.values import SupplyState

T = TypeVar("T")

ANSWER_TIMEOUT_S = 5.0
THREADS = 2
JOBS_LOOK_S = 0.002
JOBS_LAST_AT_MOST_S = 120
STEPS_TO_SETTLE = 200
RETRIES_LAST = timedelta(minutes=10)
"""A command that is unanswered for longer by the town's clock was given up: silence."""

JOBS_WAITING = """
select exists (
    select from procrastinate_jobs
    where
        status = 'doing'
        or (status = 'todo' and coalesce(scheduled_at, '-infinity') <= clock_timestamp())
)
"""


class NotSettling(RuntimeError):
    """The parts of the town do not come to rest."""


@dataclass(slots=True, kw_only=True)
class Stepper:
    """Moves a town's clock from one due thing to the next; there everything settles."""

    clock_file: Path
    residents: Residents
    at: datetime
    on_step: Callable[[datetime], None] = lambda _: None
    reconnect_seconds: list[float] = field(default_factory=list)
    meters_read: int = 0
    reading_seconds: float = 0.0
    charging_seconds: float = 0.0
    _told: int = 0
    reconnected_after_silence: int = 0
    _dark_since: dict[int, tuple[float, datetime]] = field(default_factory=dict)

    def run_until(self, end: datetime) -> None:
        """Step to `end`; the clock stands there afterwards."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix="headend") as threads:
            asyncio.run(
                self._run(
                    end,
                    make_poller(
                        threads=threads,
                        settings=PollerSettings(answer_timeout_s=ANSWER_TIMEOUT_S),
                    ),
                )
            )

    async def _run(self, end: datetime, poller: Poller) -> None:
        app = worker_app()
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    concurrency=1,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=1,
                )
            )
            try:
                while self.at < end:
                    await self._jump(min(await _sync(self._next_at), end))
                    await self._step(poller)
                    if worker.done():
                        worker.result()
            finally:
                worker.cancel()
                await asyncio.gather(worker, return_exceptions=True)

    async def _jump(self, to: datetime) -> None:
        self.at = max(to, self.at)
        set_anchor(self.clock_file, town_at=self.at, speed=0)
        self.on_step(self.at)

    async def _step(self, poller: Poller) -> None:
        """Everything that is due now, until nothing is."""
        started = await _sync(lambda: schedule.start_due(now=self.at))
        await self._settle(poller)
        if later.READ_ALL in started:
            await self._read(poller)
            begun = time.perf_counter()
            await self._settle(poller)
            self.charging_seconds += time.perf_counter() - begun
        paid = await _sync(lambda: self.residents.pay_due(self.at))
        for one in paid:
            await self._hand_over(one)
        if paid:
            await self._settle(poller)
        await _sync(self._read_phones)

    async def _read(self, poller: Poller) -> None:
        begun = time.perf_counter()
        while (read := await poller.read_due()).asked:
            self.meters_read += read.heard
        self.reading_seconds += time.perf_counter() - begun

    async def _hand_over(self, paid: Captured) -> None:
        """The gateway's webhook; a dark home waits for its light from the capture on."""
        receipt = await _sync(
            lambda: receive_webhook(
                gateway="pretend", body=paid.body, headers=paid.headers, now=self.at
            )
        )
        if receipt is not None and await _sync(lambda: _is_waiting(receipt.connection_id)):
            self._dark_since.setdefault(receipt.connection_id, (paid.captured_s, self.at))

    async def _settle(self, poller: Poller) -> None:
        """Jobs done and commands sent, again and again until there are none."""
        for _ in range(STEPS_TO_SETTLE):
            sent = await poller.send_due()
            if sent:
                await _sync(self._note_the_lit)
            await self._jobs_done()
            if not sent:
                return
        raise NotSettling(f"Commands go on and on at {self.at}.")

    def _read_phones(self) -> None:
        told = notices.count()
        if told != self._told:
            self._told = told
            self.residents.read_phones()

    def _note_the_lit(self) -> None:
        """How long the lit had waited; a wait for a silent meter is only counted.

        The town's clock jumps while a meter is silent: real seconds say nothing then.
        """
        for connection_id, (since_s, since) in list(self._dark_since.items()):
            if _is_waiting(connection_id):
                continue
            del self._dark_since[connection_id]
            if self.at - since > RETRIES_LAST:
                self.reconnected_after_silence += 1
            else:
                self.reconnect_seconds.append(time.perf_counter() - since_s)

    async def _jobs_done(self) -> None:
        deadline = time.monotonic() + JOBS_LAST_AT_MOST_S
        while await _sync(_jobs_waiting):
            if time.monotonic() > deadline:
                raise NotSettling(f"Jobs do not end at {self.at}.")
            await asyncio.sleep(JOBS_LOOK_S)

    def _next_at(self) -> datetime:
        """The next thing that is due after now.

        Nobody waits for a sweep where all parts settle at once: it runs with what comes
        next, else a day would have five hundred stops, nine in ten for nothing.
        """
        due = [
            schedule.next_due(line=line, now=self.at)
            for line in schedule.SCHEDULE
            if not line.is_sweep
        ]
        command_at = headend.next_command_at()
        recharge_at = self.residents.next_at()
        due += [at for at in (command_at, recharge_at) if at is not None]
        return max(min(due), self.at + timedelta(microseconds=1))


def _is_waiting(connection_id: int) -> bool:
    return supply.state_of(connection_id=connection_id).state is SupplyState.RECONNECTING


def _jobs_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(JOBS_WAITING)
        return bool(cursor.fetchone()[0])


async def _sync(call: Callable[[], T]) -> T:
    """A call that asks the database, in the one thread that does so here."""
    return await sync_to_async(call, thread_sensitive=True)()
