"""One TCP conversation with a meter: wrapper frames out and in, with a deadline on each.

Knows no Django. An exchange of the DLMS client, which yields the APDU to send and is sent
the answer, is driven over the wire by `Line.run`. Thousands of lines are open at once: a
line has one timer that is set again when it rings too early, and no buffers but its frames.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar, cast

from bijlighar.dlms.errors import CounterReplayed, DecodeError, FrameForged
from bijlighar.dlms.exchange import Conversation
from bijlighar.dlms.wrapper import Frame, FrameReader
from bijlighar.kernel.errors import TemporaryError

CONNECT_TIMEOUT_S = 5
ANSWER_TIMEOUT_S = 10
SERVER_SAP = 1
MOST_BAD_FRAMES = 16
MOST_UNREAD = 64
"""Frames that nobody asked for and that wait to be read: more is nobody's answer."""

T = TypeVar("T")


class MeterSilent(TemporaryError):
    """The meter did not answer."""


class NoConnection(MeterSilent):
    """Nobody takes the call at the meter's address."""


class _Ended(Exception):
    """An exchange has ended, with this result."""


class _Wire(asyncio.Protocol):
    """The frames that come over one connection, and why there are no more."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._frames = FrameReader()
        self._came: deque[bytes] = deque()
        self._over: MeterSilent | DecodeError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._due = 0.0
        self._within_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport | None = None
        self.closed: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._over is not None:
            return
        self._frames.feed(data)
        try:
            self._came.extend(frame.payload for frame in self._frames.frames())
        except DecodeError as error:
            self._over = error
        if len(self._came) > MOST_UNREAD:
            self._over = MeterSilent(f"{MOST_UNREAD} frames that nobody asked for.")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._over is None:
            self._over = MeterSilent(
                f"The connection broke: {exc}"
                if exc
                else "The meter closed the connection without an answer."
            )
        if self._timer is not None:
            self._timer.cancel()
        self._wake()
        if not self.closed.done():
            self.closed.set_result(None)

    def expect(self, within_s: float) -> None:
        """From now on an answer must come within this time."""
        self._within_s = within_s
        self._due = self._loop.time() + within_s
        if self._timer is None or self._timer.when() > self._due:
            self._ring_at_the_end()

    async def answer(self) -> bytes:
        """The next APDU. Raises MeterSilent, DecodeError."""
        while not self._came:
            if self._over is not None:
                raise self._over
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._came.popleft()

    def _ring_at_the_end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._due, self._rang)

    def _rang(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._due:
            self._ring_at_the_end()
            return
        self._waiter.set_exception(
            MeterSilent(f"No answer within {self._within_s:g} seconds.")
        )

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Line:
    """An open connection to a meter, as one client."""

    def __init__(self, *, wire: _Wire, client_sap: int, answer_timeout_s: float) -> None:
        self._wire = wire
        self._client_sap = client_sap
        self._answer_timeout_s = answer_timeout_s

    async def run(self, exchange: Conversation[T], *, within_s: float | None = None) -> T:
        """Drive an exchange to its end. Raises MeterSilent, and what the exchange raises.

        Each answer must come within the line's deadline, or `within_s`.

        A frame that is forged, replayed or malformed is passed over: the question stands,
        and the genuine answer may still come, as long as the deadline allows.
        """
        try:
            apdu = next(exchange)
            while True:
                self._send(apdu)
                self._wire.expect(within_s or self._answer_timeout_s)
                apdu = await self._heard(exchange)
        except StopIteration as end:
            result: T = end.value
            return result
        except _Ended as end:
            return end.args[0]  # type: ignore[no-any-return]
        finally:
            exchange.close()

    async def _heard(self, exchange: Conversation[T]) -> bytes:
        """The next APDU to send, once a genuine answer to the last has come."""
        for _ in range(MOST_BAD_FRAMES):
            apdu = await self._wire.answer()
            try:
                return exchange.send(apdu)
            except StopIteration as end:
                # In a coroutine StopIteration would turn into RuntimeError.
                raise _Ended(end.value) from None
            except (DecodeError, FrameForged, CounterReplayed):
                if exchange.is_over:
                    raise
        raise MeterSilent(f"{MOST_BAD_FRAMES} frames, and none of them a genuine answer.")

    def _send(self, apdu: bytes) -> None:
        """What we say is short: nothing waits for the line to take it."""
        frame = Frame(source=self._client_sap, destination=SERVER_SAP, payload=apdu)
        assert self._wire.transport is not None
        self._wire.transport.write(frame.to_bytes())


@asynccontextmanager
async def line_to(
    *,
    host: str,
    port: int,
    client_sap: int,
    answer_timeout_s: float = ANSWER_TIMEOUT_S,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
) -> AsyncIterator[Line]:
    """A connection to a meter, closed whatever happens. Raises MeterSilent."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(connect_timeout_s):
            transport, wire = await loop.create_connection(_Wire, host, port)
    except (OSError, TimeoutError) as error:
        raise NoConnection(
            f"No connection to {host}:{port}: {error or 'timed out'}."
        ) from error
    try:
        yield Line(wire=wire, client_sap=client_sap, answer_timeout_s=answer_timeout_s)
    finally:
        # A meter that takes nothing any more is not waited for.
        if transport.get_write_buffer_size():
            transport.abort()
        transport.close()
        await wire.closed
