"""The open line to a page: server-sent events that say *that* something changed.

An event carries no facts. The page then asks for its own fragment by its own address, so
what may be seen is decided where the fragment is made. The demo's public pages hear of the
whole town; a consumer's page hears of one home that they may see; a page of staff hears
only of changes in the areas of whoever looks at it, and ends when the sign-in does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from bijlighar.dashboards import service as dashboards
from bijlighar.logins import service as logins
from bijlighar.logins.values import Access
from bijlighar.people.values import Right, Scope
from bijlighar.web.access import Door, login_of, narrowed, viewer_of
from bijlighar.web.live_hub import Hub, home_event, hub

HEARTBEAT_S = 15.0
PAUSE_S = 1.0
"""A page is told at most once in this time; what happens meanwhile is told together."""

LOOK_AT_DOOR_S = 20.0
"""How often a line of staff asks whether its sign-in and its areas still hold."""

TOWN = frozenset({"town", "phones", "clock"})
STAFF = frozenset({"clock"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """How a line of staff asks the database; each answer comes from a thread."""

    scope: Callable[[], Awaitable[Scope | None]]
    """Where its viewer may look now; None when the sign-in has ended."""
    concerns: Callable[[Scope, frozenset[int]], Awaitable[bool]]
    """Whether any of these connections lies in a scope."""


async def town(_request: HttpRequest) -> StreamingHttpResponse:
    """Events of the whole town, for the demo's phones and start page."""
    return _answer(TOWN)


async def home(request: HttpRequest, connection_id: int) -> HttpResponseBase:
    """Events of one home, for the page of somebody who may see it; nobody else's."""
    if not await sync_to_async(_may_hear, thread_sensitive=False)(request, connection_id):
        return HttpResponse(status=401)
    return _stream(stream(hub(), names=frozenset({home_event(connection_id), "clock"})))


town.door = Door(audience="demo")  # type: ignore[attr-defined]
home.door = Door(audience="consumer", access=Access.VIEW)  # type: ignore[attr-defined]


async def desk_events(request: HttpRequest) -> HttpResponseBase:
    """Changes in the areas of whoever is signed in, until the sign-in ends."""
    seat = _seat_of(request)
    scope = await seat.scope()
    if scope is None:
        return HttpResponse(status=401)
    if scope.is_empty:
        raise PermissionDenied
    return _stream(staff_stream(hub(), seat=seat, scope=scope))


desk_events.door = Door(  # type: ignore[attr-defined]
    audience="staff", right=Right.SEE_TODAY
)


async def stream(
    held: Hub,
    *,
    names: frozenset[str],
    heartbeat_s: float = HEARTBEAT_S,
    pause_s: float = PAUSE_S,
) -> AsyncIterator[bytes]:
    """The lines of one connection, until the page goes away or the server stops."""
    with held.listening(names=names) as listener:
        yield b"retry: 2000\n: open\n\n"
        while not held.stopping.is_set():
            if not await _within(listener.wake, heartbeat_s):
                yield b": still here\n\n"
                continue
            told = listener.take()
            if not told:
                return
            yield _told(told)
            await _within(held.stopping, pause_s)


async def staff_stream(
    held: Hub,
    *,
    seat: Seat,
    scope: Scope,
    heartbeat_s: float = HEARTBEAT_S,
    pause_s: float = PAUSE_S,
    look_at_door_s: float = LOOK_AT_DOOR_S,
) -> AsyncIterator[bytes]:
    """The lines of one page of staff: `town` where something in its scope changed.

    The door is looked at again before anything is told and with every heartbeat, if the
    last look is so long ago: a sign-in that has ended hears nothing more.
    """
    with held.listening(names=STAFF, hears_connections=True) as listener:
        yield b"retry: 2000\n: open\n\n"
        looked_at = monotonic()
        while not held.stopping.is_set():
            is_woken = await _within(listener.wake, heartbeat_s)
            if held.stopping.is_set() or (is_woken and not held.is_polling):
                return
            if monotonic() - looked_at >= look_at_door_s:
                allowed = await seat.scope()
                if allowed is None or allowed.is_empty:
                    return
                scope, looked_at = allowed, monotonic()
            if not is_woken:
                yield b": still here\n\n"
                continue
            changed = listener.take_connections()
            told = listener.take()
            if changed and await seat.concerns(scope, changed):
                told.append("town")
            if told:
                yield _told(told)
            await _within(held.stopping, pause_s)


def _answer(names: frozenset[str]) -> StreamingHttpResponse:
    if not settings.IS_DEMO:
        raise PermissionDenied
    return _stream(stream(hub(), names=names))


def _stream(lines: AsyncIterator[bytes]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _may_hear(request: HttpRequest, connection_id: int) -> bool:
    """Whether whoever is signed in may see this home."""
    try:
        login = login_of(request, is_present=False)
        return login is not None and logins.may_see(by=login, connection_id=connection_id)
    finally:
        close_old_connections()


def _seat_of(request: HttpRequest) -> Seat:
    def scope() -> Scope | None:
        try:
            viewer = viewer_of(request, is_present=False)
            if viewer is None:
                return None
            return narrowed(request, viewer.scope(Right.SEE_TODAY))
        finally:
            close_old_connections()

    def concerns(scope: Scope, changed: frozenset[int]) -> bool:
        try:
            return dashboards.any_within(scope=scope, connection_ids=changed)
        finally:
            close_old_connections()

    return Seat(
        scope=sync_to_async(scope, thread_sensitive=False),
        concerns=sync_to_async(concerns, thread_sensitive=False),
    )


def _told(names: list[str]) -> bytes:
    return "".join(f"event: {name}\ndata: changed\n\n" for name in names).encode()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, at most this long; whether it came."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
