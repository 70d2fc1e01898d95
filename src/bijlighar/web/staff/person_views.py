"""One person of staff: what they hold, where they are signed in, and who they are added by.

Whom somebody may administer: a person all of whose present roles lie in the
administrator's own area; and never oneself.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bijlighar.grid import service as grid
from bijlighar.people import service as people
from bijlighar.people.values import Grant, Person, Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.staff.areas import names_of_areas, roles_shown
from bijlighar.web.staff.forms import STATE_NAMES
from bijlighar.web.staff.list_views import state_of


@require_safe
@staff(Right.SEE_STAFF)
def staff_person(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Everything about one person of staff."""
    return person_page(request, person_in_scope(request, staff_id))


def person_page(
    request: DeskRequest,
    person: Person,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one person, with what went wrong if something did."""
    grants = grants_in_scope(request, person.staff_id)
    names = names_of_areas(grants)
    return render(
        request,
        "staff/person.html",
        {
            "person": person,
            "state": STATE_NAMES[state_of(person)],
            "roles": roles_shown([one for one in grants if one.ends_at is None], names),
            "past_roles": roles_shown([one for one in grants if one.ends_at], names),
            "factors": people.factors_of(staff_id=person.staff_id),
            "sign_ins": people.sign_ins_of(staff_id=person.staff_id),
            "is_self": person.staff_id == request.viewer.actor_id,
            "may_manage": may_manage(request, person.staff_id, Right.MANAGE_STAFF),
            "may_grant": request.viewer.may(Right.MANAGE_STAFF)
            and person.staff_id != request.viewer.actor_id,
            "may_recover": may_manage(request, person.staff_id, Right.PROPOSE_RECOVERY),
            "problem": problem,
        },
        status=status,
    )


def person_in_scope(request: DeskRequest, staff_id: int) -> Person:
    """Somebody who holds or held a role in the request's areas; else there is no page."""
    person = people.person_of(staff_id=staff_id)
    if person is None or not grants_in_scope(request, staff_id):
        raise Http404
    return person


def grants_in_scope(request: DeskRequest, staff_id: int) -> list[Grant]:
    """What somebody holds or held in the request's areas."""
    return [
        one
        for one in people.grants_of(staff_id=staff_id)
        if grid.is_within(scope=request.reach, node_id=one.area_id)
    ]


def may_manage(request: DeskRequest, staff_id: int, right: Right) -> bool:
    """Whether the viewer may close or recover somebody's account."""
    scope = request.viewer.scope(right)
    return (
        staff_id != request.viewer.actor_id
        and not scope.is_empty
        and all(
            grid.is_within(scope=scope, node_id=area_id)
            for area_id in people.open_areas(staff_id)
        )
    )
