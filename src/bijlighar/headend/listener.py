"""Pushes as they come over TCP: opened, counted, held back where they storm.

Knows no Django: keys are asked for and pushes handed over through callables. Whoever sends
what opens under no meter's key, or too much of it, loses the connection; of strangers only
the number is kept. A genuine meter that does not stop is held back by its own bucket, so
that it takes nobody else's place.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from bijlighar.dlms.apdu import notification
from bijlighar.dlms.apdu.ciphered import GENERAL_GLOBAL_TAG, GeneralCipheredApdu
from bijlighar.dlms.errors import CounterReplayed, DecodeError, RefusedError
from bijlighar.dlms.protection import Form, unprotect
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.wrapper import FrameReader
from bijlighar.headend.pushes import read_push
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.values import Attempt, Outcome, PushAccess, Pushed, Talk

log = structlog.get_logger()

PUSHES = frozenset((notification.DATA_TAG, notification.EVENT_TAG))
TELL_EVERY_S = 1.0
MOST_KNOWN = 100_000
"""Meters whose keys and buckets are remembered; the longest unheard is forgotten."""

NOT_SEALED, NO_METER, FORGED = "not sealed", "no meter", "forged"

AskKeys = Callable[[Sequence[bytes]], Awaitable[Mapping[bytes, PushAccess]]]
Deliver = Callable[
    [Sequence[Pushed], Sequence[Attempt], Mapping[str, int]], Awaitable[None]
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """How much is taken, and from how many."""

    connections: int = 10_000
    idle_s: float = 120.0
    bad_frames: int = 8
    """After so many frames that are no meter's a connection is closed."""
    waiting: int = 10_000
    """Frames that wait to be opened; more are held back, whoever sent them."""
    batch: int = 250
    burst: float = 20.0
    a_minute: float = 6.0
    """Pushes of one meter: so many at once, and so many a minute from then on."""


@dataclass(slots=True)
class _Known:
    """A title: whose it is, if anybody's, and what it may still send."""

    access: PushAccess | None
    left: float
    since: float
    is_told: bool = False


