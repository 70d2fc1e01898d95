"""What all conversations of one head-end share: whom it is at, threads, and outcomes.

One conversation at a time with each meter, in this process by a lock, among processes by
the claim on the meter's row. Counters are leased right before a conversation.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import structlog
from django.db import close_old_connections

from bijlighar.headend import service
from bijlighar.headend.relay import TooLate
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.session import MeterClockWrong, TookTooLong
from bijlighar.headend.transport import MeterSilent, NoConnection
from bijlighar.headend.values import Attempt, Ended, MeterAccess, Outcome, Talk

log = structlog.get_logger()

T = TypeVar("T")

_OUTCOMES: tuple[tuple[type[BaseException], Outcome], ...] = (
    (NoConnection, Outcome.NO_CONNECTION),
    (MeterSilent, Outcome.NO_ANSWER),
    (TookTooLong, Outcome.NO_ANSWER),
    (TimeoutError, Outcome.NO_ANSWER),
    (MeterClockWrong, Outcome.CLOCK_WRONG),
    (TooLate, Outcome.TOO_LATE),
    (MeterRefused, Outcome.REFUSED),
)


def outcome_of(error: BaseException) -> Outcome:
    """How an attempt that ended with this error is counted."""
    return next(
        (outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)),
        Outcome.REFUSED,
    )


@dataclass(slots=True)
class _Held:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    commands: int = 0
    """Commands that took counters later than those leased for a reading before."""


class Conversations:
    """Whom this head-end is at, under its `number` (see `service.HOLD_LOCK`)."""

    def __init__(
        self, *, number: int, threads: Executor, ask_time: Callable[[], datetime]
    ) -> None:
        self.number = number
        self.ask_time = ask_time
        self.sending = 0
        """Relay commands on their way: they come before readings."""
        self.claiming = asyncio.Lock()
        """Held while meters are claimed or given back: the two never cross."""
        self._threads = threads
        self._held: dict[int, _Held] = {}
        self._at: Counter[int] = Counter()

    @property
    def busy(self) -> list[int]:
        """Meters that this head-end has claimed and not given back."""
        return list(self._at)

    def at(self, meter_ids: Iterable[int]) -> None:
        """These meters were claimed, each for one more conversation."""
        for meter_id in meter_ids:
            self._at[meter_id] += 1
            self._held.setdefault(meter_id, _Held())

    @asynccontextmanager
    async def alone_with(self, meter_id: int) -> AsyncIterator[_Held]:
        """One conversation at a time with each meter."""
        held = self._held[meter_id]
        async with held.lock:
            yield held

    async def ended(self, ends: Sequence[Ended]) -> None:
        """Note conversations, and give back the meters that no other is about."""
        async with self.claiming:
            left = Counter(one.attempt.meter_id for one in ends)
            released = [one for one, many in left.items() if self._at[one] <= many]
            await self.sync(
                lambda: service.ended(
                    ends=ends, released=released, own=self.number, now=self.ask_time()
                )
            )
            self._at -= left
            for meter_id in released:
                del self._held[meter_id]

    def attempt(
        self, meter_id: int, talk: Talk, outcome: Outcome, *, began: float
    ) -> Attempt:
        """An attempt that ends now, said in the log."""
        took_ms = round((asyncio.get_running_loop().time() - began) * 1000)
        log.info(
            "headend.conversation.ended",
            meter_id=meter_id,
            talk=talk.value,
            outcome=outcome.value,
            took_ms=took_ms,
        )
        return Attempt(
            meter_id=meter_id,
            talk=talk,
            outcome=outcome,
            took_ms=took_ms,
            at=self.ask_time(),
        )

    async def leased(self, meter_ids: Sequence[int]) -> dict[int, MeterAccess]:
        """All that conversations with these meters need, counters leased and kept ahead."""
        access = await self.sync(lambda: service.lease(meter_ids=meter_ids))
        return {one.meter_id: one for one in access}

    async def sync(self, call: Callable[[], T]) -> T:
        """A call that asks the database, in a thread; broken connections are left."""

        def fresh() -> T:
            close_old_connections()
            return call()

        return await asyncio.get_running_loop().run_in_executor(self._threads, fresh)
