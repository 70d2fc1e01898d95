"""One TCP conversation with a meter: wrapper frames out, wrapper frames in, deadlines on all.

Knows no Django. An exchange of the DLMS client (a generator that yields the APDU to send and
is sent the answer) is driven over the wire by `Line.run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from bijlighar.dlms.client import Exchange
from bijlighar.dlms.wrapper import Frame, FrameReader
from bijlighar.kernel.errors import TemporaryError

CONNECT_TIMEOUT_S = 5
ANSWER_TIMEOUT_S = 10
READ_BYTES = 65_536

T = TypeVar("T")


class MeterSilent(TemporaryError):
    """The meter did not answer."""


class Line:
    """An open connection to a meter, for one client address at a time."""

    def __init__(
        self,
        *,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer_timeout_s: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = FrameReader()
        self._answer_timeout_s = answer_timeout_s

    async def run(self, exchange: Exchange[T], *, client_sap: int, server_sap: int = 1) -> T:
        """Drive an exchange to its end. Raises MeterSilent, and what the exchange raises."""
        try:
            apdu = next(exchange)
            while True:
                await self._send(Frame(source=client_sap, destination=server_sap, payload=apdu))
                apdu = exchange.send(await self._answer())
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            exchange.close()

    async def _send(self, frame: Frame) -> None:
        try:
            self._writer.write(frame.to_bytes())
            await self._writer.drain()
        except OSError as error:
            raise MeterSilent(f"The connection broke while sending: {error}") from error

    async def _answer(self) -> bytes:
        try:
            async with asyncio.timeout(self._answer_timeout_s):
                while (frame := self._frames.next_frame()) is None:
                    received = await self._reader.read(READ_BYTES)
                    if not received:
                        raise MeterSilent("The meter closed the connection without an answer.")
                    self._frames.feed(received)
        except TimeoutError as error:
            raise MeterSilent(
                f"No answer within {self._answer_timeout_s:g} seconds."
            ) from error
        except OSError as error:
            raise MeterSilent(f"The connection broke: {error}") from error
        return frame.payload


@asynccontextmanager
async def line_to(
    *,
    host: str,
    port: int,
    answer_timeout_s: float = ANSWER_TIMEOUT_S,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
) -> AsyncIterator[Line]:
    """A connection to a meter, closed whatever happens. Raises MeterSilent."""
    try:
        async with asyncio.timeout(connect_timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        raise MeterSilent(f"No connection to {host}:{port}: {error or 'timed out'}.") from error
    try:
        yield Line(reader=reader, writer=writer, answer_timeout_s=answer_timeout_s)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            # The meter broke the connection first; there is nothing left to close.
            return
