"""A pretend town in a thread of the test: real sockets, real DLMS, a clock that is set."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bijlighar.simulator.town import Town, TownSettings

STARTS_IN_S = 20

T = TypeVar("T")


class TownThread:
    """Starts a town in its own event loop; `do` runs a call there."""

    def __init__(self, settings: TownSettings) -> None:
        self._settings = settings
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.town: Town
        self.loop: asyncio.AbstractEventLoop

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(STARTS_IN_S), "the town does not start"
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        assert self._stop is not None
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STARTS_IN_S)
        assert not self._thread.is_alive(), "the town does not stop"

    def do(self, call: Callable[[Town], T]) -> T:
        """The result of a call on the town, made in the town's own thread."""

        async def ask() -> T:
            return call(self.town)

        return asyncio.run_coroutine_threadsafe(ask(), self.loop).result(STARTS_IN_S)

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            self.town = Town(self._settings)
            await self.town.start()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self._error = error
            self._ready.set()
            return
        self._ready.set()
        await self._stop.wait()
        await self.town.stop()


def settings_of(folder: Path, **chosen: Any) -> TownSettings:
    """Settings of a small town in a folder."""
    return TownSettings(folder=folder, **chosen)
