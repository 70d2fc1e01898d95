"""The list of proposals, and the page of one with the decision."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.flow import decide_proposal
from bijlighar.flow.decide_proposal import MayNotDecide, why_not
from bijlighar.flow.proposal_kinds import KINDS, approving_rights, decider
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.proposals import service as held_proposals
from bijlighar.proposals.service import NoReason, NotOpen, NotYours, UnknownProposal
from bijlighar.proposals.values import Asked, Proposal, Refusal, State
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import Listing, listing
from bijlighar.web.proposals import shown
from bijlighar.web.proposals.words import PERSONAL, REFUSALS, STATES
from bijlighar.web.staff.fresh import freshly_proven

COLUMNS = tuple(held_proposals.ORDERS)
SHOWS = ("decide", "mine", "all")


@staff(Right.SEE_PROPOSALS)
@require_safe
def proposals(request: DeskRequest) -> HttpResponse:
    """What waits for the reader first, what the reader made, and everything."""
    show = _show(request)
    asked = listing(
        request,
        columns=COLUMNS,
        first="expires_at" if show == "decide" else "-made_at",
        filters=("show", "kind", "state", "maker"),
    )
    now = clock.now()
    found = held_proposals.list_(
        asked=_asked(asked, show),
        decider=decider(request.viewer),
        scope=request.reach,
        now=now,
    )
    return render(
        request,
        "proposals/list.html",
        {
            "listing": asked,
            "show": show,
            "asked": asked.filters,
            "lines": shown.lines(found[: asked.rows_a_page], day=supply_day_of(now)),
            "has_next": len(found) > asked.rows_a_page,
            "kinds": [(kind.name, kind.title) for kind in KINDS.values()],
            "states": [(state.value, name) for state, name in STATES.items()],
            "approves": any(request.viewer.may(one) for one in approving_rights()),
            "is_narrowed": any(asked.filters[one] for one in ("kind", "state", "maker")),
        },
    )


@staff(Right.SEE_PROPOSALS)
@require_safe
def proposal(request: DeskRequest, proposal_id: UUID) -> HttpResponse:
    """What is proposed, by whom, why, and what came of it."""
    return _page(request, _found(request, proposal_id))


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven
@staff(Right.SEE_PROPOSALS)
def decide(request: DeskRequest, proposal_id: UUID) -> HttpResponse:
    """Approve or refuse what the page showed; the second factor leads back to the page."""
    held = _found(request, proposal_id)
    if request.method != "POST":
        return _to(proposal_id)
    choice, why = request.POST.get("decision"), request.POST.get("why", "")
    if choice not in ("approve", "refuse"):
        return _page(request, held, problem=_("Choose: approve or refuse."), why=why)
    now = clock.now()
    try:
        done = decide_proposal.decide(
            proposal_id=proposal_id,
            approve=choice == "approve",
            seen_hash=request.POST.get("seen_hash", ""),
            why=why,
            by=request.viewer,
            now=now,
            real_now=clock.real_now(),
        )
    except MayNotDecide as error:
        status = 403 if error.refusal in PERSONAL else 409
        return _page(
            request,
            _found(request, proposal_id),
            problem=REFUSALS[error.refusal],
            status=status,
            why=why,
        )
    except NoReason:
        return _page(request, held, reason_problem=_no_reason(), why=why)
    except BijligharError as error:
        problem = _("It could not be carried out, and nothing was changed: %(why)s") % {
            "why": error
        }
        return _page(request, held, problem=problem, status=409, why=why)
    if done.shown_once:
        return _page(request, done.proposal, status=200, code=done.shown_once)
    return _to(proposal_id)


@staff(Right.SEE_PROPOSALS)
@require_POST
def withdraw(request: DeskRequest, proposal_id: UUID) -> HttpResponse:
    """The maker takes the proposal back."""
    held = _found(request, proposal_id)
    try:
        held_proposals.withdraw(
            proposal_id=proposal_id,
            why=request.POST.get("why", ""),
            by=request.viewer,
            scope=request.reach,
            now=clock.now(),
        )
    except NotYours:
        problem = _("Only who made a proposal can withdraw it.")
        return _page(request, held, problem=problem, status=403)
    except NotOpen:
        return _page(
            request,
            _found(request, proposal_id),
            problem=REFUSALS[Refusal.NOT_OPEN],
            status=409,
        )
    return _to(proposal_id)


def _page(
    request: DeskRequest,
    held: Proposal,
    *,
    problem: Promise | str = "",
    reason_problem: str = "",
    status: int = 0,
    why: str = "",
    code: str = "",
) -> HttpResponse:
    """The page; with a problem it says what to do, and keeps the reason typed."""
    now: datetime = clock.now()
    refusal = why_not(proposal=held, seen_hash=held.hash, by=request.viewer, now=now)
    has_problem = bool(problem or reason_problem)
    response = render(
        request,
        "proposals/proposal.html",
        {
            "page": shown.page(request, held, refusal=refusal, day=supply_day_of(now)),
            "problem": problem,
            "reason_problem": reason_problem,
            "why": why,
            "code": code,
            "is_fresh": _is_fresh(request),
            "may_audit": request.viewer.may(Right.SEE_AUDIT),
            "may_connection": request.viewer.may(Right.SEE_CONNECTION),
        },
        status=status or (422 if has_problem else 200),
    )
    if code:
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_fresh(request: DeskRequest) -> bool:
    """Whether a decision would go through without the second factor: asked beforehand, so
    that no reason is typed twice."""
    with people.as_the_system():
        return people.factor_is_fresh(
            session_key=request.session.session_key or "", real_now=clock.real_now()
        )


def _found(request: DeskRequest, proposal_id: UUID) -> Proposal:
    try:
        return held_proposals.get(proposal_id=proposal_id, scope=request.reach)
    except UnknownProposal as error:
        raise Http404 from error


def _show(request: DeskRequest) -> str:
    """Which part is wanted; who approves something begins with what waits for them."""
    asked = request.GET.get("show", "")
    if asked in SHOWS:
        return asked
    approves = any(request.viewer.may(right) for right in approving_rights())
    return "decide" if approves and not request.GET.get("state") else "all"


def _asked(asked: Listing, show: str) -> Asked:
    state, kind = asked.filters["state"], asked.filters["kind"]
    return Asked(
        show=show,
        kind=kind if kind in KINDS else "",
        state=state if state in set(State) else "",
        maker=asked.filters["maker"],
        column=asked.column,
        is_downwards=asked.is_downwards,
        offset=asked.offset,
        limit=asked.limit,
    )


def _no_reason() -> str:
    return _("Say why, in at most a thousand characters.")


def _to(proposal_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("proposal", args=[proposal_id]))
