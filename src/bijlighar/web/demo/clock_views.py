"""The town's clock: let it stand, run, or hurry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.web.access import demo_only
from bijlighar.web.context import clock_file

SPEEDS = (0, 1, 60, 600, 3600)


@demo_only
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Set the speed; the page that asked gets its clock back, others hear of it live."""
    path = clock_file()
    speed = request.POST.get("speed", "")
    if path is None or speed not in {str(known) for known in SPEEDS}:
        return HttpResponseBadRequest()
    clock.change_speed(path, speed=int(speed))
    if "HX-Request" in request.headers:
        return render(request, "demo/start.html#clock", {"speeds": SPEEDS})
    return redirect("start")


@demo_only
@require_safe
def control(request: HttpRequest) -> HttpResponse:
    """The clock of the start page with its buttons."""
    return render(request, "demo/start.html#clock", {"speeds": SPEEDS})


@demo_only
@require_safe
def ribbon(request: HttpRequest) -> HttpResponse:
    """The clock in the ribbon over every page of the demo."""
    return render(request, "components/town_clock.html")
