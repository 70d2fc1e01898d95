"""The help desk's complaints: the list by clock, and what is done about one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Asked, Complaint, State
from bijlighar.connections import service as connections
from bijlighar.dashboards.values import BothLanguages
from bijlighar.flow import complaints as flow
from bijlighar.grid import service as grid
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.logins import service as logins
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.complaints import shown
from bijlighar.web.complaints.words import CHANNELS, CLASSES, STATES
from bijlighar.web.desk.listing import Listing, listing
from bijlighar.web.help.views import known
from bijlighar.web.role_names import ROLE_NAMES

COLUMNS = ("due_at", "opened_at", "number", "class", "level", "assignee")
FILTERS = ("state", "class", "channel", "role", "overdue", "mine", "incident", "vigilance")


@staff(Right.HANDLE_COMPLAINTS)
@require_safe
def listed(request: DeskRequest) -> HttpResponse:
    """Complaints of the area, those whose clock runs out first on top."""
    asked = listing(request, columns=COLUMNS, first="due_at", filters=FILTERS)
    found = complaints.list_(
        asked=_wanted(request, asked), scope=request.reach, now=clock.now()
    )
    page = {
        "listing": asked,
        "rows": [shown.row(one) for one in found[: asked.rows_a_page]],
        "has_next": len(found) > asked.rows_a_page,
        "states": STATES.items(),
        "classes": CLASSES.items(),
        "channels": CHANNELS.items(),
        "roles": ROLE_NAMES.items(),
        "reads_vigilance": request.viewer.may(Right.HANDLE_VIGILANCE),
    }
    return render(request, "help/complaints.html", page)


@staff(Right.HANDLE_COMPLAINTS)
@require_safe
@known
def one(request: DeskRequest, complaint_number: str) -> HttpResponse:
    """One complaint: what it says, its clock, its steps, and what may be done."""
    return _page(request, _held(request, complaint_number))


@staff(Right.HANDLE_COMPLAINTS)
@require_POST
@known
def act(request: DeskRequest, complaint_number: str) -> HttpResponse:
    """Take it, hand it up, let its clock stand or run, settle it, open it again."""
    held = _held(request, complaint_number)
    do = _ACTS.get(request.POST.get("act", ""))
    if do is None:
        return _page(request, held, refused=_("Choose what is to be done."))
    try:
        do(request, held, request.POST.get("words", ""))
    except BijligharError as error:
        return _page(request, held, refused=shown.refusal(error))
    messages.success(request, _("Kept."))
    return redirect("help_complaint", held.number)


@staff(Right.HANDLE_COMPLAINTS)
@require_safe
@known
def media(request: DeskRequest, complaint_number: str, media_id: int) -> HttpResponse:
    """A photo or voice note of a complaint."""
    held = _held(request, complaint_number)
    return shown.file(*complaints.media(number=held.number, media_id=media_id))


@staff(Right.HANDLE_COMPLAINTS)
@require_POST
@known
def close_incident(request: DeskRequest, incident_id: int) -> HttpResponse:
    """Supply is back: every complaint of an incident is settled with the same words."""
    held = complaints.incident(incident_id=incident_id)
    if held.closed_at is not None or not grid.is_within(
        scope=request.reach, node_id=held.node_id
    ):
        raise Http404
    try:
        closed = flow.close_incident(
            incident_id=incident_id,
            what_was_done=request.POST.get("words", ""),
            by=request.viewer,
            now=clock.now(),
        )
    except BijligharError as error:
        messages.error(request, shown.refusal(error))
        return render(request, "help/refused.html", status=422)
    messages.success(
        request, _("%(number)d complaints are settled.") % {"number": len(closed)}
    )
    return redirect("help_complaints")


def _take(request: DeskRequest, held: Complaint, words: str) -> None:
    complaints.assign(
        number=held.number,
        staff_id=request.viewer.actor_id,
        staff_name=request.viewer.name,
        by=request.viewer,
        now=clock.now(),
    )


def _give(request: DeskRequest, held: Complaint, words: str) -> None:
    """To a colleague who may handle it where it lies; nobody else is taken."""
    chosen = request.POST.get("staff", "")
    found = {f"{pk}": names for pk, names in _colleagues(held).items()}
    if chosen not in found:
        raise shown.WrongColleague("Nobody of this number handles complaints there.")
    complaints.assign(
        number=held.number,
        staff_id=int(chosen),
        staff_name=found[chosen][0],
        by=request.viewer,
        now=clock.now(),
    )


def _colleagues(held: Complaint) -> Mapping[int, tuple[str, str]]:
    """Who of the reader's own area may handle this complaint, by id: names in English and
    Hindi. To those above them it is handed up."""
    now = clock.now()
    right = Right.HANDLE_VIGILANCE if held.is_vigilance else Right.HANDLE_COMPLAINTS
    path = grid.path_on(node_id=held.transformer_id, day=supply_day_of(now))
    areas = [node.node_id for node in path]
    return people.staff_with(right=right, area_ids=areas, now=now)


def _escalate(request: DeskRequest, held: Complaint, words: str) -> None:
    flow.escalate_complaint(
        number=held.number, why=words, by=request.viewer, now=clock.now()
    )


def _stop(request: DeskRequest, held: Complaint, words: str) -> None:
    complaints.stop(number=held.number, why=words, by=request.viewer, now=clock.now())


def _resume(request: DeskRequest, held: Complaint, words: str) -> None:
    complaints.resume(number=held.number, why=words, by=request.viewer, now=clock.now())


def _close(request: DeskRequest, held: Complaint, words: str) -> None:
    flow.close_complaint(
        number=held.number, what_was_done=words, by=request.viewer, now=clock.now()
    )


def _reopen(request: DeskRequest, held: Complaint, words: str) -> None:
    flow.reopen_complaint(
        number=held.number, words=words, by=request.viewer, now=clock.now()
    )


_ACTS: Mapping[str, Callable[[DeskRequest, Complaint, str], None]] = {
    "take": _take,
    "give": _give,
    "escalate": _escalate,
    "stop": _stop,
    "resume": _resume,
    "close": _close,
    "reopen": _reopen,
}


def _office(held: Complaint) -> BothLanguages:
    """What looks after the place of a complaint that has no connection.

    A connection says itself where it is, and may have moved here since.
    """
    node = grid.node_on(node_id=held.transformer_id, day=supply_day_of(held.opened_at))
    return BothLanguages(en=node.name_en, hi=node.name_hi)


def _held(request: DeskRequest, number: str) -> Complaint:
    """A complaint of the area; the vigilance desk's only for the vigilance desk."""
    held = complaints.one_in(number=number, scope=request.reach, now=clock.now())
    scope = request.viewer.scope(Right.HANDLE_VIGILANCE)
    if held.is_vigilance and not grid.is_within(scope=scope, node_id=held.transformer_id):
        raise complaints.UnknownComplaint("Only the vigilance desk reads this.")
    return held


