"""Playing with a pretend meter: let it fall silent, let it answer again."""

from __future__ import annotations

from urllib.parse import quote

import httpx
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bijlighar.web.access import demo_only

WAIT_S = 5.0


@demo_only
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Ask the pretend town for the fault, or to take it back, and say whether it did."""
    serial = request.POST.get("serial", "")[:40]
    is_silenced = request.POST.get("fault") == "silent"
    try:
        _ask_town(serial=serial, is_silenced=is_silenced)
        is_done = True
    except (httpx.HTTPError, httpx.InvalidURL):
        is_done = False
    shown = {
        "is_done": is_done,
        "is_silenced": is_silenced,
        "serial": serial,
        "consumer_number": request.POST.get("consumer_number", "")[:40],
    }
    if "HX-Request" in request.headers:
        return render(request, "demo/fault.html#outcome", shown)
    return render(request, "demo/fault.html", shown, status=200 if is_done else 502)


def _ask_town(*, serial: str, is_silenced: bool) -> None:
    faults = f"{settings.BIJLIGHAR['town_url']}/faults"
    with httpx.Client(timeout=WAIT_S, trust_env=False) as town:
        if is_silenced:
            answer = town.post(faults, json={"serial": serial, "fault": "silent"})
        else:
            answer = town.delete(f"{faults}/{quote(serial, safe='')}")
        answer.raise_for_status()
