"""A weak mobile network in front of a server: slow, late, counted, and sometimes gone.

Everything of the phone goes through it, whatever part of the browser asks: pages, the
service worker, open lines. A browser's own throttle leaves its workers alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from typing import Any

BITS_PER_S = 400_000
ROUND_TRIP_S = 0.4
CHUNK_BYTES = 1400


class WeakNetwork:
    """Relays TCP from a port of its own; both directions share nothing but the delay."""

    def __init__(
        self,
        *,
        to_port: int,
        bits_per_s: int = BITS_PER_S,
        round_trip_s: float = ROUND_TRIP_S,
    ) -> None:
        self.port = 0
        self.bytes_down = 0
        self.bytes_up = 0
        self._to_port = to_port
        self._bits_per_s = bits_per_s
        self._one_way_s = round_trip_s / 2
        self._free_at = {"down": 0.0, "up": 0.0}
        self._open: set[asyncio.StreamWriter] = set()
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.come_back()

    @property
    def url(self) -> str:
        """Where the phone finds the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes_carried(self) -> int:
        """Both ways, headers and all."""
        return self.bytes_down + self.bytes_up

    def come_back(self) -> None:
        """There is a network again."""
        self._done(self._listen())

    def go_away(self) -> None:
        """No network: what was open breaks, nothing new is taken."""
        self._done(self._cut())

    def close(self) -> None:
        """Over for good."""
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _done(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _carry(
        self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter
    ) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        self._open.add(to_phone)
        try:
            await asyncio.sleep(2 * self._one_way_s)  # the handshake's round trip
            server, to_server = await asyncio.open_connection("127.0.0.1", self._to_port)
        except (OSError, asyncio.CancelledError):
            to_phone.transport.abort()
            self._open.discard(to_phone)
            return
        self._open.add(to_server)
        try:
            await asyncio.gather(
                self._pump(phone, to_server, "up"), self._pump(server, to_phone, "down")
            )
        except asyncio.CancelledError:
            return  # the network went away; asyncio's streams take a cancelled line ill
        finally:
            for writer in (to_phone, to_server):
                self._open.discard(writer)
                writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                self._count(way, len(chunk))
                await self._wait_for_air(way, len(chunk))
                self._loop.call_later(self._one_way_s, writer.write, chunk)
            await asyncio.sleep(self._one_way_s + 0.01)
            with suppress(OSError, RuntimeError):
                writer.write_eof()

    async def _wait_for_air(self, way: str, size: int) -> None:
        """The width of the network is one for all connections together."""
        now = self._loop.time()
        self._free_at[way] = max(now, self._free_at[way]) + size * 8 / self._bits_per_s
        await asyncio.sleep(self._free_at[way] - now)

    def _count(self, way: str, size: int) -> None:
        if way == "down":
            self.bytes_down += size
        else:
            self.bytes_up += size