def _wanted(request: DeskRequest, asked: Listing) -> Asked:
    told = asked.filters
    incident = told["incident"]
    return Asked(
        state=told["state"] if told["state"] in set(STATES) else "",
        class_=told["class"],
        channel=told["channel"],
        role=told["role"],
        is_overdue=told["overdue"] == "1",
        assignee_id=request.viewer.actor_id if told["mine"] == "1" else None,
        incident_id=int(incident) if incident.isdigit() and len(incident) < 18 else None,
        vigilance=told["vigilance"] == "1" and request.viewer.may(Right.HANDLE_VIGILANCE),
        column=asked.column,
        is_downwards=asked.is_downwards,
        limit=asked.limit,
        offset=asked.offset,
    )


def _page(request: DeskRequest, held: Complaint, *, refused: str = "") -> HttpResponse:
    of = [] if held.connection_id is None else [held.connection_id]
    page = {
        "home": next(iter(connections.homes(connection_ids=of)), None),
        "office": _office(held) if held.connection_id is None else None,
        "caller": held.caller_mobile
        if request.viewer.may(Right.SEE_CONTACT)
        else held.caller_mobile and logins.masked(held.caller_mobile),
        "refused": refused,
        "typed": request.POST.get("words", "") if refused else "",
        "is_mine": held.assignee_id == request.viewer.actor_id,
        "colleagues": [
            {"staff_id": pk, "name": BothLanguages(en=en, hi=hi)}
            for pk, (en, hi) in _colleagues(held).items()
        ]
        if held.state is not State.CLOSED
        else [],
        **shown.whole(held, for_consumer=False),
    }
    return render(request, "help/complaint.html", page, status=422 if refused else 200)
