"""The demo's way to a home: one tap signs in as the person who lives there.

Whoever signs in by number instead sees the pretend phone of that number beside the form.
"""

from __future__ import annotations

import httpx
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bijlighar.connections import service as connections
from bijlighar.logins.values import Purpose
from bijlighar.web.access import demo_only
from bijlighar.web.logins import cookies
from bijlighar.web.logins.sign_in_views import next_of, signed_in

WAIT_S = 2.0


@demo_only
@never_cache
@require_POST
def come_in(request: HttpRequest) -> HttpResponse:
    """Be a resident of the pretend town, as if their phone had shown the code."""
    number = request.POST.get("home", "")[:40]
    try:
        home = connections.home_of(consumer_number=number)
    except connections.UnknownConsumer as error:
        raise Http404 from error
    next_ = next_of(request) or reverse("home", args=[home.consumer_number])
    return signed_in(request, mobile=home.mobile, next_=next_)


@demo_only
@never_cache
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """The newest SMS on the pretend phone that is being proven."""
    held = cookies.proving_of(request, *Purpose)
    text = _newest_sms(held.mobile) if held else ""
    return render(request, "logins/phone.html", {"text": text})


def _newest_sms(mobile: str) -> str:
    """What the pretend operator delivered last to this number; nothing where it is away."""
    try:
        with httpx.Client(timeout=WAIT_S, trust_env=False) as town:
            answer = town.get(
                f"{settings.BIJLIGHAR['town_url']}/sms/v1/messages",
                params={"to": mobile, "limit": "1"},
            )
            found = answer.raise_for_status().json()["messages"]
    except (httpx.HTTPError, httpx.InvalidURL):
        return ""
    return str(found[-1]["text"]) if found else ""
