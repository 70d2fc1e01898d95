"""KYC at the desk: how far it is by area, and papers that somebody has to look at.

Counts are for everybody who sees the day; a paper's picture only for those who check it,
in their areas, and every look is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import BothLanguages, KycProgress
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import PaperKind, PaperState, Waiting
from bijlighar.people.values import Right
from bijlighar.web import streaming
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import listing
from bijlighar.web.grid.asking import Levels
from bijlighar.web.kyc import words

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One area of the table."""

    one: KycProgress
    level: BothLanguages
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way down."""

    name: BothLanguages
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The last line."""

    connections: int
    done: int
    waiting: int
    rejected: int
    pending: int


@staff(Right.SEE_TODAY)
@require_safe
def progress(request: DeskRequest) -> HttpResponse:
    """Done and pending, area by area; each area opens into what hangs below it."""
    below = _below(request)
    rows = _rows(request, below)
    levels = Levels()
    page = {
        "lines": [
            Line(
                one=row,
                level=levels.word(discom_id=row.discom_id, kind=row.kind),
                percent=row.done * 100 // row.connections if row.connections else 0,
            )
            for row in rows
        ],
        "totals": _totals(rows),
        "steps": _steps(request, below),
        "here": _name(below),
        "below": below,
        "may_check": request.viewer.may(Right.CHECK_KYC),
        "may_export": request.viewer.may(Right.EXPORT),
    }
    return render(request, "kyc/progress.html", page)


@staff(Right.EXPORT)
@require_safe
def progress_csv(request: DeskRequest) -> HttpResponse:
    """The same table as a file, audited."""
    rows = _rows(request, _below(request))
    columns = (
        _("Code"),
        _("Name"),
        _("Name in Hindi"),
        _("Connections"),
        _("Done"),
        _("Waiting for the office"),
        _("Not accepted"),
        _("Pending"),
    )
    return streaming.csv_of(request, columns, _cells(rows), name="kyc-progress")


@staff(Right.CHECK_KYC)
@require_safe
def waiting(request: DeskRequest) -> HttpResponse:
    """Papers that wait, the longest waiting first."""
    asked = listing(request, columns=("shown_at",), first="shown_at")
    found = kyc.waiting(scope=request.reach, offset=asked.offset, limit=asked.limit)
    page = {
        "listing": asked,
        "lines": [(one, words.KINDS[one.paper.kind]) for one in found[: asked.rows_a_page]],
        "has_next": len(found) > asked.rows_a_page,
    }
    return render(request, "kyc/waiting.html", page)


@staff(Right.CHECK_KYC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: DeskRequest, paper_id: UUID) -> HttpResponse:
    """One paper: look at it, then accept it or say why not."""
    _insist_within(request, paper_id)
    if request.method != "POST":
        return _check_page(request, _seen(request, paper_id))
    is_accepted = request.POST.get("decision") == "accept"
    why = request.POST.get("why", "")[:LONGEST_REASON]
    if not is_accepted and not why.strip():
        error = _("Say why, so that the consumer knows what to do.")
        return _check_page(request, _seen(request, paper_id), error=error, status=422)
    try:
        kyc.decide(
            paper_id=paper_id,
            is_accepted=is_accepted,
            why=why,
            by=request.viewer,
            now=clock.now(),
        )
    except kyc.Refused as refused:
        raise Http404 from refused
    return redirect("kyc_waiting")


@staff(Right.CHECK_KYC)
@never_cache
@require_safe
def picture(request: DeskRequest, paper_id: UUID, page: int) -> HttpResponse:
    """One page of a paper, as a picture."""
    _insist_within(request, paper_id)
    try:
        held = kyc.page_for_staff(
            paper_id=paper_id, page=page, by=request.viewer, now=clock.now()
        )
    except kyc.Refused as refused:
        raise Http404 from refused
    return HttpResponse(held, content_type="image/jpeg")


def _insist_within(request: DeskRequest, paper_id: UUID) -> None:
    """The first fence: a paper of another area is as unknown as one that is none."""
    if not kyc.is_within(paper_id=paper_id, scope=request.reach):
        raise Http404


def _seen(request: DeskRequest, paper_id: UUID) -> Waiting:
    try:
        return kyc.look_at(paper_id=paper_id, by=request.viewer, now=clock.now())
    except kyc.Refused as refused:
        raise Http404 from refused


def _check_page(
    request: DeskRequest, held: Waiting, *, error: str = "", status: int = 200
) -> HttpResponse:
    page = {
        "held": held,
        "paper": held.paper,
        "kind": words.KINDS[held.paper.kind],
        "state": words.STATES[held.paper.state],
        "is_waiting": held.paper.state is PaperState.WAITING,
        "is_qr": held.paper.kind is PaperKind.OFFLINE_QR,
        "pages": range(1, held.paper.pages + 1),
        "error": error,
    }
    return render(request, "kyc/check.html", page, status=status)


def _below(request: DeskRequest) -> int | None:
    """The area that was opened; none of the viewer's is as unknown as one that is none."""
    told = request.GET.get("below", "")
    if not told:
        return None
    is_number = told.isascii() and told.isdecimal() and len(told) < 19
    if not is_number or not grid.is_within(scope=request.reach, node_id=int(told)):
        raise Http404
    return int(told)


def _rows(request: DeskRequest, below: int | None) -> tuple[KycProgress, ...]:
    today = supply_day_of(clock.now())
    return dashboards.kyc_progress(scope=request.reach, today=today, below=below)


def _totals(rows: tuple[KycProgress, ...]) -> Totals:
    return Totals(
        connections=sum(row.connections for row in rows),
        done=sum(row.done for row in rows),
        waiting=sum(row.waiting for row in rows),
        rejected=sum(row.rejected for row in rows),
        pending=sum(row.pending for row in rows),
    )


def _steps(request: DeskRequest, below: int | None) -> list[Step]:
    """The way down from the viewer's own areas."""
    if below is None:
        return []
    path = grid.path_on(node_id=below, day=supply_day_of(clock.now()))
    steps, is_within = [], False
    for node in path[:-1]:
        is_within = is_within or node.node_id in request.reach.area_ids
        page = f"?below={node.node_id}" if is_within else ""
        steps.append(Step(name=BothLanguages(en=node.name_en, hi=node.name_hi), page=page))
    return steps


def _name(below: int | None) -> BothLanguages | None:
    if below is None:
        return None
    node = grid.node_on(node_id=below, day=supply_day_of(clock.now()))
    return BothLanguages(en=node.name_en, hi=node.name_hi)


def _cells(rows: tuple[KycProgress, ...]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            row.code,
            row.name.en,
            row.name.hi,
            row.connections,
            row.done,
            row.waiting,
            row.rejected,
            row.pending,
        )
