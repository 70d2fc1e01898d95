"""The head-end at work: many conversations at once, commands before readings.

Async; the database is asked in threads, through callables that `run/` hands in: the
head-end may not import the flow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import structlog
from django.db import close_old_connections

from bijlighar.headend import service
from bijlighar.headend.session import move_relay, read_meter
from bijlighar.headend.values import Command, MeterAccess, ReadPlan, RelayOutcome
from bijlighar.kernel.errors import TemporaryError
from bijlighar.readings.values import Heard

log = structlog.get_logger()

T = TypeVar("T")
R = TypeVar("R")


class Steps(Protocol):
    """The steps of the flow that the head-end calls."""

    def hear_meter(
        self, *, heard: Sequence[Heard], meter_counters: Mapping[int, int], now: datetime
    ) -> int: ...

    def miss_meter(self, *, errors: Mapping[int, str], now: datetime) -> None: ...

    def release(
        self, *, limit: int, claimed_by: int, now: datetime
    ) -> tuple[Command, ...]: ...

    def confirm_relay(self, *, outcome: RelayOutcome, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerSettings:
    """How much at once, and how patient."""

    conversations_at_once: int = 24
    meters_a_round: int = 240
    commands_a_round: int = 24
    answer_timeout_s: float = 10.0


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
        number: int,
        threads: Executor,
        settings: PollerSettings | None = None,
    ) -> None:
        self._steps = steps
        self._ask_time = ask_time
        self._number = number
        self._threads = threads
        self._settings = settings or PollerSettings()

    async def read_due(self) -> Round:
        """One round of reading: the meters that have waited longest."""
        limit = self._settings.meters_a_round
        plans = await self._sync(
            lambda: service.plan_reads(now=self._ask_time(), limit=limit)
        )
        if not plans:
            return Round(asked=0, heard=0, rows=0)
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
        """Send the commands whose time has come; answer how many were sent."""
        commands = await self._sync(
            lambda: self._steps.release(
                limit=self._settings.commands_a_round,
                claimed_by=self._number,
                now=self._ask_time(),
            )
        )
        if commands:
            access = await self._leased([command.meter_id for command in commands])
            await self._at_once(self._send_one(access, command) for command in commands)
        return len(commands)

    async def _read_one(
        self, access: Mapping[int, MeterAccess], plan: ReadPlan
    ) -> tuple[Heard, int] | str:
        try:
            result = await read_meter(
                access=access[plan.meter_id],
                plan=plan,
                ask_time=self._ask_time,
                timeout_s=self._settings.answer_timeout_s,
            )
        except TemporaryError as error:
            return str(error)
        return result.heard, result.meter_counter

    async def _send_one(self, access: Mapping[int, MeterAccess], command: Command) -> None:
        is_closed, error = None, ""
        try:
            is_closed, _ = await move_relay(
                access=access[command.meter_id],
                wanted=command.wanted,
                timeout_s=self._settings.answer_timeout_s,
            )
        except TemporaryError as problem:
            error = str(problem)
        outcome = RelayOutcome(
            command_id=command.command_id, is_closed=is_closed, error=error
        )
        await self._sync(
            lambda: self._steps.confirm_relay(outcome=outcome, now=self._ask_time())
        )

    async def _leased(self, meter_ids: Sequence[int]) -> dict[int, MeterAccess]:
        access = await self._sync(lambda: service.lease(meter_ids=meter_ids))
        return {one.meter_id: one for one in access}

    async def _at_once(self, work: Iterable[Awaitable[R]]) -> list[R]:
        """All of the work, a bounded number at a time, results in order."""
        places = asyncio.Semaphore(self._settings.conversations_at_once)

        async def in_place(one: Awaitable[R]) -> R:
            async with places:
                return await one

        return list(await asyncio.gather(*(in_place(one) for one in work)))

    async def _sync(self, call: Callable[[], T]) -> T:
        """A call that asks the database, in a thread; broken connections are left."""

        def fresh() -> T:
            close_old_connections()
            return call()

        return await asyncio.get_running_loop().run_in_executor(self._threads, fresh)
