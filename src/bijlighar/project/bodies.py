"""Bodies of a known and bearable size only.

Django keeps a request's whole body before anything of ours sees the request. So what is
longer than the longest file that is taken in is refused here, before a byte of it is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY_BYTES = 101 * 1024 * 1024
"""The longest file that is taken in (masters), and the form around it."""
_TOLD = [(b"content-length", b"0"), (b"connection", b"close")]


def with_bearable_bodies(application: Application) -> Application:
    """The application behind a look at how long a body claims to be."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        status = _refusal(scope)
        if status is None:
            await application(scope, receive, send)
            return
        head = {"type": "http.response.start", "status": status, "headers": _TOLD}
        await send(head)
        await send({"type": "http.response.body", "body": b""})

    return answered


def _refusal(scope: Scope) -> int | None:
    """413 where the body is too long, 411 where nobody says how long it is."""
    if scope["type"] != "http":
        return None
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return 411
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 12 or int(length) > MOST_BODY_BYTES:
        return 413
    return None
