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
MOST_OF_A_HOME_BYTES = 8 * 1024 * 1024
"""What a consumer sends (a paper's photo) is kept in memory whole, and on no disk."""
HOMES = "/home/"
_TOO_LONG = (
    "फ़ाइल 6 MB से बड़ी है। पीछे जाइए और छोटी फ़ोटो चुनिए।\n"
    "The file is larger than 6 MB. Go back and choose a smaller photo.\n"
).encode()


def with_bearable_bodies(application: Application) -> Application:
    """The application behind a look at how long a body claims to be."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        status = _refusal(scope)
        if status is None:
            await application(scope, receive, send)
            return
        body = _TOO_LONG if _is_of_a_home(scope) else b""
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answered


def _refusal(scope: Scope) -> int | None:
    """413 where the body is too long, 411 where nobody says how long it is."""
    if scope["type"] != "http":
        return None
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return 411
    length = headers.get(b"content-length", b"0")
    most = MOST_OF_A_HOME_BYTES if _is_of_a_home(scope) else MOST_BODY_BYTES
    if not length.isdigit() or len(length) > 12 or int(length) > most:
        return 413
    return None


def _is_of_a_home(scope: Scope) -> bool:
    return str(scope.get("path", "")).startswith(HOMES)
