"""Search: the box in the frame, what it finds while somebody types, and the page of it.

What is typed may be a mobile: it stands in no log of ours (run.logs keeps addresses
without their query).
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import Found, Seen
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff

LONGEST_TERM = 60


@staff(Right.SEE_CONNECTION)
@require_safe
def search(request: DeskRequest) -> HttpResponse:
    """The whole page; straight to a connection whose number was typed in full."""
    term = _term(request)
    found = _found(request, term)
    only = found.connections[:1]
    is_one_number = any(letter.isdigit() for letter in term) and len(found.connections) == 1
    if only and is_one_number and only[0].is_whole:
        return HttpResponseRedirect(
            reverse("connection", kwargs={"consumer_number": only[0].consumer_number})
        )
    return render(request, "desk/search.html", {"found": found, "term": term})


@staff(Right.SEE_CONNECTION)
@require_safe
def found(request: DeskRequest) -> HttpResponse:
    """What was found so far, below the box."""
    term = _term(request)
    shown = {"found": _found(request, term), "term": term, "is_in_box": True}
    return render(request, "desk/search.html#found", shown)


def seen_by(request: DeskRequest) -> Seen:
    """Where the viewer may see connections, and where contact and money besides."""
    return Seen(
        scope=request.reach,
        contact=request.viewer.scope(Right.SEE_CONTACT),
        money=request.viewer.scope(Right.SEE_MONEY),
    )


def _term(request: DeskRequest) -> str:
    return request.GET.get("term", "").replace("\0", "").strip()[:LONGEST_TERM]


def _found(request: DeskRequest, term: str) -> Found:
    today = supply_day_of(clock.now())
    return dashboards.search(term=term, seen=seen_by(request), day=today)
