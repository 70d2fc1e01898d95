"""Administering staff: adding, roles, closing and opening, codes, signing out, recovery.

Each change has its own small page: it says what will happen, asks for the reason, and for
the second factor where that was shown long ago. Nobody administers oneself.
Source: security reference A11, A12, A18; ASVS 5.0 items 6.4.1, 7.4.2, 7.5.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.flow.propose import propose
from bijlighar.flow.recover_staff import RECOVER_STAFF, recovery_payload
from bijlighar.kernel.errors import BijligharError
from bijlighar.people import service as people
from bijlighar.people.values import Person, Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.staff import mail
from bijlighar.web.staff.areas import areas_to_choose, names_of_areas, roles_shown
from bijlighar.web.staff.forms import GrantForm, NewPersonForm, WhyForm
from bijlighar.web.staff.fresh import freshly_proven
from bijlighar.web.staff.person_views import (
    grants_in_scope,
    may_manage,
    person_in_scope,
    person_page,
)

METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one of the small pages says and does."""

    title: Promise | str
    effect: Promise | str
    button: Promise | str
    done: Promise | str
    is_grave: bool = False


CLOSE = Act(
    title=gettext_lazy("Close the account"),
    effect=gettext_lazy(
        "This person is signed out everywhere at once and cannot sign in any more. Roles"
        " stay as they are; the account can be opened again."
    ),
    button=gettext_lazy("Close the account"),
    done=gettext_lazy("The account is closed."),
    is_grave=True,
)
REOPEN = Act(
    title=gettext_lazy("Open the account again"),
    effect=gettext_lazy(
        "This person can sign in again, with the same password, second factor and roles."
    ),
    button=gettext_lazy("Open the account"),
    done=gettext_lazy("The account is open again."),
)
SIGN_OUT = Act(
    title=gettext_lazy("Sign out everywhere"),
    effect=gettext_lazy(
        "Wherever this person is signed in, the next click asks for login, password and"
        " second factor again."
    ),
    button=gettext_lazy("Sign out everywhere"),
    done=gettext_lazy("This person is signed out everywhere."),
)
RECOVER = Act(
    title=gettext_lazy("Propose a recovery"),
    effect=gettext_lazy(
        "For somebody who lost the phone or forgot the password. Nothing changes yet: a"
        " second person must approve. Then password and second factors are taken away, and"
        " the approver sees a code to hand over."
    ),
    button=gettext_lazy("Propose the recovery"),
    done=gettext_lazy("The recovery is proposed. It waits for a second person."),
)
END_ROLE = Act(
    title=gettext_lazy("End the role"),
    effect=gettext_lazy("The rights of this role end at the next click."),
    button=gettext_lazy("End the role"),
    done=gettext_lazy("The role has ended."),
    is_grave=True,
)
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
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_grant(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Give somebody a role in an area; never oneself."""
    person = person_in_scope(request, staff_id)
    if staff_id == request.viewer.actor_id:
        return _refused(request, person, _("Nobody gives roles to themselves."))
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
            return _to_person(staff_id)
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
        return _refused(request, person, _("Nobody ends their own roles."))
    return _act(
        request,
        person,
        END_ROLE,
        lambda why: people.end_grant(
            grant_id=grant_id, by=request.viewer, now=clock.now(), why=why
        ),
        role=roles_shown(held, names_of_areas(held))[0],
    )


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_close(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Somebody may not sign in any more."""
    person = person_in_scope(request, staff_id)
    if not person.is_active:
        return _refused(request, person, _("This account is closed already."), status=409)
    return _managed(
        request,
        person,
        CLOSE,
        lambda why: people.close_account(
            staff_id=staff_id,
            by=request.viewer,
            now=clock.now(),
            real_now=clock.real_now(),
            why=why,
        ),
    )


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_reopen(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Somebody may sign in again."""
    person = person_in_scope(request, staff_id)
    if person.is_active:
        return _refused(request, person, _("This account is open already."), status=409)
    return _managed(
        request,
        person,
        REOPEN,
        lambda why: people.reopen_account(
            staff_id=staff_id, by=request.viewer, now=clock.now(), why=why
        ),
    )


@require_http_methods(METHODS)
@staff(Right.MANAGE_STAFF)
def staff_sign_out(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Somebody is signed out everywhere."""
    person = person_in_scope(request, staff_id)
    return _managed(
        request,
        person,
        SIGN_OUT,
        lambda why: _end_sign_ins(request, staff_id, why),
    )


@require_http_methods(METHODS)
@never_cache
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_invite(request: DeskRequest, staff_id: int) -> HttpResponse:
    """A fresh code for somebody who has not signed in yet."""
    person = person_in_scope(request, staff_id)
    if person.is_enrolled or not person.is_active:
        return _refused(
            request,
            person,
            _("Only who has been invited and has an open account gets a code."),
            status=409,
        )
    if not may_manage(request, staff_id, Right.MANAGE_STAFF):
        return _refused(request, person, _not_yours())
    if request.method != "POST":
        return _act_page(request, person, INVITE, None)
    code = people.invite(
        staff_id=staff_id,
        by=request.viewer,
        now=clock.now(),
        real_now=clock.real_now(),
    )
    return _code_page(request, staff_id, code)


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.PROPOSE_RECOVERY)
def staff_recover(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Propose that somebody sets password and second factor anew."""
    person = person_in_scope(request, staff_id)
    if not may_manage(request, staff_id, Right.PROPOSE_RECOVERY):
        return _refused(request, person, _not_yours())

    def do(why: str) -> None:
        propose(
            kind=RECOVER_STAFF,
            payload=recovery_payload(staff_id=staff_id),
            why=why,
            by=request.viewer,
            now=clock.now(),
        )

    return _act(request, person, RECOVER, do)


def _managed(
    request: DeskRequest, person: Person, act: Act, do: Callable[[str], object]
) -> HttpResponse:
    """An act on the whole account: only where all of it is the administrator's."""
    if not may_manage(request, person.staff_id, Right.MANAGE_STAFF):
        return _refused(request, person, _not_yours())
    return _act(request, person, act, do)


def _act(
    request: DeskRequest,
    person: Person,
    act: Act,
    do: Callable[[str], object],
    *,
    role: object = None,
) -> HttpResponse:
    """Ask for the reason, do it, and go back to the person."""
    form = WhyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _act_page(
            request, person, act, form, role=role, status=422 if form.errors else 200
        )
    try:
        do(form.cleaned_data["why"])
    except BijligharError as error:
        return _refused(request, person, str(error), status=409)
    messages.success(request, str(act.done))
    return _to_person(person.staff_id)


def _act_page(
    request: DeskRequest,
    person: Person,
    act: Act,
    form: WhyForm | None,
    *,
    role: object = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "staff/act.html",
        {"person": person, "act": act, "form": form, "role": role},
        status=status,
    )


def _refused(
    request: DeskRequest, person: Person, sentence: str, *, status: int = 403
) -> HttpResponse:
    return person_page(request, person, problem=sentence, status=status)


def _not_yours() -> str:
    return _(
        "You cannot administer this account: it is your own, or has a role outside your"
        " area. An administrator of the whole area must do it."
    )


def _to_person(staff_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff_person", args=[staff_id]))


def _holds(request: DeskRequest, staff_id: int, form: GrantForm) -> bool:
    return any(
        one.role is form.chosen_role and one.area_id == form.area_id and one.ends_at is None
        for one in grants_in_scope(request, staff_id)
    )


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


def _end_sign_ins(request: DeskRequest, staff_id: int, why: str) -> None:
    people.end_sign_ins(
        staff_id=staff_id,
        because="signed out by an administrator",
        by=request.viewer,
        now=clock.now(),
        real_now=clock.real_now(),
        why=why,
    )
