"""Coming in by invitation: login and one-time code, a password, then a second factor.

Nobody is signed in, and the code stays good, until the second factor is set.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.service import LockedOut
from bijlighar.web.access import origin_of, public
from bijlighar.web.staff import between, passkeys
from bijlighar.web.staff.codes import totp_shown
from bijlighar.web.staff.forms import CodeForm, InvitedForm, wrong_code_words
from bijlighar.web.staff.sign_in_views import locked_words


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """Login, code and a new password."""
    if request.method != "POST":
        form = InvitedForm(initial={"login": request.GET.get("login", "")[:40]})
        return render(request, "staff/invited.html", {"form": form})
    form = InvitedForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            staff_id = people.staff_by_code(
                request=request,
                login=form.cleaned_data["login"],
                code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                real_now=clock.real_now(),
            )
        except people.WrongInvitation:
            form.add_error(
                None,
                _("The login or the code is wrong, or the code is used or too old."),
            )
        except people.WeakPassword as weak:
            form.refuse(weak.weakness)
        except LockedOut as locked:
            form.add_error(None, locked_words(locked))
            status = 429
        else:
            between.code_shown(request, staff_id=staff_id)
            return HttpResponseRedirect(reverse("join_factor"))
    return render(request, "staff/invited.html", {"form": form}, status=status)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join_factor(request: HttpRequest) -> HttpResponse:
    """A first second factor: codes of an app, or a passkey."""
    held = between.joining(request)
    if held is None:
        return HttpResponseRedirect(reverse("invited"))
    staff_id, key = held
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _join(
                request,
                staff_id=staff_id,
                factor="totp",
                add=lambda: people.add_totp(
                    staff_id=staff_id,
                    key=key,
                    code=form.cleaned_data["code"],
                    real_now=clock.real_now(),
                ),
            )
        except people.WrongCode:
            form.add_error("code", wrong_code_words())
        except people.WrongInvitation:
            return HttpResponseRedirect(reverse("invited"))
        else:
            return HttpResponseRedirect(between.home(request))
    person = people.person_of(staff_id=staff_id)
    assert person is not None
    return render(
        request,
        "staff/join_factor.html",
        {
            "form": form,
            "totp": totp_shown(key=key, login=person.login),
            "passkey_address": passkeys.address_for_passkeys(request),
        },
        status=422 if form.errors else 200,
    )


@public
@never_cache
@require_POST
def join_passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser is to make a passkey of."""
    held = between.joining(request)
    if held is None:
        return passkeys.refused(_("Start again with the code you were given."), status=403)
    return passkeys.ask(request, people.ask_to_add_passkey(staff_id=held[0]))


@public
@never_cache
@require_POST
def join_passkey(request: HttpRequest) -> HttpResponse:
    """The passkey that the browser made."""
    held = between.joining(request)
    state = passkeys.state_of(request)
    if held is None or state is None:
        return passkeys.refused(_("Start again with the code you were given."), status=403)
    staff_id = held[0]
    answer = passkeys.answer_of(request)
    try:
        _join(
            request,
            staff_id=staff_id,
            factor="passkey",
            add=lambda: people.add_passkey(
                staff_id=staff_id,
                state=state,
                answer=answer,
                name=passkeys.name_of(request),
            ),
        )
    except people.WrongPasskey:
        return passkeys.refused(_("The passkey could not be made. Try again."))
    except people.WrongInvitation:
        return passkeys.refused(_("Start again with the code you were given."), status=403)
    return JsonResponse({"next": between.home(request)})


def _join(
    request: HttpRequest, *, staff_id: int, factor: str, add: Callable[[], None]
) -> None:
    """Add the factor, use the code up, and sign in: all or nothing."""
    now = clock.now()
    with transaction.atomic():
        add()
        by = people.viewer_of(
            staff_id=staff_id, origin=origin_of(request, channel="desk"), now=now
        )
        people.enrol(
            staff_id=staff_id, factor=factor, by=by, now=now, real_now=clock.real_now()
        )
        between.come_in(request, staff_id=staff_id, factor=factor)
