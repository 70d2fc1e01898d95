"""The open line to a page: server-sent events that say *that* something changed.

An event carries no facts. The page then asks for its own fragment by its own address, so
what may be seen is decided where the fragment is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse

from bijlighar.web.live_hub import Hub, home_event, hub

HEARTBEAT_S = 15.0
PAUSE_S = 1.0
"""A page is told at most once in this time; what happens meanwhile is told together."""

TOWN = frozenset({"town", "phones", "clock"})


async def town(_request: HttpRequest) -> StreamingHttpResponse:
    """Events of the whole town, for the desk, the phones and the start page."""
    return _answer(TOWN)


async def home(_request: HttpRequest, connection_id: int) -> StreamingHttpResponse:
    """Events of one home, for its consumer's page; nobody else's."""
    return _answer(frozenset({home_event(connection_id), "clock"}))


def _answer(names: frozenset[str]) -> StreamingHttpResponse:
    if not settings.IS_DEMO:
        raise PermissionDenied
    return StreamingHttpResponse(
        stream(hub(), names=names),
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
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
            yield "".join(f"event: {name}\ndata: changed\n\n" for name in told).encode()
            await _within(held.stopping, pause_s)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, at most this long; whether it came."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
