"""One TCP conversation with a meter: wrapper frames out and in, with a deadline on each.

Knows no Django. An exchange of the DLMS client, which yields the APDU to send and is sent
the answer, is driven over the wire by `Line.run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from bijlighar.dlms.errors import CounterReplayed, DecodeError, FrameForged
from bijlighar.dlms.exchange import Conversation
from bijlighar.dlms.wrapper import Frame, FrameReader
from bijlighar.kernel.errors import TemporaryError

CONNECT_TIMEOUT_S = 5
ANSWER_TIMEOUT_S = 10
READ_BYTES = 65_536
SERVER_SAP = 1
MOST_BAD_FRAMES = 16

T = TypeVar("T")


class MeterSilent(TemporaryError):
    """The meter did not answer."""


class NoConnection(MeterSilent):
    """Nobody takes the call at the meter's address."""


class _Ended(Exception):
    """An exchange has ended, with this result."""


class Line:
    """An open connection to a meter, as one client."""

    def __init__(
        self,
        *,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        client_sap: int,
        answer_timeout_s: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._client_sap = client_sap
        self._frames = FrameReader()
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
                await self._send(apdu)
                apdu = await self._heard(exchange, within_s or self._answer_timeout_s)
        except StopIteration as end:
            result: T = end.value
            return result
        except _Ended as end:
            return end.args[0]  # type: ignore[no-any-return]
        finally:
            exchange.close()

    async def _heard(self, exchange: Conversation[T], within_s: float) -> bytes:
        """The next APDU to send, once a genuine answer to the last has come."""
        try:
            async with asyncio.timeout(within_s):
                for _ in range(MOST_BAD_FRAMES):
                    try:
                        return exchange.send(await self._answer())
                    except StopIteration as end:
                        # In a coroutine StopIteration would turn into RuntimeError.
                        raise _Ended(end.value) from None
                    except (DecodeError, FrameForged, CounterReplayed):
                        if exchange.is_over:
                            raise
        except TimeoutError as error:
            raise MeterSilent(f"No answer within {within_s:g} seconds.") from error
        raise MeterSilent(f"{MOST_BAD_FRAMES} frames, and none of them a genuine answer.")

    async def _send(self, apdu: bytes) -> None:
        frame = Frame(source=self._client_sap, destination=SERVER_SAP, payload=apdu)
        try:
            self._writer.write(frame.to_bytes())
            await self._writer.drain()
        except OSError as error:
            raise MeterSilent(f"The connection broke while sending: {error}") from error

    async def _answer(self) -> bytes:
        """The next frame's APDU; whoever waits for it sets the deadline."""
        try:
            while (frame := self._frames.next_frame()) is None:
                received = await self._reader.read(READ_BYTES)
                if not received:
                    raise MeterSilent("The meter closed the connection without an answer.")
                self._frames.feed(received)
        except OSError as error:
            raise MeterSilent(f"The connection broke: {error}") from error
        return frame.payload


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
    try:
        async with asyncio.timeout(connect_timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        raise NoConnection(
            f"No connection to {host}:{port}: {error or 'timed out'}."
        ) from error
    try:
        yield Line(
            reader=reader,
            writer=writer,
            client_sap=client_sap,
            answer_timeout_s=answer_timeout_s,
        )
    finally:
        writer.close()
        # The meter may have broken the connection first: then nothing is left to close.
        with suppress(OSError):
            await writer.wait_closed()
