"""The head-end at work: many conversations at once, commands before readings.

Async; the database is asked in threads, through callables that `run/` hands in: the
head-end may not import the flow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog
from django.db import close_old_connections

from bijlighar.headend import service
from bijlighar.headend.session import move_relay, read_meter
from bijlighar.headend.values import Command, MeterAccess, ReadPlan, RelayOutcome
from bijlighar.kernel.errors import TemporaryError
from bijlighar.readings.values import Heard

log = structlog.get_logger()

TOOK_TOO_LONG = "The conversation took too long."

T = TypeVar("T")
R = TypeVar("R")


class Steps(Protocol):
    """The steps of the flow that the head-end calls."""

    def hear_meter(
        self, *, heard: Sequence[Heard], meter_counters: Mapping[int, int], now: datetime
    ) -> int: ...

    def miss_meter(self, *, errors: Mapping[int, str], now: datetime) -> None: ...

    def release(
        self,
        *,
        limit: int,
        own: int,
        in_flight: Sequence[int],
        now: datetime,
        sending_takes: timedelta,
    ) -> tuple[Command, ...]: ...

    def confirm_relay(self, *, outcome: RelayOutcome, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerSettings:
    """How much at once, and how patient (real seconds)."""

    conversations_at_once: int = 24
    meters_a_round: int = 240
    commands_at_once: int = 24
    answer_timeout_s: float = 10.0
    conversation_timeout_s: float = 60.0
    """The longest that one conversation may last, whatever the meter does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of reading brought."""

    asked: int
    heard: int
    rows: int


class Poller:
    """Asks due meters and sends due commands, each round to its end.

    `number` names this head-end among others: see `service.HOLD_LOCK`.
    """

    def __init__(
        self,
        *,
        steps: Steps,
        ask_time: Callable[[], datetime],
        ask_margin: Callable[[], timedelta],
        number: int,
        threads: Executor,
        settings: PollerSettings | None = None,
    ) -> None:
        """`ask_margin` says how far the clock may move while a relay is on its way."""
        self._steps = steps
        self._ask_time = ask_time
        self._ask_margin = ask_margin
        self._number = number
        self._threads = threads
        self._settings = settings or PollerSettings()
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._meters: dict[int, asyncio.Lock] = {}
        self._overtaken: set[int] = set()

    async def read_due(self) -> Round:
        """One round of reading: the meters that have waited longest."""
        limit = self._settings.meters_a_round
        plans = await self._sync(
            lambda: service.plan_reads(now=self._ask_time(), limit=limit)
        )
        if not plans:
            return Round(asked=0, heard=0, rows=0)
        self._overtaken.clear()
        access = await self._leased([plan.meter_id for plan in plans])
        results = await self._at_once(self._read_one(access, plan) for plan in plans)
        heard = [one for one in results if isinstance(one, tuple)]
        errors = {
            plan.meter_id: one
            for plan, one in zip(plans, results, strict=True)
            if isinstance(one, str)
        }
        rows = 0
        if heard:
            rows = await self._sync(
                lambda: self._steps.hear_meter(
                    heard=[one for one, _ in heard],
                    meter_counters={one.meter_id: counter for one, counter in heard},
                    now=self._ask_time(),
                )
            )
        if errors:
            await self._sync(
                lambda: self._steps.miss_meter(errors=errors, now=self._ask_time())
            )
        return Round(asked=len(plans), heard=len(heard), rows=rows)

    async def send_due(self) -> int:
        """Send the commands whose time has come, to their end; answer how many."""
        started = await self.start_due()
        await self.all_sent()
        return started

    async def start_due(self) -> int:
        """Start to send what is due, as far as there are places; answer how many.

        Each command is a conversation of its own: a slow meter holds up nobody else.
        Raises what a conversation before raised.
        """
        self._drop_ended()
        places = self._settings.commands_at_once - len(self._in_flight)
        if places <= 0:
            return 0
        commands = await self._sync(
            lambda: self._steps.release(
                limit=places,
                own=self._number,
                in_flight=list(self._in_flight),
                now=self._ask_time(),
                sending_takes=self._ask_margin(),
            )
        )
        for command in commands:
            self._in_flight[command.command_id] = asyncio.create_task(
                self._send_one(command)
            )
        return len(commands)

    async def some_sent(self) -> None:
        """Wait until one of the commands on their way has ended; for ever if none is."""
        if self._in_flight:
            await asyncio.wait(
                self._in_flight.values(), return_when=asyncio.FIRST_COMPLETED
            )
        else:
            await asyncio.Event().wait()

    async def all_sent(self) -> None:
        """Wait until every command on its way has ended. Raises what one of them raised."""
        if self._in_flight:
            await asyncio.wait(self._in_flight.values())
        self._drop_ended()

    def _drop_ended(self) -> None:
        ended = [task for task in self._in_flight.values() if task.done()]
        self._in_flight = {
            command_id: task
            for command_id, task in self._in_flight.items()
            if not task.done()
        }
        for task in ended:
            task.result()

    async def _read_one(
        self, access: Mapping[int, MeterAccess], plan: ReadPlan
    ) -> tuple[Heard, int] | str:
        """What a meter said, or why it did not."""
        async with self._alone_with(plan.meter_id):
            if plan.meter_id in self._overtaken:
                # A command has used later counters since: the meter takes no earlier ones.
                access = await self._leased([plan.meter_id])
            try:
                async with asyncio.timeout(self._settings.conversation_timeout_s):
                    result = await read_meter(
                        access=access[plan.meter_id],
                        plan=plan,
                        ask_time=self._ask_time,
                        timeout_s=self._settings.answer_timeout_s,
                    )
            except (TemporaryError, TimeoutError) as error:
                return str(error) or TOOK_TOO_LONG
        return result.heard, result.meter_counter

    async def _send_one(self, command: Command) -> None:
        """One attempt at a command, and what came of it."""
        async with self._alone_with(command.meter_id):
            self._overtaken.add(command.meter_id)
            is_closed, at, error = await self._move(command)
        outcome = RelayOutcome(
            command_id=command.command_id, is_closed=is_closed, at=at, error=error
        )
        await self._sync(
            lambda: self._steps.confirm_relay(outcome=outcome, now=self._ask_time())
        )

    async def _move(self, command: Command) -> tuple[bool | None, datetime, str]:
        """(the relay as read back or None, when, why not)."""
        access = await self._leased([command.meter_id])
        try:
            async with asyncio.timeout(self._settings.conversation_timeout_s):
                read = await move_relay(
                    access=access[command.meter_id],
                    wanted=command.wanted,
                    open_before=command.open_before,
                    ask_time=self._ask_time,
                    timeout_s=self._settings.answer_timeout_s,
                )
        except (TemporaryError, TimeoutError) as error:
            return None, self._ask_time(), str(error) or TOOK_TOO_LONG
        return read.is_closed, read.at, ""

    def _alone_with(self, meter_id: int) -> asyncio.Lock:
        """One conversation at a time with each meter."""
        return self._meters.setdefault(meter_id, asyncio.Lock())

    async def _leased(self, meter_ids: Sequence[int]) -> dict[int, MeterAccess]:
        access = await self._sync(lambda: service.lease(meter_ids=meter_ids))
        return {one.meter_id: one for one in access}

    async def _at_once(self, work: Iterable[Awaitable[R]]) -> list[R]:
        """All of the work, a bounded number at a time, results in order.

        All have ended when this returns or raises.
        """
        places = asyncio.Semaphore(self._settings.conversations_at_once)

        async def in_place(one: Awaitable[R]) -> R:
            async with places:
                return await one

        done = await asyncio.gather(
            *(in_place(one) for one in work), return_exceptions=True
        )
        for one in done:
            if isinstance(one, BaseException):
                raise one
        return [one for one in done if not isinstance(one, BaseException)]

    async def _sync(self, call: Callable[[], T]) -> T:
        """A call that asks the database, in a thread; broken connections are left."""

        def fresh() -> T:
            close_old_connections()
            return call()

        return await asyncio.get_running_loop().run_in_executor(self._threads, fresh)
