"""The list of staff in somebody's areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import Person, Right, Role, StaffQuestion, StaffState
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import listing
from bijlighar.web.role_names import ROLE_NAMES
from bijlighar.web.staff.areas import RoleShown, names_of_areas, roles_shown
from bijlighar.web.staff.forms import STATE_NAMES

Chosen = TypeVar("Chosen", Role, StaffState)

ORDERS = {"name": "name_hi", "login": "login", "added": "created_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One of staff in the list."""

    person: Person
    state: Promise | str
    roles: tuple[RoleShown, ...]


@require_safe
@staff(Right.SEE_STAFF)
def staff_list(request: DeskRequest) -> HttpResponse:
    """Staff who hold or held a role in the areas."""
    asked = listing(
        request, columns=tuple(ORDERS), first="name", filters=("q", "role", "state")
    )
    order = _order(asked.column)
    found = people.staff_in(
        asked=StaffQuestion(
            scope=request.reach,
            now=clock.now(),
            text=asked.filters["q"],
            role=_one_of(Role, asked.filters["role"]),
            state=_one_of(StaffState, asked.filters["state"]),
            order=f"-{order}" if asked.is_downwards else order,
            offset=asked.offset,
            limit=asked.limit,
        )
    )
    shown = found[: asked.rows_a_page]
    names = names_of_areas(grant for line in shown for grant in line.grants)
    return render(
        request,
        "staff/list.html",
        {
            "rows": [
                Row(
                    person=line.person,
                    state=STATE_NAMES[state_of(line.person)],
                    roles=roles_shown(line.grants, names),
                )
                for line in shown
            ],
            "listing": asked,
            "has_next": len(found) > len(shown),
            "is_filtered": any(asked.filters.values()),
            "roles": [(one.value, name) for one, name in ROLE_NAMES.items()],
            "states": [(one.value, name) for one, name in STATE_NAMES.items()],
            "may_add": request.viewer.may(Right.MANAGE_STAFF),
        },
    )


def state_of(person: Person) -> StaffState:
    """How far somebody is."""
    if not person.is_active:
        return StaffState.CLOSED
    return StaffState.ENROLLED if person.is_enrolled else StaffState.INVITED


def _order(column: str) -> str:
    if column == "name" and get_language() == "en":
        return "name_en"
    return ORDERS[column]


def _one_of(kinds: type[Chosen], value: str) -> Chosen | None:
    return kinds(value) if value in {one.value for one in kinds} else None
