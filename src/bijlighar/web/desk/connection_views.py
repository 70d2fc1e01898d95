"""The page of one connection: who and where it is, what is due, and its time line."""

from __future__ import annotations

from datetime import date
from functools import wraps
from typing import ParamSpec

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.connections.service import UnknownConsumer
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import ConnectionHead, TimelineKind
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, DeskView, staff
from bijlighar.web.desk.next_steps import next_steps
from bijlighar.web.desk.shared_number import shared_number_steps
from bijlighar.web.desk.timeline import lines_of

P = ParamSpec("P")

GROUPS: dict[str, tuple[Promise | str, frozenset[TimelineKind]]] = {
    "": (_("Everything"), frozenset(TimelineKind)),
    "money": (
        _("Money"),
        frozenset({TimelineKind.CHARGE, TimelineKind.RECHARGE, TimelineKind.OPENING}),
    ),
    "supply": (
        _("Supply"),
        frozenset({TimelineKind.SUPPLY, TimelineKind.RELAY, TimelineKind.PROTECTION}),
    ),
    "meter": (
        _("Meter and readings"),
        frozenset({TimelineKind.METER, TimelineKind.READING, TimelineKind.EVENT}),
    ),
    "notice": (_("Messages"), frozenset({TimelineKind.NOTICE})),
    "fact": (_("Facts and place"), frozenset({TimelineKind.FACT, TimelineKind.PLACE})),
    "proposal": (_("Proposals"), frozenset({TimelineKind.PROPOSAL})),
    "audit": (_("Audit trail"), frozenset({TimelineKind.AUDIT})),
}


def known(view: DeskView[P]) -> DeskView[P]:
    """Answer 404 alike where a number is unknown and where it lies elsewhere."""

    @wraps(view)
    def answered(
        request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (UnknownConsumer, dashboards.WrongCursor) as error:
            raise Http404 from error

    return answered


@staff(Right.SEE_CONNECTION)
@gzip_page
@require_safe
@known
def connection(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """The whole page."""
    head = _head(request, consumer_number)
    steps = [*next_steps(head), *shared_number_steps(head)]
    shown = {**_timeline(request, head), "steps": steps}
    return render(request, "desk/connection.html", shown)


@staff(Right.SEE_CONNECTION)
@gzip_page
@require_safe
@known
def timeline(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """A page of the time line, to be put below the one before."""
    shown = _timeline(request, _head(request, consumer_number))
    return render(request, "desk/connection.html#lines", shown)


@staff(Right.SEE_CONNECTION)
@require_safe
@known
def charged_day(request: DeskRequest, consumer_number: str, day: date) -> HttpResponse:
    """Why one supply day cost what it cost."""
    head = _head(request, consumer_number)
    shown = {"charge": dashboards.charge_shown(of=head, day=day), "day": day}
    return render(request, "desk/day.html", shown)


def _head(request: DeskRequest, consumer_number: str) -> ConnectionHead:
    return dashboards.connection_head(
        consumer_number=consumer_number,
        viewer=request.viewer,
        scope=request.reach,
        now=clock.now(),
    )


def _timeline(request: DeskRequest, head: ConnectionHead) -> dict[str, object]:
    group = request.GET.get("show", "")
    if group not in GROUPS:
        group = ""
    first, until = _day(request.GET.get("first")), _day(request.GET.get("until"))
    visible = dashboards.visible_kinds(sees=head.sees)
    page = dashboards.timeline(
        of=head,
        kinds=GROUPS[group][1],
        first=first,
        until=until,
        after=request.GET.get("after", ""),
        today=supply_day_of(clock.now()),
    )
    return {
        "head": head,
        "lines": lines_of(page.items),
        "older": page.older,
        "group": group,
        "groups": [(key, name) for key, (name, kinds) in GROUPS.items() if kinds & visible],
        "first": first,
        "until": until,
        "is_first_page": not request.GET.get("after"),
    }


def _day(asked: str | None) -> date | None:
    try:
        day = date.fromisoformat(asked or "")
    except ValueError:
        return None
    return day if 1901 <= day.year <= 2999 else None
