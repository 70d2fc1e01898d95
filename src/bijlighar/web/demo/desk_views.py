"""The demo's way to the desk: everybody's sign-in, shown, and a tour of five steps.

Only the demo has such accounts; the code is the one that each person's own phone would
show, from the key that the demo gave them all.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_otp.oath import totp

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.dashboards.values import BothLanguages
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Role
from bijlighar.simulator.staff import DEMO_PASSWORD, STAFF, PretendStaff, demo_totp_key
from bijlighar.web.access import demo_only
from bijlighar.web.role_names import ROLE_NAMES

CODE_LASTS_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A sign-in as the start page shows it."""

    login: str
    name: BothLanguages
    role: Promise | str
    area: BothLanguages


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the tour: who to be, where to go, what to look at."""

    login: str
    title: Promise | str
    text: Promise | str
    page: str
    """The name of the page's address."""
    with_number: bool = False
    """Whether the page is one connection's."""


TOUR = (
    Step(
        login="helpdesk",
        title=_("Somebody calls 1912"),
        text=_(
            "Be the help-desk clerk. Type a name, a consumer number or a meter into the"
            " search; names are found in Hindi and in English letters. You see homes of the"
            " East Division only."
        ),
        page="search",
    ),
    Step(
        login="executive",
        title=_("Everything about one connection"),
        text=_(
            "Be the executive engineer. One time line holds facts, readings, deductions,"
            " recharges, messages and every switching, each with its reason."
        ),
        page="connection",
        with_number=True,
    ),
    Step(
        login="junior",
        title=_("A hospital must not go dark"),
        text=_(
            "Be the junior engineer and propose to protect this connection. Nothing is"
            " changed yet: a proposal waits for a second person."
        ),
        page="propose_protection",
        with_number=True,
    ),
    Step(
        login="approver",
        title=_("The second person decides"),
        text=_(
            "Be the approver. You see what is proposed and what it rests on; if that"
            " changes meanwhile, the proposal is void. Nobody approves their own."
        ),
        page="proposals",
    ),
    Step(
        login="auditor",
        title=_("Nothing is forgotten"),
        text=_(
            "Be the auditor. Who, when, from where, what, before, after and why: each"
            " record is chained to the one before it, and the chain's head is signed."
        ),
        page="audit",
    ),
)


def desk_shown() -> dict[str, object]:
    """The accounts, the password, the code of now, and the tour's steps."""
    areas = _areas()
    return {
        "accounts": [_account(one, areas) for one in STAFF],
        "password": DEMO_PASSWORD,
        "tour": TOUR,
        **_code(),
    }


@demo_only
@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """The one-time code of this moment."""
    return render(request, "demo/start.html#code", _code())


@demo_only
@require_safe
def tour(request: HttpRequest, step: int) -> HttpResponse:
    """One step of the tour."""
    if not 1 <= step <= len(TOUR):
        raise Http404
    shown = TOUR[step - 1]
    person = next(one for one in STAFF if one.login == shown.login)
    return render(
        request,
        "demo/tour.html",
        {
            "step": shown,
            "number": step,
            "steps": TOUR,
            "account": _account(person, _areas()),
            "password": DEMO_PASSWORD,
            "address": _address(shown),
            "earlier": step - 1 or None,
            "later": step + 1 if step < len(TOUR) else None,
            **_code(),
        },
    )


def _code() -> dict[str, object]:
    """The code that an authenticator shows now, and for how many seconds more."""
    seconds = int(clock.real_now().timestamp())
    number = totp(demo_totp_key(secret=settings.SECRET_KEY), step=CODE_LASTS_S)
    return {
        "code": f"{number:06d}",
        "code_lasts_s": CODE_LASTS_S - seconds % CODE_LASTS_S,
    }


def _address(step: Step) -> str:
    """Where a step leads; to the desk where the page or a connection is missing."""
    first = connections.first_home()
    try:
        if step.with_number:
            number = first.consumer_number if first else ""
            return reverse(step.page, kwargs={"consumer_number": number})
        return reverse(step.page)
    except NoReverseMatch:
        return reverse("desk")


def _areas() -> dict[str, BothLanguages]:
    """The demo's areas by code."""
    tree = grid.tree_on(day=supply_day_of(clock.now()))
    return {
        one.node.code: BothLanguages(en=one.node.name_en, hi=one.node.name_hi)
        for one in tree
    }


def _account(one: PretendStaff, areas: dict[str, BothLanguages]) -> Account:
    return Account(
        login=one.login,
        name=BothLanguages(en=one.name_en, hi=one.name_hi),
        role=ROLE_NAMES[Role(one.role)],
        area=areas.get(one.area_code, BothLanguages(en=one.area_code, hi=one.area_code)),
    )
