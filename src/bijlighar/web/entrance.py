"""The entrance: which requests are let in at all, and a word in the log about each.

A method that no view serves, a machine's call that was not encrypted, and what another
site's page loads or sends in somebody's name are turned away before any view hears of
them. Afterwards every refusal, and every page that somebody saw who is signed in, is one
line of the log: who, from where, which screen, which object, and the answer; never what
was typed or shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from typing import cast

import structlog
from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.http.response import HttpResponseBase

from bijlighar.people.values import Viewer

log = structlog.get_logger()

FOR_MACHINES = ("/api/", "/gateways/")
"""Where machines call: they are never led on to the encrypted address, but refused."""
PAGE_METHODS = ("GET", "HEAD", "POST")
MACHINE_METHODS = (*PAGE_METHODS, "PUT", "PATCH", "DELETE")
SECRET_PARTS = frozenset({"code", "key", "secret", "token"})
"""Parts of an address by these names are never written to the log."""

Next = Callable[[HttpRequest], HttpResponseBase]
NextAsync = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class Entrance:
    """Middleware around everything but the headers; plain and asynchronous."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next | NextAsync) -> None:
        """Plain or asynchronous, as what follows is."""
        self._next = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(
        self, request: HttpRequest
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Let the request in or refuse it, and write down how it went."""
        if iscoroutinefunction(self._next):
            return self._later(request)
        response = _turned_away(request) or cast(Next, self._next)(request)
        _write_down(request, response)
        return response

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        response = _turned_away(request)
        if response is None:
            response = await cast(NextAsync, self._next)(request)
        _write_down(request, response)
        return response


def _turned_away(request: HttpRequest) -> HttpResponseBase | None:
    is_for_machines = request.path.startswith(FOR_MACHINES)
    methods = MACHINE_METHODS if is_for_machines else PAGE_METHODS
    if request.method not in methods and is_for_machines:
        message = "No address takes this method."
        return JsonResponse(
            {"code": "method_not_allowed", "message": message, "field": None},
            status=405,
            headers={"Allow": ", ".join(methods)},
        )
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if not is_for_machines and _is_another_sites(request):
        return HttpResponseForbidden()
    if is_for_machines and settings.IS_HTTPS and not request.is_secure():
        message = "Call the https:// address: this call was not encrypted."
        return JsonResponse(
            {"code": "not_encrypted", "message": message, "field": None}, status=403
        )
    return None


def _is_another_sites(request: HttpRequest) -> bool:
    """Whether another site's page asks for this; following a link from there is allowed."""
    asked = request.headers
    is_visit = (
        request.method == "GET"
        and asked.get("Sec-Fetch-Mode") == "navigate"
        and asked.get("Sec-Fetch-Dest") == "document"
    )
    return asked.get("Sec-Fetch-Site") == "cross-site" and not is_visit


def _write_down(request: HttpRequest, response: HttpResponseBase) -> None:
    viewer = cast(Viewer | None, getattr(request, "viewer", None))
    status = response.status_code
    if status < 400 and viewer is None:
        return
    line = log.bind(
        status=status,
        method=request.method if request.method in MACHINE_METHODS else "other",
        screen=_screen_of(request),
        of=_object_of(request),
        actor_kind=viewer.kind.value if viewer else "",
        actor_id=viewer.actor_id if viewer else None,
        address=request.META.get("REMOTE_ADDR", ""),
        request_id=request.headers.get("X-Request-Id", "")[:64],
    )
    if status >= 500:
        line.error("web.request.failed")
    elif status >= 400:
        line.warning("web.request.refused")
    else:
        line.info("web.request.answered")


def _screen_of(request: HttpRequest) -> str:
    found = request.resolver_match
    return found.view_name if found else "none"


def _object_of(request: HttpRequest) -> Mapping[str, str]:
    """The ids in the address; no secret that may be part of one."""
    found = request.resolver_match
    kwargs = found.kwargs if found else {}
    return {
        name: "…" if SECRET_PARTS & set(name.split("_")) else str(value)[:64]
        for name, value in kwargs.items()
    }
