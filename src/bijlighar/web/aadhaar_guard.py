"""No field of any form, and no address, takes what may be an Aadhaar number.

Such a number is turned away before any view sees it, with a page that says why and what
to do instead; it is neither shown again nor written anywhere. Numbers of consumers who
are known here pass, since one in thirteen of twelve digits looks the same by chance.
Machines that tell of payments are let be: their references are of that length, and no
person types them.

Source: Aadhaar Act, section 8A(4); security reference D1, D10.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from inspect import iscoroutinefunction
from typing import cast

import structlog
from asgiref.sync import markcoroutinefunction, sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from bijlighar.connections import service as connections
from bijlighar.kernel.aadhaar_like import aadhaar_like_in
from bijlighar.web.access import public

log = structlog.get_logger()

UNTYPED = ("/gateways/",)
"""What is called by machines with references of banks."""
NOT_TYPED = frozenset({"csrfmiddlewaretoken"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")

Next = Callable[[HttpRequest], HttpResponseBase]
NextAsync = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class NoAadhaar:
    """Middleware in front of every view; plain and asynchronous."""

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
        """Let the request through, or say why not."""
        if iscoroutinefunction(self._next):
            return self._later(request)
        return _refusal(request) or cast(Next, self._next)(request)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        refused = None
        if _has_something_typed(request):
            refused = await sync_to_async(_refusal)(request)
        return refused or await cast(NextAsync, self._next)(request)


@public
@require_safe
def explained(request: HttpRequest) -> HttpResponse:
    """Why no Aadhaar number is taken, and what to do instead."""
    return render(request, "kyc/no_aadhaar.html", {"back": "/"})


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to a request that holds such a number; None for every other one."""
    if request.path.startswith(UNTYPED):
        return None
    for field, text in _typed(request):
        found = aadhaar_like_in(text)
        if found and set(found) - connections.numbers_in_use(numbers=found):
            log.warning("web.aadhaar_like.refused")
            return _told(request, field)
    return None


def _told(request: HttpRequest, field: str) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        message = "Aadhaar numbers are not taken. Leave this number out."
        told = {"code": "like_aadhaar", "message": message, "field": field or None}
        return JsonResponse(told, status=422)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=422, headers={"HX-Redirect": reverse("no_aadhaar")})
    shown = {"back": _way_back(request)}
    return render(request, "kyc/no_aadhaar.html", shown, status=422)


def _way_back(request: HttpRequest) -> str:
    """The page that the form was on, where it is ours and holds no such number itself."""
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if is_ours and not aadhaar_like_in(came_from) else "/"


def _has_something_typed(request: HttpRequest) -> bool:
    is_plain = request.method in ("GET", "HEAD") and not request.META.get("QUERY_STRING")
    return not is_plain or any(char.isdecimal() for char in request.path)


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Every text that somebody may have typed, with the name of its field."""
    yield "", request.path
    for name, values in request.GET.lists():
        yield "", name
        yield from ((name, value) for value in values)
    if request.content_type in FORMS:
        yield from _typed_into_form(request)
    elif request.method not in ("GET", "HEAD"):
        # A body that is too long is refused by whoever reads it next.
        with suppress(RequestDataTooBig):
            text = request.body.decode(errors="replace")
            yield "", _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)


def _typed_into_form(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in NOT_TYPED:
            yield "", name
            yield from ((name, value) for value in values)
    for name, files in request.FILES.lists():
        yield from ((name, file.name or "") for file in files)
