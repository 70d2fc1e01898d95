"""The demo's first page: what this town is, its clock, and a home to pick."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import SupplyShown
from bijlighar.web.access import demo_only, public
from bijlighar.web.demo.clock_views import SPEEDS
from bijlighar.web.demo.desk_views import desk_shown

PICKED_AT_ONCE = 24
WINDOWS = 400
_LIT = {SupplyShown.ON, SupplyShown.DISCONNECTING}


@public
@gzip_page
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The whole page; outside the demo it says that there is nothing to see yet."""
    if not settings.IS_DEMO:
        return render(request, "demo/closed.html")
    return render(
        request, "demo/start.html", {**_shown(request), "speeds": SPEEDS, **desk_shown()}
    )


@demo_only
@gzip_page
@require_safe
def start_live(request: HttpRequest) -> HttpResponse:
    """The town's windows and the homes to pick, as they are now."""
    return render(request, "demo/start.html#live", _shown(request))


def _shown(request: HttpRequest) -> dict[str, object]:
    search = request.GET.get("search", "")[:60].strip()
    town = dashboards.homes_to_pick()
    found = dashboards.homes_to_pick(search=search) if search else town
    return {
        "windows": town[:WINDOWS],
        "homes": len(town),
        "lit": sum(home.shown in _LIT for home in town),
        "found": found[:PICKED_AT_ONCE],
        "more": max(len(found) - PICKED_AT_ONCE, 0),
        "search": search,
    }
