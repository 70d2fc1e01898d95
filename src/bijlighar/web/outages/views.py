"""Outages at the desk: entered, moved, cancelled, over; all homes below are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.flow.announce_outage import (
    cancel_outage,
    change_outage,
    end_outage,
    enter_outage,
)
from bijlighar.grid import service as grid
from bijlighar.grid.values import Branch, Node
from bijlighar.kernel.ist import supply_day_of
from bijlighar.outages import service as outages
from bijlighar.outages.values import NODES, NewOutage, Outage, OutageKind
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import listing
from bijlighar.web.desk.node_typed import node_of_code
from bijlighar.web.outages import words
from bijlighar.web.outages.form import OutageForm, as_typed, read_form

MOST_TO_CHOOSE = 2_000
LONGEST_WHY = 200
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff(Right.SEE_GRID)
@require_safe
def listed(request: DeskRequest) -> HttpResponse:
    """Those that stand; with `all=1` those that are over too."""
    now = clock.now()
    asked = listing(request, columns=("starts",), first="-starts", filters=("all",))
    found = outages.listed(
        scope=request.reach,
        only_standing=asked.filters["all"] != "1",
        now=now,
        offset=asked.offset,
        limit=asked.limit,
    )
    shown = {
        "listing": asked,
        "lines": [_line(one, now) for one in found[: asked.rows_a_page]],
        "has_next": len(found) > asked.rows_a_page,
        "may_enter": request.viewer.may(Right.ENTER_OUTAGES),
    }
    return render(request, "outages/list.html", shown)


@staff(Right.ENTER_OUTAGES)
@get_or_post
def new(request: DeskRequest) -> HttpResponse:
    """Enter an outage; every home below is told once it is kept."""
    if request.method != "POST":
        kind = request.GET.get("kind", OutageKind.PLANNED.value)
        return _new(request, OutageForm(values={"kind": kind}))
    form = read_form(request.POST)
    if form.errors or form.starts_at is None:
        return _new(request, form, status=422)
    node_id = node_of_code(request, form.values.get("code", ""))
    if node_id is None:
        why = _("There is no such code in your area. Pick one from the list.")
        return _new(request, form.refused(where="code", why=why), status=422)
    entered = NewOutage(
        kind=form.kind,
        node_id=node_id,
        starts_at=form.starts_at,
        until=form.until,
        reason=form.values.get("reason", ""),
    )
    try:
        held = enter_outage(new=entered, by=request.viewer, now=clock.now())
    except outages.WrongOutage as error:
        where = "code" if error.field == "node" else error.field
        return _new(
            request, form.refused(where=where, why=words.refusal(error)), status=422
        )
    messages.success(request, _("Kept. Every home below is told now."))
    return HttpResponseRedirect(reverse("outage", args=[held.outage_id]))


@staff(Right.SEE_GRID)
@require_safe
def one(request: DeskRequest, outage_id: int) -> HttpResponse:
    """One outage, and what may be done about it."""
    return _one(request, outage_id, OutageForm())


@staff(Right.ENTER_OUTAGES)
@require_POST
def move(request: DeskRequest, outage_id: int) -> HttpResponse:
    """Let it begin or end at other hours."""
    held = _held(request, outage_id)
    form = read_form(request.POST, asks_kind=False)
    if form.errors or form.starts_at is None:
        return _one(request, outage_id, form, status=422)
    starts_at, until = form.starts_at, form.until
    return _done(
        request,
        form,
        held,
        lambda now, why: change_outage(
            outage_id=outage_id,
            starts_at=starts_at,
            until=until,
            why=why,
            by=request.viewer,
            now=now,
        ),
    )


@staff(Right.ENTER_OUTAGES)
@require_POST
def cancel(request: DeskRequest, outage_id: int) -> HttpResponse:
    """It will not happen."""
    held = _held(request, outage_id)
    return _done(
        request,
        OutageForm(values={"why": request.POST.get("why", "").strip()[:LONGEST_WHY]}),
        held,
        lambda now, why: cancel_outage(
            outage_id=outage_id, why=why, by=request.viewer, now=now
        ),
    )


@staff(Right.ENTER_OUTAGES)
@require_POST
def end(request: DeskRequest, outage_id: int) -> HttpResponse:
    """Supply is back."""
    held = _held(request, outage_id)
    return _done(
        request,
        OutageForm(values={"why": request.POST.get("why", "").strip()[:LONGEST_WHY]}),
        held,
        lambda now, why: end_outage(
            outage_id=outage_id, why=why, by=request.viewer, now=now
        ),
    )


def _done(
    request: DeskRequest,
    form: OutageForm,
    held: Outage,
    do: Callable[[datetime, str], Outage],
) -> HttpResponse:
    why = form.values.get("why", "")
    if not why:
        form = form.refused(where="why", why=_("Say why, in a word."))
        return _one(request, held.outage_id, form, status=422)
    try:
        do(clock.now(), why)
    except outages.WrongOutage as error:
        form = form.refused(where=error.field, why=words.refusal(error))
        return _one(request, held.outage_id, form, status=422)
    messages.success(request, _("Kept. Every home below is told now."))
    return HttpResponseRedirect(reverse("outage", args=[held.outage_id]))


def _held(request: DeskRequest, outage_id: int) -> Outage:
    try:
        return outages.in_scope(outage_id=outage_id, scope=request.reach, now=clock.now())
    except outages.UnknownOutage as error:
        raise Http404 from error


def _new(request: DeskRequest, form: OutageForm, *, status: int = 200) -> HttpResponse:
    shown = {
        "form": form,
        "kinds": words.KINDS.items(),
        "nodes": [(one.node, _name(one.node)) for one in _choices(request)],
    }
    return render(request, "outages/new.html", shown, status=status)


def _one(
    request: DeskRequest, outage_id: int, form: OutageForm, *, status: int = 200
) -> HttpResponse:
    held = _held(request, outage_id)
    now = clock.now()
    may = request.viewer.scope(Right.ENTER_OUTAGES)
    is_mine = grid.is_within(scope=may, node_id=held.node_id)
    values = form.values or {
        "starts_at": as_typed(held.starts_at),
        "until": as_typed(held.until),
    }
    shown = {
        "line": _line(held, now),
        "form": form,
        "values": values,
        "is_ahead": held.is_ahead(now),
        "is_open": held.is_open(now),
        "may_change": is_mine and (held.is_ahead(now) or held.is_open(now)),
    }
    return render(request, "outages/outage.html", shown, status=status)


def _line(one: Outage, now: datetime) -> dict[str, object]:
    path = grid.path_on(node_id=one.node_id, day=supply_day_of(one.starts_at))
    return {
        "held": one,
        "name": _name(path[-1]) if path else "",
        "code": path[-1].code if path else "",
        "kind": words.KINDS[one.kind],
        "state": words.state_of(one, now=now),
    }


def _choices(request: DeskRequest) -> list[Branch]:
    branches = grid.tree_on(day=supply_day_of(clock.now()), roots=request.reach.areas)
    found = [one for one in branches if one.node.kind in NODES]
    return found[:MOST_TO_CHOOSE]


def _name(node: Node) -> str:
    return node.name_en if get_language() == "en" else node.name_hi
