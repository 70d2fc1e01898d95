"""The roles of a member of staff: given and taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.staff.acts import METHODS, Act, act_on, refused, to_person
from bijlighar.web.staff.areas import areas_to_choose, names_of_areas, roles_shown
from bijlighar.web.staff.forms import GrantForm
from bijlighar.web.staff.fresh import freshly_proven
from bijlighar.web.staff.person_views import grants_in_scope, person_in_scope

END_ROLE = Act(
    title=gettext_lazy("End the role"),
    effect=gettext_lazy("The rights of this role end at the next click."),
    button=gettext_lazy("End the role"),
    done=gettext_lazy("The role has ended."),
    is_grave=True,
)


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_grant(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Give somebody a role in an area; never oneself."""
    person = person_in_scope(request, staff_id)
    if staff_id == request.viewer.actor_id:
        return refused(request, person, _("Nobody gives roles to themselves."))
    form = GrantForm(
        request.POST if request.method == "POST" else None,
        areas=areas_to_choose(request.reach),
    )
    if form.is_valid():
        if _holds(request, staff_id, form):
            form.add_error("role", _("This person holds this role in this area already."))
        else:
            people.grant_role(
                staff_id=staff_id,
                role=form.chosen_role,
                area_id=form.area_id,
                by=request.viewer,
                now=clock.now(),
                why=form.cleaned_data["why"],
            )
            messages.success(request, _("The role is given, from this moment."))
            return to_person(staff_id)
    return render(
        request,
        "staff/grant.html",
        {"form": form, "person": person},
        status=422 if form.errors else 200,
    )


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_grant_end(request: DeskRequest, staff_id: int, grant_id: int) -> HttpResponse:
    """Take a role back; never one's own."""
    person = person_in_scope(request, staff_id)
    held = [
        one
        for one in grants_in_scope(request, staff_id)
        if one.grant_id == grant_id and one.ends_at is None
    ]
    if not held:
        raise Http404
    if staff_id == request.viewer.actor_id:
        return refused(request, person, _("Nobody ends their own roles."))
    return act_on(
        request,
        person,
        END_ROLE,
        lambda why: people.end_grant(
            grant_id=grant_id, by=request.viewer, now=clock.now(), why=why
        ),
        role=roles_shown(held, names_of_areas(held))[0],
    )


def _holds(request: DeskRequest, staff_id: int, form: GrantForm) -> bool:
    return any(
        one.role is form.chosen_role and one.area_id == form.area_id and one.ends_at is None
        for one in grants_in_scope(request, staff_id)
    )
