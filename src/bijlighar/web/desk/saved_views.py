"""Views that somebody keeps: a list's question under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.web.access import DeskRequest, staff

PAGES = ("connections", "desk")
"""Names of the addresses of lists whose questions may be kept."""


def views_shown(request: DeskRequest, *, page: str) -> dict[str, object]:
    """What a list's page says of its kept views."""
    here = request.GET.urlencode()
    return {
        "views": dashboards.views_of(viewer=request.viewer, page=page),
        "view_page": page,
        "view_query": here,
    }


@staff(None)
@require_POST
def save(request: DeskRequest) -> HttpResponse:
    """Keep a list's question under a name; back to the list."""
    page = request.POST.get("page", "")
    if page not in PAGES:
        raise Http404
    query = _query(request.POST.get("query", ""))
    try:
        dashboards.keep_view(
            page=page,
            name=request.POST.get("name", ""),
            query=query,
            by=request.viewer,
            now=clock.now(),
        )
    except dashboards.NameTaken:
        return _refused(page, query, _("You keep a view of this name already."), request)
    except dashboards.WrongView:
        told = _("Give the view a name of at most 60 letters; twenty views fit a page.")
        return _refused(page, query, told, request)
    return HttpResponseRedirect(f"{reverse(page)}?{query}")


@staff(None)
@require_POST
def change(request: DeskRequest, view_id: int) -> HttpResponse:
    """Rename a kept view, or keep it no more; back to the list."""
    try:
        if request.POST.get("do") == "end":
            held = dashboards.end_view(view_id=view_id, by=request.viewer, now=clock.now())
        else:
            held = dashboards.rename_view(
                view_id=view_id,
                name=request.POST.get("name", ""),
                by=request.viewer,
                now=clock.now(),
            )
    except dashboards.UnknownView as error:
        raise Http404 from error
    except (dashboards.NameTaken, dashboards.WrongView):
        told = _("The view keeps its name: the new one is taken, empty or too long.")
        return _refused("connections", "", told, request)
    return HttpResponseRedirect(f"{reverse(held.page)}?{held.query}")


def _query(asked: str) -> str:
    """The question as an address may carry it, whatever was sent, without its page."""
    held = parse_qsl(asked[:1000].removeprefix("?"), max_num_fields=20)
    return urlencode([(name, value) for name, value in held if name != "page"])


def _refused(page: str, query: str, told: str, request: DeskRequest) -> HttpResponse:
    """Nothing was changed: a sentence that says why, and the way back."""
    shown = {"told": told, "back": f"{reverse(page)}?{query}"}
    return render(request, "desk/view_refused.html", shown, status=422)
