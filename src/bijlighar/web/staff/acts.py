"""A small page for each act on a member of staff: what happens, the reason, the answer.

The factor is asked for again where it was shown long ago. Nobody administers oneself.
Source: security reference A11, A12, A18; ASVS 5.0 items 6.4.1, 7.4.2, 7.5.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bijlighar.kernel.errors import BijligharError
from bijlighar.people.values import Person, Right
from bijlighar.web.access import DeskRequest
from bijlighar.web.staff.forms import WhyForm
from bijlighar.web.staff.person_views import may_manage, person_page

METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one of the small pages says and does."""

    title: Promise | str
    effect: Promise | str
    button: Promise | str
    done: Promise | str
    is_grave: bool = False


def act_on(
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
        return act_page(
            request, person, act, form, role=role, status=422 if form.errors else 200
        )
    try:
        do(form.cleaned_data["why"])
    except BijligharError as error:
        return refused(request, person, str(error), status=409)
    messages.success(request, str(act.done))
    return to_person(person.staff_id)


def act_on_account(
    request: DeskRequest, person: Person, act: Act, do: Callable[[str], object]
) -> HttpResponse:
    """An act on the whole account: only where all of it is the administrator's."""
    if not may_manage(request, person.staff_id, Right.MANAGE_STAFF):
        return refused(request, person, not_yours())
    return act_on(request, person, act, do)


def act_page(
    request: DeskRequest,
    person: Person,
    act: Act,
    form: WhyForm | None,
    *,
    role: object = None,
    status: int = 200,
) -> HttpResponse:
    """The page itself, with what is missing in the reason."""
    return render(
        request,
        "staff/act.html",
        {"person": person, "act": act, "form": form, "role": role},
        status=status,
    )


def refused(
    request: DeskRequest, person: Person, sentence: str, *, status: int = 403
) -> HttpResponse:
    """The person's page, saying why nothing was done."""
    return person_page(request, person, problem=sentence, status=status)


def not_yours() -> str:
    """Why an account is out of reach, and who can reach it."""
    return _(
        "You cannot administer this account: it is your own, or has a role outside your"
        " area. An administrator of the whole area must do it."
    )


def to_person(staff_id: int) -> HttpResponse:
    """Back to the person, by a fresh request."""
    return HttpResponseRedirect(reverse("staff_person", args=[staff_id]))
