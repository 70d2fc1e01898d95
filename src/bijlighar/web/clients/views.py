"""Machine clients: registering another system, changing its secret, switching it off.

A secret is shown once, on the page that answers its making. Who registers cannot give more
than the owner has: otherwise an administrator could read by a machine what they may not.
Source: security reference A13, A16; ASVS 5.0 items 13.2.1 to 13.2.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bijlighar.clock import clock
from bijlighar.dashboards.values import BothLanguages
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people import service as people
from bijlighar.people.values import ClientSecret, MachineClient, Right, StaffQuestion
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.clients.forms import SCOPE_NAMES, RegisterForm
from bijlighar.web.staff.areas import areas_to_choose
from bijlighar.web.staff.forms import WhyForm
from bijlighar.web.staff.fresh import freshly_proven

METHODS = ["GET", "HEAD", "POST"]
MOST_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One machine client in the list."""

    client: MachineClient
    owner: BothLanguages
    areas: tuple[BothLanguages, ...]
    scopes: tuple[Promise | str, ...]


@require_safe
@staff(Right.MANAGE_CLIENTS)
def clients(request: DeskRequest) -> HttpResponse:
    """The machine clients of the areas, those in use first."""
    found = people.clients(scope=request.reach)
    owners = people.names_of(staff_ids=[one.owner_id for one in found])
    areas = _names(area_id for one in found for area_id in one.area_ids)
    return render(
        request,
        "clients/list.html",
        {
            "rows": [
                Row(
                    client=one,
                    owner=BothLanguages(
                        en=owners[one.owner_id][0], hi=owners[one.owner_id][1]
                    ),
                    areas=tuple(areas[at] for at in one.area_ids if at in areas),
                    scopes=tuple(SCOPE_NAMES.get(name, name) for name in one.scopes),
                )
                for one in found
            ]
        },
    )


@require_http_methods(METHODS)
@never_cache
@freshly_proven
@staff(Right.MANAGE_CLIENTS)
def client_register(request: DeskRequest) -> HttpResponse:
    """A new machine client; its secret is shown once."""
    form = RegisterForm(
        request.POST if request.method == "POST" else None,
        areas=areas_to_choose(request.reach),
    )
    if form.is_valid():
        made = _registered(request, form)
        if made is not None:
            return _secret_page(request, made, form.cleaned_data["name"])
    return render(
        request,
        "clients/register.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(METHODS)
@never_cache
@freshly_proven
@staff(Right.MANAGE_CLIENTS)
def client_secret(request: DeskRequest, number: int) -> HttpResponse:
    """A new secret; the old one ends at once."""
    held = _in_use(request, number)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = people.rotate_secret(
            number=number,
            by=request.viewer,
            now=clock.now(),
            why=form.cleaned_data["why"],
        )
        return _secret_page(request, made, held.name)
    return render(
        request,
        "clients/new_secret.html",
        {"client": held, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.MANAGE_CLIENTS)
def client_disable(request: DeskRequest, number: int) -> HttpResponse:
    """Switch a client off for good."""
    held = _in_use(request, number)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        people.disable_client(
            number=number,
            by=request.viewer,
            now=clock.now(),
            why=form.cleaned_data["why"],
        )
        messages.success(request, _("The client is switched off."))
        return HttpResponseRedirect(reverse("clients"))
    return render(
        request,
        "clients/disable.html",
        {"client": held, "form": form},
        status=422 if form.errors else 200,
    )


def _registered(request: DeskRequest, form: RegisterForm) -> ClientSecret | None:
    """The new client; None where the form says now what is wrong."""
    asked = form.cleaned_data
    owner_id = _staff_id(request, asked["owner"])
    if owner_id is None:
        form.add_error("owner", _("Nobody in your area has this login, or it is closed."))
        return None
    missing = _missing(request, owner_id, asked["scopes"], form.area_id)
    if missing:
        form.add_error(
            "scopes",
            _("The owner may not do this in this area: %(what)s.")
            % {"what": ", ".join(str(SCOPE_NAMES[name]) for name in missing)},
        )
        return None
    return people.register_client(
        name=asked["name"],
        purpose=asked["purpose"],
        owner_id=owner_id,
        scopes=asked["scopes"],
        area_ids=[form.area_id],
        by=request.viewer,
        now=clock.now(),
        why=asked["why"],
    )


def _staff_id(request: DeskRequest, login: str) -> int | None:
    """Somebody with a role in the area, by login."""
    sought = login.strip().lower()
    found = people.staff_in(
        asked=StaffQuestion(
            scope=request.reach, now=clock.now(), text=sought, limit=MOST_FOUND
        )
    )
    for line in found:
        if line.person.login == sought and line.person.is_active:
            return line.person.staff_id
    return None


def _missing(
    request: DeskRequest, owner_id: int, scopes: Iterable[str], area_id: int
) -> list[str]:
    """What the owner may not do in an area; grants from above the area count, too."""
    with people.as_the_system():
        owner = people.viewer_of(
            staff_id=owner_id, origin=request.viewer.origin, now=clock.now()
        )
        return [
            name
            for name in scopes
            if not all(
                grid.is_within(scope=owner.scope(right), node_id=area_id)
                for right in people.SCOPES[name]
            )
        ]


def _in_use(request: DeskRequest, number: int) -> MachineClient:
    try:
        held = people.client(number=number, scope=request.reach)
    except people.UnknownClient as error:
        raise Http404 from error
    if held.disabled_at is not None:
        raise Http404
    return held


def _secret_page(request: DeskRequest, made: ClientSecret, name: str) -> HttpResponse:
    return render(
        request,
        "clients/secret.html",
        {
            "name": name,
            "client_id": made.client_id,
            "secret": made.secret,
            "address": request.build_absolute_uri(reverse("api_token")),
        },
    )


def _names(area_ids: Iterable[int]) -> dict[int, BothLanguages]:
    wanted = sorted(set(area_ids))
    if not wanted:
        return {}
    found = grid.tree_on(day=supply_day_of(clock.now()), roots=wanted, deep=0)
    return {
        one.node.node_id: BothLanguages(en=one.node.name_en, hi=one.node.name_hi)
        for one in found
    }
