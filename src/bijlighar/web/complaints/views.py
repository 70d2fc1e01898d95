"""A consumer complains, sees where it stands, adds to it, opens it again, rates it."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import (
    Channel,
    Complaint,
    ComplaintClass,
    Diagnosis,
    Place,
    State,
)
from bijlighar.connections import service as connections
from bijlighar.flow import complaints as flow
from bijlighar.flow.diagnose_dark import mend_dark
from bijlighar.kernel.errors import BijligharError
from bijlighar.web.access import consumer
from bijlighar.web.complaints import shown
from bijlighar.web.complaints.who import viewer_of
from bijlighar.web.consumer.known import known_consumer
from bijlighar.web.security_headers import ASKS_FOR_THE_PLACE

LONGEST_KEY = 64
LARGEST_FILE = 8 * 1024 * 1024
MOST_FILES = 6


@consumer
@gzip_page
@require_safe
@known_consumer
def listing(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """What can be complained of, and what was."""
    home = connections.home_of(consumer_number=consumer_number)
    held = complaints.of_connection(connection_id=home.connection_id, now=clock.now())
    page = {
        "consumer_number": consumer_number,
        "classes": shown.classes(),
        "key": uuid4(),
        "complaints": [shown.line(one) for one in held],
    }
    return render(request, "complaints/list.html", page)


@consumer
@require_POST
@known_consumer
def open_(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """Open a complaint with one tap; darkness after a recharge is looked into first."""
    try:
        class_ = ComplaintClass(request.POST.get("class", ""))
    except ValueError:
        return redirect("complaints", consumer_number)
    home = connections.home_of(consumer_number=consumer_number)
    found = None
    if class_ is ComplaintClass.DARK_AFTER_RECHARGE:
        found = mend_dark(connection_id=home.connection_id, now=clock.now())
        if not found.needs_a_person and "anyway" not in request.POST:
            return _diagnosed(request, consumer_number, found)
    opened = flow.open_complaint(
        home=home,
        class_=class_,
        channel=Channel.PAGE,
        key=f"{consumer_number}:{_key(request)}",
        cause=found.cause if found else None,
        by=viewer_of(request),
        now=clock.now(),
    )
    return redirect("complaint", consumer_number, opened.complaint.number)


@consumer
@gzip_page
@require_safe
@known_consumer
def one(request: HttpRequest, consumer_number: str, complaint_number: str) -> HttpResponse:
    """One complaint: where it stands, and what can be added."""
    return _page(request, consumer_number, _own(consumer_number, complaint_number))


@consumer
@require_POST
@known_consumer
def add(request: HttpRequest, consumer_number: str, complaint_number: str) -> HttpResponse:
    """Add words, photos, voice notes or the place."""
    held = _own(consumer_number, complaint_number)
    try:
        complaints.add(
            number=held.number,
            words=request.POST.get("words", ""),
            files=_files(request),
            place=_place(request),
            known_numbers=(consumer_number,),
            by=viewer_of(request),
            now=clock.now(),
        )
    except BijligharError as error:
        return _page(request, consumer_number, held, refused=shown.refusal(error))
    return redirect("complaint", consumer_number, held.number)


@consumer
@require_POST
@known_consumer
def reopen(
    request: HttpRequest, consumer_number: str, complaint_number: str
) -> HttpResponse:
    """It is not settled: open it again."""
    held = _own(consumer_number, complaint_number)
    try:
        flow.reopen_complaint(
            number=held.number,
            words=request.POST.get("words", ""),
            by=viewer_of(request),
            now=clock.now(),
        )
    except BijligharError as error:
        return _page(request, consumer_number, held, refused=shown.refusal(error))
    return redirect("complaint", consumer_number, held.number)


@consumer
@require_POST
@known_consumer
def rate(request: HttpRequest, consumer_number: str, complaint_number: str) -> HttpResponse:
    """How well it was settled, from one to five."""
    held = _own(consumer_number, complaint_number)
    typed = request.POST.get("rating", "")
    try:
        complaints.rate(
            number=held.number,
            rating=int(typed) if typed.isascii() and typed.isdigit() else 0,
            words=request.POST.get("words", ""),
            by=viewer_of(request),
            now=clock.now(),
        )
    except BijligharError as error:
        return _page(request, consumer_number, held, refused=shown.refusal(error))
    return redirect("complaint", consumer_number, held.number)


@consumer
@require_safe
@known_consumer
def media(
    request: HttpRequest, consumer_number: str, complaint_number: str, media_id: int
) -> HttpResponse:
    """A photo or voice note of one's own."""
    held = _own(consumer_number, complaint_number)
    try:
        return shown.file(*complaints.media(number=held.number, media_id=media_id))
    except complaints.UnknownComplaint as error:
        raise Http404 from error


def _own(consumer_number: str, complaint_number: str) -> Complaint:
    """A complaint of this connection; another's is as unknown as one that nobody made."""
    home = connections.home_of(consumer_number=consumer_number)
    try:
        held = complaints.one(number=complaint_number, now=clock.now())
    except complaints.UnknownComplaint as error:
        raise Http404 from error
    if held.connection_id != home.connection_id:
        raise Http404
    return held


def _page(
    request: HttpRequest, consumer_number: str, held: Complaint, *, refused: str = ""
) -> HttpResponse:
    page = {
        "consumer_number": consumer_number,
        "refused": refused,
        "may_reopen": held.state is State.CLOSED
        and complaints.may_reopen(complaint=held, now=clock.now()),
        "typed": request.POST.get("words", "") if refused else "",
        **shown.whole(held, for_consumer=True),
    }
    answer = render(request, "complaints/one.html", page, status=422 if refused else 200)
    answer.headers["Permissions-Policy"] = ASKS_FOR_THE_PLACE
    return answer


def _diagnosed(
    request: HttpRequest, consumer_number: str, found: Diagnosis
) -> HttpResponse:
    page = {
        "consumer_number": consumer_number,
        "key": uuid4(),
        "found": shown.diagnosis(found),
    }
    return render(request, "complaints/dark.html", page)


def _key(request: HttpRequest) -> str:
    """What makes two taps one complaint: the page's own key."""
    return request.POST.get("key", "").replace("\0", "")[:LONGEST_KEY] or str(uuid4())


def _place(request: HttpRequest) -> Place | None:
    told = {name: request.POST.get(name, "") for name in ("latitude", "longitude")}
    return complaints.place_of(**told) if any(told.values()) else None


def _files(request: HttpRequest) -> list[bytes]:
    found = request.FILES.getlist("files")
    if len(found) > MOST_FILES:
        raise complaints.TooManyFiles(_("At most six photos and voice notes."))
    return [held.read(LARGEST_FILE + 1) for held in found]
