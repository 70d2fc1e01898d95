"""Reading many meters at once: what is due is claimed, asked and kept, batch by batch.

A slow meter holds up nobody: places are filled as they become free, and what came is kept
while others still talk. Async; the flow's steps are handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog
from django.db import DatabaseError, OperationalError

from bijlighar.headend import service
from bijlighar.headend.conversations import Conversations, outcome_of
from bijlighar.headend.session import MeterClockWrong, ReadResult, read_meter
from bijlighar.headend.steps import PollerSettings, Round, Steps
from bijlighar.headend.values import Ended, MeterAccess, Outcome, ReadPlan, Talk
from bijlighar.kernel.errors import TemporaryError

log = structlog.get_logger()

LOOK_EVERY_S = 0.5
KEEP_EVERY_S = 0.2
MOST_KEPT_AT_ONCE = 250
FEWER = 4
"""While commands are on their way, readings take a quarter of their places."""

BATCHES = 8
"""New meters are claimed when an eighth of the places is free."""

DATABASE_PAUSE_S = 1.0
REFUSED_BY_US = "What the meter said could not be kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Came:
    """What came of one reading: a result, or an error."""

    plan: ReadPlan
    result: ReadResult | None
    error: str
    ended: Ended


class Reader:
    """Reads due meters: `round` to its end once, or `run` for ever."""

    def __init__(
        self, *, steps: Steps, conversations: Conversations, settings: PollerSettings
    ) -> None:
        self._steps = steps
        self._conversations = conversations
        self._settings = settings
        self._going: set[asyncio.Task[None]] = set()
        self._came: list[_Came] = []
        self._is_more = False
        self._broke: BaseException | None = None

    async def round(self) -> Round:
        """The meters that have waited longest, all read and kept."""
        plans = await self._take(self._settings.meters_a_round)
        access = await self._leased(plans)
        places = asyncio.Semaphore(self._settings.conversations_at_once)

        async def in_place(plan: ReadPlan) -> None:
            async with places:
                await self._one(plan, access)

        done = await asyncio.gather(*map(in_place, plans), return_exceptions=True)
        for one in done:
            if isinstance(one, BaseException):
                raise one
        came, self._came = self._came, []
        return await self._keep(came)

    async def run(self, woken: asyncio.Event) -> None:
        """Read whatever is due until cancelled; `woken` says that somebody waits."""
        keeping = asyncio.create_task(self._keep_on())
        try:
            while not keeping.done():
                if self._broke is not None:
                    raise self._broke
                if not await self._patiently_start(woken):
                    await self._pause(woken)
            keeping.result()
        finally:
            for task in (keeping, *self._going):
                task.cancel()
            await asyncio.gather(keeping, *self._going, return_exceptions=True)

    async def _patiently_start(self, woken: asyncio.Event) -> int:
        """Start as many readings as there are places; none while the database is away."""
        places = self._settings.conversations_at_once
        if self._conversations.sending:
            places = max(places // FEWER, 1)
        free = places - len(self._going)
        if free <= 0 or len(self._came) >= 2 * MOST_KEPT_AT_ONCE:
            return 0
        try:
            free = min(free, self._settings.meters_a_round)
            plans = await self._take(free)
            access = await self._leased(plans)
        except OperationalError as error:
            log.warning("headend.database.unreachable", why=str(error))
            await asyncio.sleep(DATABASE_PAUSE_S)
            return 0
        for plan in plans:
            task = asyncio.create_task(self._one(plan, access))
            self._going.add(task)
            task.add_done_callback(lambda task: self._gone(task, woken))
        # Asked for as many as there were places for, and got them: more may be due.
        self._is_more = len(plans) == free
        return len(plans)

    async def _pause(self, woken: asyncio.Event) -> None:
        """Until a good part of the places is free, somebody waits, or for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await woken.wait()
        woken.clear()

    def _gone(self, task: asyncio.Task[None], woken: asyncio.Event) -> None:
        self._going.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Nothing that a meter does: whoever runs this is told.
            self._broke = self._broke or task.exception()
            woken.set()
        free = self._settings.conversations_at_once - len(self._going)
        if self._is_more and free * BATCHES >= self._settings.conversations_at_once:
            woken.set()

    async def _take(self, limit: int) -> list[ReadPlan]:
        """Claim due meters: those for whom somebody waits, then the others."""
        conversations = self._conversations
        plans: list[ReadPlan] = []
        async with conversations.claiming:
            for urgent in (True, False):
                left = limit - len(plans)
                if left <= 0:
                    break
                plans += await conversations.sync(
                    lambda urgent=urgent, left=left: service.take_reads(  # type: ignore[misc]
                        now=conversations.ask_time(),
                        limit=left,
                        own=conversations.number,
                        busy=conversations.busy,
                        urgent=urgent,
                    )
                )
            conversations.at(plan.meter_id for plan in plans)
        return plans

    async def _leased(self, plans: Sequence[ReadPlan]) -> dict[int, MeterAccess]:
        if not plans:
            return {}
        return await self._conversations.leased([plan.meter_id for plan in plans])

    async def _one(self, plan: ReadPlan, access: Mapping[int, MeterAccess]) -> None:
        """One conversation; what came of it is put with the rest."""
        conversations, loop = self._conversations, asyncio.get_running_loop()
        talk = Talk.ON_DEMAND if plan.is_urgent else Talk.READ
        began = loop.time()
        async with conversations.alone_with(plan.meter_id) as held:
            if held.commands:
                # A command has used later counters: the meter takes no earlier ones.
                access = await conversations.leased([plan.meter_id])
            began = loop.time()
            try:
                result = await read_meter(
                    access=access[plan.meter_id],
                    plan=plan,
                    ask_time=conversations.ask_time,
                    timeout_s=self._settings.answer_timeout_s,
                    within_s=self._settings.conversation_timeout_s,
                    clock=service.schedule().clock,
                )
            except TemporaryError as error:
                self._came.append(self._missed(plan, talk, error, began))
                return
        outcome = Outcome.BROKE_OFF if result.error else Outcome.DONE
        self._came.append(
            _Came(
                plan=plan,
                result=result,
                error=result.error,
                ended=Ended(
                    attempt=conversations.attempt(
                        plan.meter_id, talk, outcome, began=began
                    ),
                    kinds=result.kinds,
                    events_until=result.events_until,
                    clock=result.clock,
                    refused=result.refused,
                    changed=result.changed,
                ),
            )
        )

    def _missed(
        self, plan: ReadPlan, talk: Talk, error: TemporaryError, began: float
    ) -> _Came:
        clock = error.seen if isinstance(error, MeterClockWrong) else None
        attempt = self._conversations.attempt(
            plan.meter_id, talk, outcome_of(error), began=began
        )
        return _Came(
            plan=plan,
            result=None,
            error=str(error),
            ended=Ended(attempt=attempt, clock=clock),
        )

    async def _keep_on(self) -> None:
        """Keep what came, a few times a second; it waits while the database is away."""
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            while self._came:
                batch = self._came[:MOST_KEPT_AT_ONCE]
                try:
                    kept = await self._keep(batch)
                except OperationalError as error:
                    log.warning("headend.database.unreachable", why=str(error))
                    await asyncio.sleep(DATABASE_PAUSE_S)
                    continue
                del self._came[: len(batch)]
                log.info(
                    "headend.round.read", asked=kept.asked, heard=kept.heard, rows=kept.rows
                )

    async def _keep(self, came: Sequence[_Came]) -> Round:
        if not came:
            return Round(asked=0, heard=0, rows=0)
        heard = [one for one in came if one.result is not None]
        rows, unkept = await self._hear(heard)
        errors = {one.plan.meter_id: one.error for one in came if one.result is None}
        errors |= dict.fromkeys(unkept, REFUSED_BY_US)
        if errors:
            await self._conversations.sync(
                lambda: self._steps.miss_meter(
                    errors=errors, now=self._conversations.ask_time()
                )
            )
        await self._conversations.ended(
            [one.ended for one in came if one.plan.meter_id not in unkept]
            + [_refused(one.ended) for one in came if one.plan.meter_id in unkept]
        )
        return Round(asked=len(came), heard=len(heard) - len(unkept), rows=rows)

    async def _hear(self, came: Sequence[_Came]) -> tuple[int, set[int]]:
        """Keep readings; one meter's that cannot be kept do not take others' with them."""
        try:
            return await self._hear_all(came), set()
        except OperationalError:
            raise
        except DatabaseError as error:
            if len(came) == 1:
                meter_id = came[0].plan.meter_id
                log.exception("headend.readings.refused", meter_id=meter_id, why=str(error))
                return 0, {meter_id}
        rows, unkept = 0, set[int]()
        for one in came:
            more, bad = await self._hear([one])
            rows, unkept = rows + more, unkept | bad
        return rows, unkept

    async def _hear_all(self, came: Sequence[_Came]) -> int:
        results = [one.result for one in came if one.result is not None]
        if not results:
            return 0
        return await self._conversations.sync(
            lambda: self._steps.hear_meter(
                heard=[one.heard for one in results],
                meter_counters={one.heard.meter_id: one.meter_counter for one in results},
                now=self._conversations.ask_time(),
            )
        )


def _refused(ended: Ended) -> Ended:
    """The same end, of a meter whose readings could not be kept."""
    attempt = ended.attempt
    return Ended(attempt=replace(attempt, outcome=Outcome.REFUSED), clock=ended.clock)
