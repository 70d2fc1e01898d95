"""What the browser is told to refuse: scripts, styles, frames and forms of others.

Nothing is inline, so the policy needs no exception. `form-action` names the payment
gateway because browsers hold the redirect that follows the recharge form to it, too.
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

Next = Callable[[HttpRequest], HttpResponseBase]
NextAsync = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def content_security_policy(*, gateway_url: str) -> str:
    """The policy of every page; forms may lead here and to the gateway."""
    gateway = urlsplit(gateway_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action 'self' {gateway.scheme}://{gateway.netloc}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Middleware that adds the headers; works for plain and asynchronous views."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next | NextAsync) -> None:
        """The policy is made once, when the server starts."""
        self._next = get_response
        self._policy = content_security_policy(
            gateway_url=str(settings.BIJLIGHAR["gateway_url"])
        )
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(
        self, request: HttpRequest
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer with the headers added."""
        if iscoroutinefunction(self._next):
            return self._later(request)
        return self._guarded(cast(Next, self._next)(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return self._guarded(await cast(NextAsync, self._next)(request))

    def _guarded(self, response: HttpResponseBase) -> HttpResponseBase:
        headers = response.headers
        if headers.get("Content-Type", "").startswith("text/html"):
            headers.setdefault("Content-Security-Policy", self._policy)
            headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cache-Control", "private, no-cache")
        return response
