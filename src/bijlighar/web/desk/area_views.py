"""Picking the area one works in: down the tree, as far as one's rights reach.

What is picked narrows what every page shows; it never widens anything (`access.narrowed`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people import service as people
from bijlighar.people.values import Scope
from bijlighar.web.access import AREA_KEY, DeskRequest, staff

LONGEST_TERM = 60


@staff(None)
@require_safe
def areas(request: DeskRequest) -> HttpResponse:
    """The areas somebody may pick: what lies below one of them, or what a search finds."""
    whole = _look_everywhere(request)
    today = supply_day_of(clock.now())
    above = request.GET.get("below", "")
    term = request.GET.get("term", "").replace("\0", "").strip()[:LONGEST_TERM]
    shown: dict[str, object] = {
        "next": _back(request),
        "term": term,
        "picked": dashboards.area(node_id=_picked(request), scope=whole, day=today),
        "above": None,
        "offered": (),
    }
    if term:
        shown["offered"] = dashboards.areas_found(term=term, scope=whole, day=today)
    elif above.isdigit() and len(above) < 19:
        held = dashboards.area(node_id=int(above), scope=whole, day=today)
        if held is None:
            raise Http404
        shown["above"] = held
        shown["offered"] = dashboards.areas_below(
            node_id=int(above), scope=whole, day=today
        )
    else:
        shown["offered"] = dashboards.areas_at_the_top(scope=whole, day=today)
    part = "#offered" if request.headers.get("HX-Request") else ""
    return render(request, f"desk/areas.html{part}", shown)


@staff(None)
@require_safe
def pick(request: DeskRequest) -> HttpResponse:
    """Work in one area from now on, or in all again; back to where one was."""
    asked = request.GET.get("area", "")
    if not asked:
        request.session.pop(AREA_KEY, None)
        return HttpResponseRedirect(_back(request))
    whole = _look_everywhere(request)
    today = supply_day_of(clock.now())
    is_number = asked.isdigit() and len(asked) < 19
    if not is_number or not dashboards.area(node_id=int(asked), scope=whole, day=today):
        raise Http404
    request.session[AREA_KEY] = int(asked)
    return HttpResponseRedirect(_back(request))


def _look_everywhere(request: DeskRequest) -> Scope:
    """Every area in which somebody has any right; what is picked narrows no picking."""
    whole = Scope(area_ids=frozenset().union(*request.viewer.rights.values()))
    people.limit_database(scope=whole)
    request.reach = whole
    return whole


def _picked(request: DeskRequest) -> int:
    return int(request.session.get(AREA_KEY, 0))


def _back(request: DeskRequest) -> str:
    """Where the picker was opened: a page of this site, from its first page on.

    A page of another area may not exist in the new one, so that of one thing is left.
    """
    asked = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        asked, allowed_hosts=None, require_https=request.is_secure()
    )
    if not allowed or not asked.startswith("/"):
        return reverse("desk")
    return asked if urlsplit(asked).path.startswith("/desk/") else reverse("desk")
