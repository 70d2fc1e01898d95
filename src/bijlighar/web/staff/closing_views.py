"""A member of staff's account: closed, opened again, signed out everywhere, recovered."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.flow.propose import propose
from bijlighar.flow.recover_staff import RECOVER_STAFF, recovery_payload
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.staff.acts import (
    METHODS,
    Act,
    act_on,
    act_on_account,
    not_yours,
    refused,
)
from bijlighar.web.staff.fresh import freshly_proven
from bijlighar.web.staff.person_views import may_manage, person_in_scope

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


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.MANAGE_STAFF)
def staff_close(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Somebody may not sign in any more."""
    person = person_in_scope(request, staff_id)
    if not person.is_active:
        return refused(request, person, _("This account is closed already."), status=409)
    return act_on_account(
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
        return refused(request, person, _("This account is open already."), status=409)
    return act_on_account(
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
    return act_on_account(
        request,
        person,
        SIGN_OUT,
        lambda why: _end_sign_ins(request, staff_id, why),
    )


@require_http_methods(METHODS)
@freshly_proven
@staff(Right.PROPOSE_RECOVERY)
def staff_recover(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Propose that somebody sets password and second factor anew."""
    person = person_in_scope(request, staff_id)
    if not may_manage(request, staff_id, Right.PROPOSE_RECOVERY):
        return refused(request, person, not_yours())

    def do(why: str) -> None:
        propose(
            kind=RECOVER_STAFF,
            payload=recovery_payload(staff_id=staff_id),
            why=why,
            by=request.viewer,
            now=clock.now(),
        )

    return act_on(request, person, RECOVER, do)


def _end_sign_ins(request: DeskRequest, staff_id: int, why: str) -> None:
    people.end_sign_ins(
        staff_id=staff_id,
        because="signed out by an administrator",
        by=request.viewer,
        now=clock.now(),
        real_now=clock.real_now(),
        why=why,
    )
