"""A new member of staff, and the code by which somebody joins: shown once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.staff import mail
from bijlighar.web.staff.acts import METHODS, Act, act_page, not_yours, refused
from bijlighar.web.staff.areas import areas_to_choose
from bijlighar.web.staff.forms import NewPersonForm
from bijlighar.web.staff.fresh import freshly_proven
from bijlighar.web.staff.person_views import may_manage, person_in_scope

INVITE = Act(
    title=gettext_lazy("Make a new code"),
    effect=gettext_lazy(
        "The code before, if there is one, stops working. The new one works for 48 hours."
    ),
    button=gettext_lazy("Make the code"),
    done="",
)


@require_http_methods(METHODS)
@never_cache
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_add(request: DeskRequest) -> HttpResponse:
    """A new member of staff with a first role; the code is shown once."""
    form = NewPersonForm(
        request.POST if request.method == "POST" else None,
        areas=areas_to_choose(request.reach),
    )
    if form.is_valid():
        try:
            staff_id, code = _add(request, form)
        except people.LoginTaken:
            form.add_error("login", _("Somebody has this login already. Choose another."))
        else:
            return _code_page(request, staff_id, code)
    return render(
        request,
        "staff/add.html",
        {"form": form, "may_mail": mail.is_set_up()},
        status=422 if form.errors else 200,
    )


@require_http_methods(METHODS)
@never_cache
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_invite(request: DeskRequest, staff_id: int) -> HttpResponse:
    """A fresh code for somebody who has not signed in yet."""
    person = person_in_scope(request, staff_id)
    if person.is_enrolled or not person.is_active:
        return refused(
            request,
            person,
            _("Only who has been invited and has an open account gets a code."),
            status=409,
        )
    if not may_manage(request, staff_id, Right.MANAGE_STAFF):
        return refused(request, person, not_yours())
    if request.method != "POST":
        return act_page(request, person, INVITE, None)
    code = people.invite(
        staff_id=staff_id,
        by=request.viewer,
        now=clock.now(),
        real_now=clock.real_now(),
    )
    return _code_page(request, staff_id, code)


def _add(request: DeskRequest, form: NewPersonForm) -> tuple[int, str]:
    """The person, their first role and their code: all or nothing. Raises LoginTaken."""
    now, person = clock.now(), form.person
    staff_id = people.add_staff(
        login=person.login,
        name_en=person.name_en,
        name_hi=person.name_hi,
        email=person.email,
        mobile=person.mobile,
        language=person.language,
        by=request.viewer,
        now=now,
        place_id=form.area_id,
    )
    people.grant_role(
        staff_id=staff_id,
        role=form.chosen_role,
        area_id=form.area_id,
        by=request.viewer,
        now=now,
        why=form.cleaned_data["why"],
    )
    code = people.invite(
        staff_id=staff_id, by=request.viewer, now=now, real_now=clock.real_now()
    )
    return staff_id, code


def _code_page(request: DeskRequest, staff_id: int, code: str) -> HttpResponse:
    """The code, once: to be handed over, and by mail where that was asked for."""
    person = people.person_of(staff_id=staff_id)
    assert person is not None
    address = request.build_absolute_uri(reverse("invited"))
    is_mailed = bool(request.POST.get("by_mail")) and mail.send_code(
        person=person, code=code, address=address
    )
    return render(
        request,
        "staff/code.html",
        {"person": person, "code": code, "address": address, "is_mailed": is_mailed},
    )
