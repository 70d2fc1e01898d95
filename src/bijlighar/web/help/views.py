"""The help desk: a caller is found, their connection lies on one page, and is acted for.

On a caller's word nothing is changed but what they complain of: the number is shown masked,
and whatever changes a connection needs a code or a second person elsewhere.
"""

from __future__ import annotations

from functools import wraps
from typing import ParamSpec
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import (
    Asked,
    Channel,
    ComplaintClass,
    Diagnosis,
)
from bijlighar.connections import service as connections
from bijlighar.connections.service import UnknownConsumer
from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import ConnectionHead, SupplyShown
from bijlighar.flow import complaints as flow
from bijlighar.flow import later
from bijlighar.flow.diagnose_dark import diagnose_dark
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.logins import service as logins
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, DeskView, staff
from bijlighar.web.complaints import shown
from bijlighar.web.complaints.words import CHANNELS, CLASSES
from bijlighar.web.desk.search_views import LONGEST_TERM, seen_by
from bijlighar.web.help.scripts import spoken

P = ParamSpec("P")
MOST_DUE = 10
LONGEST_KEY = 64
DOORS = {
    channel: words for channel, words in CHANNELS.items() if channel is not Channel.PAGE
}


def known(view: DeskView[P]) -> DeskView[P]:
    """Answer 404 alike where a number is unknown and where it lies elsewhere."""

    @wraps(view)
    def answered(
        request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (UnknownConsumer, complaints.UnknownComplaint) as error:
            raise Http404 from error

    return answered


@staff(Right.HANDLE_COMPLAINTS)
@require_safe
def desk(request: DeskRequest) -> HttpResponse:
    """Who calls, what runs out next, and which outages many report."""
    term = request.GET.get("term", "").replace("\0", "").strip()[:LONGEST_TERM]
    now = clock.now()
    due = complaints.list_(asked=Asked(limit=MOST_DUE), scope=request.reach, now=now)
    page = {
        "term": term,
        "found": dashboards.search(term=term, seen=seen_by(request), day=supply_day_of(now))
        if term
        else None,
        "due": [shown.row(one) for one in due],
        "incidents": complaints.open_incidents(),
        "script": spoken(None),
    }
    return render(request, "help/desk.html", page)


@staff(Right.HANDLE_COMPLAINTS)
@require_safe
@known
def connection(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """Everything about a caller's connection on one page."""
    return _page(request, _head(request, consumer_number))


@staff(Right.HANDLE_COMPLAINTS)
@require_POST
@known
def open_(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """Open a complaint on behalf of a caller."""
    head = _head(request, consumer_number)
    try:
        class_ = ComplaintClass(request.POST.get("class", ""))
        channel = Channel(request.POST.get("channel", Channel.PHONE.value))
    except ValueError:
        return _page(request, head, refused=_("Choose what is wrong, and the door."))
    key = request.POST.get("key", "").replace("\0", "")[:LONGEST_KEY] or str(uuid4())
    try:
        opened = flow.open_for_caller(
            home=_home(head),
            class_=class_,
            channel=channel,
            key=f"desk:{request.viewer.actor_id}:{head.connection_id}:{key}",
            words=request.POST.get("words", ""),
            by=request.viewer,
            now=clock.now(),
        )
    except BijligharError as error:
        return _page(request, head, refused=shown.refusal(error))
    if not opened.is_new:
        # Somebody pressed twice: the trail has the first time.
        _note(request, head, _("The complaint was sent twice; it is one."))
    said = _("Complaint %(number)s is registered.") % {"number": opened.complaint.number}
    messages.success(request, said)
    if opened.complaint.is_vigilance and not request.viewer.may(Right.HANDLE_VIGILANCE):
        return redirect("help_connection", consumer_number)
    return redirect("help_complaint", opened.complaint.number)


@staff(Right.HANDLE_COMPLAINTS)
@require_POST
@known
def note(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """Write down what was said in a call."""
    head = _head(request, consumer_number)
    try:
        _note(request, head, request.POST.get("words", ""))
    except BijligharError as error:
        return _page(request, head, refused=shown.refusal(error))
    return redirect("help_connection", consumer_number)


@staff(Right.HANDLE_COMPLAINTS)
@require_POST
@known
def mend(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """Let the chain be looked into and mended: the gateway asked, the meter told again."""
    head = _head(request, consumer_number)
    _note(request, head, _("Asked the system to look into the recharge and the meter."))
    _mend_soon(head)
    messages.info(
        request, _("The gateway and the meter are being asked. Look again in a moment.")
    )
    return redirect("help_connection", consumer_number)


def _head(request: DeskRequest, consumer_number: str) -> ConnectionHead:
    return dashboards.connection_head(
        consumer_number=consumer_number,
        viewer=request.viewer,
        scope=request.reach,
        now=clock.now(),
    )


def _home(head: ConnectionHead) -> Home:
    return connections.home_of(consumer_number=head.consumer_number)


def _diagnosis(head: ConnectionHead) -> Diagnosis | None:
    """Where the connection stands; None where it has no meter or supply to look at."""
    if head.meter_serial is None or head.shown is SupplyShown.UNKNOWN:
        return None
    # The caller's connection lies in the area; what it hangs on is read as a whole.
    with people.as_the_system():
        return diagnose_dark(connection_id=head.connection_id, now=clock.now())


def _mend_soon(head: ConnectionHead) -> None:
    with people.as_the_system():
        later.mend_dark(connection_id=head.connection_id)


def _note(request: DeskRequest, head: ConnectionHead, text: str) -> None:
    complaints.note_call(
        connection_id=head.connection_id,
        transformer_id=head.place.node_id,
        text=text,
        by=request.viewer,
        now=clock.now(),
    )


def _page(request: DeskRequest, head: ConnectionHead, *, refused: str = "") -> HttpResponse:
    now = clock.now()
    held = complaints.of_connection(connection_id=head.connection_id, now=now)
    found = _diagnosis(head)
    reads_all = request.viewer.may(Right.HANDLE_VIGILANCE)
    page = {
        "head": head,
        "mobile": logins.masked(head.mobile),
        "complaints": [
            shown.line(one) for one in held if reads_all or not one.is_vigilance
        ],
        "notes": complaints.notes_of(connection_id=head.connection_id),
        "found": shown.diagnosis(found) if found else None,
        "script": spoken(found),
        "classes": CLASSES.items(),
        "doors": DOORS.items(),
        "key": uuid4(),
        "refused": refused,
        "typed": request.POST.get("words", "") if refused else "",
    }
    return render(request, "help/connection.html", page, status=422 if refused else 200)
