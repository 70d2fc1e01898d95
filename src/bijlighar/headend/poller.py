"""The head-end at work: many conversations at once, commands before readings.

Async; the database is asked in threads, through callables that `run/` hands in: the
head-end may not import the flow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime, timedelta

from bijlighar.headend.commissioner import Commissioner
from bijlighar.headend.conversations import Conversations, outcome_of
from bijlighar.headend.reader import Reader
from bijlighar.headend.relay import move_relay
from bijlighar.headend.session import TOOK_TOO_LONG
from bijlighar.headend.steps import PollerSettings as PollerSettings
from bijlighar.headend.steps import Round as Round
from bijlighar.headend.steps import Steps as Steps
from bijlighar.headend.values import (
    Attempt,
    Command,
    Ended,
    Outcome,
    RelayOutcome,
    RelayWanted,
    Talk,
)
from bijlighar.kernel.errors import TemporaryError


class Poller:
    """Asks due meters and sends due commands, each round to its end or for ever.

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
        self._ask_margin = ask_margin
        self._settings = settings or PollerSettings()
        self._conversations = Conversations(
            number=number, threads=threads, ask_time=ask_time
        )
        self._reader = Reader(
            steps=steps, conversations=self._conversations, settings=self._settings
        )
        self._commissioner = Commissioner(
            conversations=self._conversations, settings=self._settings
        )
        self._in_flight: dict[int, asyncio.Task[None]] = {}

    async def read_due(self) -> Round:
        """One round of reading: the meters that have waited longest."""
        return await self._reader.round()

    async def keep_reading(self, woken: asyncio.Event) -> None:
        """Read whatever is due until cancelled; `woken` says that somebody waits."""
        await self._reader.run(woken)

    async def commission_due(self) -> int:
        """Ask the next few newly taken-in meters what they are; answer how many."""
        return await self._commissioner.round()

    async def keep_commissioning(self) -> None:
        """Ask newly taken-in meters what they are, at low priority, until cancelled."""
        await self._commissioner.run()

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
        conversations = self._conversations
        async with conversations.claiming:
            commands = await conversations.sync(
                lambda: self._steps.release(
                    limit=places,
                    own=conversations.number,
                    in_flight=list(self._in_flight),
                    now=conversations.ask_time(),
                    sending_takes=self._ask_margin(),
                )
            )
            conversations.at(command.meter_id for command in commands)
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

    async def _send_one(self, command: Command) -> None:
        """One attempt at a command, and what came of it."""
        conversations = self._conversations
        conversations.sending += 1
        try:
            async with conversations.alone_with(command.meter_id) as held:
                held.commands += 1
                outcome, attempt = await self._move(command)
        finally:
            conversations.sending -= 1
        try:
            await conversations.sync(
                lambda: self._steps.confirm_relay(
                    outcome=outcome, now=conversations.ask_time()
                )
            )
        finally:
            await conversations.ended([Ended(attempt=attempt)])

    async def _move(self, command: Command) -> tuple[RelayOutcome, Attempt]:
        """The relay as read back, or why it could not be."""
        conversations = self._conversations
        began = asyncio.get_running_loop().time()
        is_closed, at, why, outcome = None, None, "", Outcome.DONE
        access = await conversations.leased([command.meter_id])
        try:
            async with asyncio.timeout(self._settings.conversation_timeout_s):
                read = await move_relay(
                    access=access[command.meter_id],
                    wanted=command.wanted,
                    open_before=command.open_before,
                    ask_time=conversations.ask_time,
                    timeout_s=self._settings.answer_timeout_s,
                )
            is_closed, at = read.is_closed, read.at
            if is_closed is not (command.wanted is RelayWanted.CLOSED):
                outcome = Outcome.REFUSED
        except (TemporaryError, TimeoutError) as error:
            why, outcome = str(error) or TOOK_TOO_LONG, outcome_of(error)
        attempt = conversations.attempt(command.meter_id, Talk.RELAY, outcome, began=began)
        return (
            RelayOutcome(
                command_id=command.command_id,
                is_closed=is_closed,
                at=at or attempt.at,
                error=why,
            ),
            attempt,
        )
