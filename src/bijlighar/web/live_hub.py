"""Who is told when something changes: one poller per process, any number of listeners.

The poller asks the database how far each stream of facts has grown, about every 0.4 s and
only while somebody listens. A listener holds a *set* of names, so a slow phone is told
once about many changes and nothing ever queues up.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import FrameType
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import structlog
from django.db import Error, close_old_connections, connections

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import Pulse
from bijlighar.web.context import clock_file

POLL_S = 0.4
POLL_AFTER_FAILURE_S = 3.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the poller saw last."""

    pulse: Pulse
    clock: clock.Anchor | None


@dataclass(slots=True, kw_only=True, eq=False)
class Listener:
    """One open page: the names it wants, and those it was not told yet."""

    names: frozenset[str]
    hears_connections: bool = False
    """Whether it wants to know which connections changed, to tell those it may see."""
    untold: set[str] = field(default_factory=set)
    connections: set[int] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> list[str]:
        """The names to tell now."""
        told, self.untold = sorted(self.untold), set()
        self.wake.clear()
        return told

    def take_connections(self) -> frozenset[int]:
        """The connections that changed since the last time."""
        changed, self.connections = frozenset(self.connections), set()
        return changed


class Hub:
    """The listeners of one event loop and the poller that serves them."""

    def __init__(self) -> None:
        """Nobody listens yet, so nothing polls."""
        self.stopping = asyncio.Event()
        self._listeners: set[Listener] = set()
        self._poller: asyncio.Task[None] | None = None

    @contextmanager
    def listening(
        self, *, names: frozenset[str], hears_connections: bool = False
    ) -> Iterator[Listener]:
        """Listen to these names until the block ends; the first starts the poller."""
        listener = Listener(names=names, hears_connections=hears_connections)
        self._listeners.add(listener)
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def stop(self) -> None:
        """End every stream now: the server is going down."""
        self.stopping.set()
        for listener in self._listeners:
            listener.wake.set()

    def tell(self, names: frozenset[str], changed: frozenset[int] = frozenset()) -> None:
        """Wake those who want to know."""
        for listener in self._listeners:
            wanted = listener.names & names
            listener.untold |= wanted
            if listener.hears_connections:
                listener.connections |= changed
            if wanted or (changed and listener.hears_connections):
                listener.wake.set()

    @property
    def is_polling(self) -> bool:
        """Whether the poller runs; it ends soon after the last listener has gone."""
        return self._poller is not None

    async def _poll(self) -> None:
        try:
            seen: Seen | None = None
            while self._listeners and not self.stopping.is_set():
                seen = await self._look(seen)
                if not self._listeners:
                    await _in_thread(connections.close_all)
        finally:
            self._poller = None
            for listener in self._listeners:
                listener.wake.set()

    async def _look(self, before: Seen | None) -> Seen | None:
        """Look once, tell, and wait; a database that is away is tried again later."""
        try:
            seen, names, changed = await _in_thread(_news, before)
        except Error as error:
            log.warning("live.poll.failed", error=type(error).__name__)
            await asyncio.sleep(POLL_AFTER_FAILURE_S)
            return before
        self.tell(names, changed)
        await asyncio.sleep(POLL_S)
        return seen


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        _stop_with_server(loop, _hubs[loop])
    return _hubs[loop]


def _news(before: Seen | None) -> tuple[Seen, frozenset[str], frozenset[int]]:
    """What changed since: the names that pages listen to, and the connections; in the
    poller's thread."""
    close_old_connections()
    try:
        seen = Seen(pulse=dashboards.pulse(), clock=_anchor())
        changed: frozenset[int] = frozenset()
        if before and seen.pulse != before.pulse:
            changed = dashboards.changed_since(before=before.pulse)
        return seen, _names(before, seen, changed) if before else frozenset(), changed
    except Error:
        connections.close_all()
        raise


def _names(before: Seen, seen: Seen, changed: frozenset[int]) -> frozenset[str]:
    names = set()
    if seen.clock != before.clock:
        names.add("clock")
    if seen.pulse.notices != before.pulse.notices:
        names.add("phones")
    if seen.pulse != before.pulse:
        names |= {"town", *(home_event(connection_id) for connection_id in changed)}
    return frozenset(names)


def home_event(connection_id: int) -> str:
    """The name under which one home's page is told."""
    return f"home-{connection_id}"


def _anchor() -> clock.Anchor | None:
    path = clock_file()
    return clock.read_anchor(path) if path else None


@cache
def _executor() -> ThreadPoolExecutor:
    """One thread, so the poller keeps one database connection."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")


def _in_thread(ask: Callable[..., T], *given: object) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(_executor(), ask, *given)


def _stop_with_server(loop: asyncio.AbstractEventLoop, held: Hub) -> None:
    """End the streams on the signal that ends the server, before it waits for them.

    Servers wait for open answers, and a stream is one that never closes by itself. Django
    has no shutdown hook, so the server's own signal handler is called after ours.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for name in (signal.SIGINT, signal.SIGTERM):
        servers = signal.getsignal(name)
        if not callable(servers) or servers is signal.default_int_handler:
            continue

        def stop(
            number: int,
            frame: FrameType | None,
            then: Callable[[int, FrameType | None], Any] = servers,
        ) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(held.stop)
            then(number, frame)

        signal.signal(name, stop)
