"""The forms that make proposals of protection."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.service import UnknownConsumer
from bijlighar.connections.values import Home, ProtectionKind
from bijlighar.dashboards.values import BothLanguages
from bijlighar.flow.proposal_kind import NotProposable, Payload
from bijlighar.flow.propose import propose
from bijlighar.flow.protect_connection import (
    PROTECT,
    PROTECTION_NAMES,
    UNPROTECT,
    protect_payload,
    unprotect_payload,
)
from bijlighar.grid import service as grid
from bijlighar.people.values import Right
from bijlighar.proposals.service import AlreadyProposed, NoReason
from bijlighar.web.access import DeskRequest, staff

ENDS = "end"
"""The choice `end:7` ends protection 7; any other names a kind of protection."""


@staff(Right.PROPOSE_PROTECTION)
@require_http_methods(["GET", "HEAD", "POST"])
def propose_protection(request: DeskRequest, consumer_number: str) -> HttpResponse:
    """Propose that a connection is protected, or that a protection ends."""
    home = _home(request, consumer_number)
    if request.method != "POST":
        return _form(request, home)
    choice, why = request.POST.get("kind", ""), request.POST.get("why", "")
    wanted = _wanted(home, choice)
    if wanted is None:
        problem = _("Choose what the connection is protected as, or which protection ends.")
        return _form(request, home, choice_problem=problem, choice=choice, why=why)
    kind, payload = wanted
    try:
        proposal_id = propose(
            kind=kind, payload=payload, why=why, by=request.viewer, now=clock.now()
        )
    except NoReason:
        problem = _("Say why, in at most a thousand characters.")
        return _form(request, home, reason_problem=problem, choice=choice, why=why)
    except AlreadyProposed:
        problem = _("Exactly this is proposed already and waits for a decision.")
        return _form(request, home, choice_problem=problem, choice=choice, why=why)
    except NotProposable as error:
        return _form(request, home, choice_problem=str(error), choice=choice, why=why)
    return HttpResponseRedirect(reverse("proposal", args=[proposal_id]))


def _form(
    request: DeskRequest,
    home: Home,
    *,
    choice_problem: str = "",
    reason_problem: str = "",
    choice: str = "",
    why: str = "",
) -> HttpResponse:
    held = connections.protections_on(
        connection_ids=[home.connection_id], now=clock.now()
    ).get(home.connection_id, ())
    has_problem = bool(choice_problem or reason_problem)
    lasting = {one.kind for one in held if one.ends_at is None}
    return render(
        request,
        "proposals/protect.html",
        {
            "home": home,
            "name": BothLanguages(en=home.name_en, hi=home.name_hi),
            "held": [(one, PROTECTION_NAMES[one.kind]) for one in held],
            "ending": [
                (f"{ENDS}:{one.protection_id}", PROTECTION_NAMES[one.kind])
                for one in held
                if one.ends_at is None
            ],
            "kinds": [
                (kind.value, name)
                for kind, name in PROTECTION_NAMES.items()
                if kind not in lasting
            ],
            "choice": choice,
            "why": why,
            "choice_problem": choice_problem,
            "reason_problem": reason_problem,
        },
        status=422 if has_problem else 200,
    )


def _wanted(home: Home, choice: str) -> tuple[str, Payload] | None:
    """Kind and payload of a choice; None for one that the form does not offer."""
    verb, _colon, number = choice.partition(":")
    if verb == ENDS and number.isdecimal() and len(number) < 19:
        return UNPROTECT, unprotect_payload(
            connection_id=home.connection_id, protection_id=int(number)
        )
    if choice in set(ProtectionKind):
        return PROTECT, protect_payload(
            connection_id=home.connection_id, kind=ProtectionKind(choice)
        )
    return None


def _home(request: DeskRequest, consumer_number: str) -> Home:
    """The connection, if it lies where the reader may propose."""
    try:
        home = connections.home_of(consumer_number=consumer_number)
    except UnknownConsumer as error:
        raise Http404 from error
    if not grid.is_within(scope=request.reach, node_id=home.transformer_id):
        raise Http404
    return home
