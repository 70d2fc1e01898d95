"""Newly taken-in meters are asked once what they are, by themselves and before nobody.

A few at a time, and none while a relay command is on its way. A meter that does not answer
is asked again after an hour. Knows the database only through the service, in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from django.db import DatabaseError, OperationalError

from bijlighar.headend import service
from bijlighar.headend.conversations import Conversations, outcome_of
from bijlighar.headend.session import TOOK_TOO_LONG
from bijlighar.headend.steps import PollerSettings
from bijlighar.headend.values import Configuration, Ended, Outcome, Talk
from bijlighar.kernel.errors import TemporaryError

log = structlog.get_logger()

T = TypeVar("T")

AT_ONCE = 4
"""Beside the readings: commissioning a whole division may take a night."""
LOOK_EVERY_S = 120.0
STEP_BACK_S = 1.0
DATABASE_PAUSE_S = 1.0


class Commissioner:
    """Asks meters what they are: `round` once, or `run` for ever."""

    def __init__(self, *, conversations: Conversations, settings: PollerSettings) -> None:
        self._conversations = conversations
        self._settings = settings

    async def run(self) -> None:
        """Go on until cancelled; a round that finds nobody is followed by a long pause."""
        while True:
            if self._conversations.sending:
                await asyncio.sleep(STEP_BACK_S)
                continue
            try:
                asked = await self.round()
            except OperationalError as error:
                log.warning("headend.database.unreachable", why=str(error))
                asked = 0
            await asyncio.sleep(0 if asked else LOOK_EVERY_S)

    async def round(self) -> int:
        """Ask the next few meters, all to their end; answer how many."""
        conversations = self._conversations
        async with conversations.claiming:
            mine = await conversations.sync(
                lambda: service.claim_to_commission(
                    own=conversations.number,
                    busy=conversations.busy,
                    limit=AT_ONCE,
                    now=conversations.ask_time(),
                )
            )
            conversations.at(mine)
        await asyncio.gather(*map(self._one, mine))
        return len(mine)

    async def _one(self, meter_id: int) -> None:
        conversations = self._conversations
        began = asyncio.get_running_loop().time()
        outcome = Outcome.DONE
        try:
            async with conversations.alone_with(meter_id):
                found, counter = await self._ask(meter_id)
            await _patiently(lambda: conversations.sync(lambda: self._keep(found, counter)))
        except (TemporaryError, TimeoutError, DatabaseError) as error:
            # What one meter said and no table takes stops nobody else.
            outcome = outcome_of(error)
            log.info(
                "headend.commission.failed",
                meter_id=meter_id,
                why=str(error) or TOOK_TOO_LONG,
            )
        attempt = conversations.attempt(meter_id, Talk.COMMISSION, outcome, began=began)
        # A meter that is not given back would never be read again by anybody.
        await _patiently(lambda: conversations.ended([Ended(attempt=attempt)]))

    async def _ask(self, meter_id: int) -> tuple[Configuration, int]:
        access = await _patiently(lambda: self._conversations.leased([meter_id]))
        async with asyncio.timeout(self._settings.conversation_timeout_s):
            return await service.read_configuration(
                access=access[meter_id], timeout_s=self._settings.answer_timeout_s
            )

    def _keep(self, found: Configuration, counter: int) -> None:
        now = self._conversations.ask_time()
        service.keep_configuration(found=found, now=now)
        service.heard(meter_counters={found.meter_id: counter}, now=now)


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """What the database answers, asked again while it is away."""
    while True:
        try:
            return await ask()
        except OperationalError as error:
            log.warning("headend.database.unreachable", why=str(error))
            await asyncio.sleep(DATABASE_PAUSE_S)
