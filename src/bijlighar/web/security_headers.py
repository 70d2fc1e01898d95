"""What the browser is told to refuse: scripts, styles, frames and forms of others.

Nothing is inline, so the policy needs no exception. `form-action` names the payment
gateway because browsers hold the redirect that follows the recharge form to it, too.
What is no page gets a policy that lets nothing run at all, and what somebody sees who is
signed in stays in no cache.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import cast
from urllib.parse import urlsplit

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS = "camera=(), geolocation=(), microphone=()"
ASKS_FOR_THE_PLACE = "camera=(), geolocation=(self), microphone=()"
"""Of the one page on which a consumer may add where the trouble is."""
FOR_NO_PAGE = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""The policy of files, of JSON and of whatever else is not shown as a page."""

Next = Callable[[HttpRequest], HttpResponseBase]
NextAsync = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def content_security_policy(*, gateway_url: str, tiles_url: str = "") -> str:
    """The policy of every page; forms may lead here and to the gateway.

    Pictures come from here and, where the installation names one, the map's tile server.
    """
    gateway = urlsplit(gateway_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self'{_tile_server(tiles_url)}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            f"form-action 'self' {gateway.scheme}://{gateway.netloc}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _tile_server(tiles_url: str) -> str:
    """The source of tiles as the policy names it; `{s}` stands for any of its hosts."""
    server = urlsplit(tiles_url.replace("{s}", "*"))
    return f" {server.scheme}://{server.netloc}" if server.netloc else ""


class SecurityHeaders:
    """Middleware that adds the headers; works for plain and asynchronous views."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next | NextAsync) -> None:
        """The policy is made once, when the server starts."""
        self._next = get_response
        self._policy = content_security_policy(
            gateway_url=str(settings.BIJLIGHAR["gateway_url"]),
            tiles_url=str(settings.BIJLIGHAR["tiles_url"]),
        )
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(
        self, request: HttpRequest
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer with the headers added."""
        if iscoroutinefunction(self._next):
            return self._later(request)
        return self._guarded(request, cast(Next, self._next)(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return self._guarded(request, await cast(NextAsync, self._next)(request))

    def _guarded(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        headers = response.headers
        if headers.get("Content-Type", "").startswith("text/html"):
            headers.setdefault("Content-Security-Policy", self._policy)
            headers.setdefault("Permissions-Policy", PERMISSIONS)
        else:
            headers.setdefault("Content-Security-Policy", FOR_NO_PAGE)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        headers.setdefault("Cache-Control", _caching(request, response))
        return response


def _caching(request: HttpRequest, response: HttpResponseBase) -> str:
    """Nothing is kept of what somebody sees who is signed in, or is about to be."""
    name = settings.SESSION_COOKIE_NAME
    is_somebodys = (
        name in request.COOKIES
        or name in response.cookies
        or "Authorization" in request.headers
    )
    return "private, no-store" if is_somebodys else "private, no-cache"
