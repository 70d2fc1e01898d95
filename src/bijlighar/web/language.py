"""Hindi first: the language of a page is the one chosen on the screen, else Hindi.

Django's own LocaleMiddleware would follow the phone's settings, and most phones in UP
are sold set to English whatever their owner reads. So the browser's wish is not asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import cast

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

ONE_YEAR_S = 365 * 24 * 3600

Next = Callable[[HttpRequest], HttpResponseBase]
NextAsync = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def language_of(request: HttpRequest) -> str:
    """The language that the reader chose, else the product's first."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class ChosenLanguage:
    """Middleware that stands where LocaleMiddleware would."""

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
        """Answer in the chosen language."""
        _activate(request)
        if iscoroutinefunction(self._next):
            return self._later(request)
        return _labelled(cast(Next, self._next)(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return _labelled(await cast(NextAsync, self._next)(request))


@require_POST
def choose(request: HttpRequest) -> HttpResponseBase:
    """Remember the language and go back to the page it was chosen on."""
    back = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if is_ours else "/")
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=ONE_YEAR_S,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        )
    return response


def _activate(request: HttpRequest) -> None:
    translation.activate(language_of(request))
    request.LANGUAGE_CODE = translation.get_language()


def _labelled(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Language", translation.get_language() or "hi")
    return response