class Listener:
    """Listens on one port until it is closed."""

    def __init__(
        self,
        *,
        ask_keys: AskKeys,
        deliver: Deliver,
        ask_time: Callable[[], datetime],
        settings: ListenerSettings | None = None,
    ) -> None:
        self.settings = settings or ListenerSettings()
        self._ask_keys, self._deliver, self._ask_time = ask_keys, deliver, ask_time
        self._waiting: asyncio.Queue[tuple[_Caller, bytes]] = asyncio.Queue(
            self.settings.waiting
        )
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._counters: dict[int, int] = {}
        self._strangers: Counter[str] = Counter()
        self._is_delivering = False
        self.callers: set[_Caller] = set()

    async def run(self, *, host: str, port: int, listening: asyncio.Future[int]) -> None:
        """Listen and deliver until cancelled; `listening` is told the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Caller(self), host, port)
        listening.set_result(server.sockets[0].getsockname()[1])
        try:
            while True:
                await self._deliver_some()
        finally:
            server.close()
            for caller in list(self.callers):
                caller.hang_up()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be opened or handed over."""
        return self._waiting.empty() and not self._is_delivering and not self._strangers

    def take(self, caller: _Caller, frame: bytes) -> None:
        """A frame came; it waits its turn, or is held back where too many wait."""
        if frame[:1] != bytes((GENERAL_GLOBAL_TAG,)):
            self._strange(caller, NOT_SEALED)
            return
        try:
            self._waiting.put_nowait((caller, frame))
        except asyncio.QueueFull:
            self._strangers["too many at once"] += 1

    async def _deliver_some(self) -> None:
        """Open what waits, as many as fit into one batch, and hand it over.

        Of strangers alone it is told once a while, whether anything waits or not.
        """
        self._is_delivering = False
        batch = []
        with suppress(TimeoutError):
            async with asyncio.timeout(TELL_EVERY_S):
                batch.append(await self._waiting.get())
        self._is_delivering = True
        if not batch and not self._strangers:
            return
        while len(batch) < self.settings.batch and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        sealed = [(caller, *_sealed(frame)) for caller, frame in batch]
        await self._learn({title for _, title, _ in sealed if title})
        pushed: list[Pushed] = []
        attempts: list[Attempt] = []
        for caller, title, frame in sealed:
            self._open(caller, title, frame, pushed, attempts)
        strangers, self._strangers = self._strangers, Counter()
        await self._deliver(pushed, attempts, strangers)

    async def _learn(self, titles: Iterable[bytes]) -> None:
        new = [title for title in titles if title not in self._known]
        if not new:
            return
        found = await self._ask_keys(new)
        now = asyncio.get_running_loop().time()
        for title in new:
            self._known[title] = _Known(found.get(title), self.settings.burst, now)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Ask for all keys again: they may have been changed, and meters have come in."""
        self._known.clear()

    def _open(
        self,
        caller: _Caller,
        title: bytes,
        frame: bytes,
        pushed: list[Pushed],
        attempts: list[Attempt],
    ) -> None:
        known = self._known.get(title)
        access = known.access if known else None
        if known is None or access is None:
            self._strange(caller, NO_METER)
            return
        try:
            opened = unprotect(
                keys=SecurityKeys(
                    encryption_key=access.encryption_key,
                    authentication_key=access.authentication_key,
                ),
                system_title=title,
                apdu=frame,
                known_counter=self._counters.get(access.meter_id),
                services=PUSHES,
                form=Form.GENERAL_GLOBAL,
            )
        except CounterReplayed:
            attempts.append(self._attempt(access.meter_id, Outcome.REPLAYED))
            return
        except (DecodeError, RefusedError):
            # Anybody can send a meter's name: it is not held against the meter.
            self._strange(caller, FORGED)
            return
        self._counters[access.meter_id] = opened.counter
        if not self._may_still_send(known):
            if not known.is_told:
                log.warning("headend.push.held_back", meter_id=access.meter_id)
            known.is_told = True
            attempts.append(self._attempt(access.meter_id, Outcome.HELD_BACK))
            return
        known.is_told = False
        try:
            pushed.append(
                read_push(
                    opened.plain,
                    access=access,
                    counter=opened.counter,
                    now=self._ask_time(),
                )
            )
        except (DecodeError, MeterRefused) as error:
            log.info("headend.push.refused", meter_id=access.meter_id, why=str(error))
            attempts.append(self._attempt(access.meter_id, Outcome.REFUSED))

    def _may_still_send(self, known: _Known) -> bool:
        now = asyncio.get_running_loop().time()
        gained = (now - known.since) * self.settings.a_minute / 60
        known.left = min(known.left + gained, self.settings.burst)
        known.since = now
        if known.left < 1:
            return False
        known.left -= 1
        return True

    def _attempt(self, meter_id: int, outcome: Outcome) -> Attempt:
        return Attempt(
            meter_id=meter_id,
            talk=Talk.PUSH,
            outcome=outcome,
            took_ms=0,
            at=self._ask_time(),
        )

    def _strange(self, caller: _Caller, why: str) -> None:
        self._strangers[why] += 1
        caller.bad_frames += 1
        if caller.bad_frames >= self.settings.bad_frames:
            caller.hang_up()


class _Caller(asyncio.Protocol):
    """One connection to the listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._frames = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.bad_frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        callers = self._listener.callers
        if len(callers) >= self._listener.settings.connections:
            transport.abort()
            return
        callers.add(self)
        self._wait_for_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._listener.callers.discard(self)
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        self._wait_for_more()
        self._frames.feed(data)
        try:
            for frame in self._frames.frames():
                self._listener.take(self, frame.payload)
        except DecodeError:
            self._listener.take(self, b"")
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def _wait_for_more(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._listener.settings.idle_s, self.hang_up)


def _sealed(frame: bytes) -> tuple[bytes, bytes]:
    """(whose name a sealed frame bears or nobody's, the frame)."""
    try:
        return GeneralCipheredApdu.from_bytes(frame).title, frame
    except DecodeError:
        return b"", frame
