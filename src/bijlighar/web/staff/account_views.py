"""One's own account: language, password, second factors, where one is signed in.

What guards the account is changed only with a second factor shown lately.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import Factor
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.staff import passkeys
from bijlighar.web.staff.areas import names_of_areas, roles_shown
from bijlighar.web.staff.codes import totp_shown
from bijlighar.web.staff.forms import ChangePasswordForm, CodeForm, wrong_code_words
from bijlighar.web.staff.fresh import freshly_proven
from bijlighar.web.staff.sign_in_views import set_language

TOTP_KEY = "new_totp_key"
"""Where the session keeps a key until an app has proved that it has it."""


@require_safe
@staff(None)
def account(request: DeskRequest) -> HttpResponse:
    """Everything about one's own account."""
    staff_id = request.viewer.actor_id
    grants = [one for one in people.grants_of(staff_id=staff_id) if one.ends_at is None]
    factors = people.factors_of(staff_id=staff_id)
    return render(
        request,
        "staff/account.html",
        {
            "person": people.person_of(staff_id=staff_id),
            "roles": roles_shown(grants, names_of_areas(grants)),
            "factors": factors,
            "has_totp": any(one.kind == "totp" for one in factors),
            "sign_ins": people.sign_ins_of(
                staff_id=staff_id, session_key=request.session.session_key or ""
            ),
        },
    )


@require_POST
@staff(None)
def account_language(request: DeskRequest) -> HttpResponse:
    """In which language the desk speaks to this person, here and elsewhere."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Http404
    people.choose_language(
        staff_id=request.viewer.actor_id,
        language=language,
        by=request.viewer,
        now=clock.now(),
    )
    response = HttpResponseRedirect(reverse("account"))
    set_language(response, language)
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven
@staff(None)
def account_password(request: DeskRequest) -> HttpResponse:
    """A new password; whoever else is signed in by the old one is signed out."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            people.change_password(
                staff_id=request.viewer.actor_id,
                present=form.cleaned_data["present"],
                new=form.cleaned_data["password"],
                by=request.viewer,
                now=clock.now(),
            )
        except people.WrongPassword:
            form.add_error("present", _("This is not your present password."))
        except people.WeakPassword as weak:
            form.refuse(weak.weakness)
        else:
            _end_others(request, because="password changed")
            messages.success(
                request, _("The password is changed. You are signed out everywhere else.")
            )
            return HttpResponseRedirect(reverse("account"))
    return render(
        request,
        "staff/account_password.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven
@staff(None)
def account_totp(request: DeskRequest) -> HttpResponse:
    """Codes of an app, in place of those of the app before."""
    key = request.session.get(TOTP_KEY) or people.new_totp_key()
    request.session[TOTP_KEY] = key
    person = people.person_of(staff_id=request.viewer.actor_id)
    assert person is not None
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        now = clock.now()
        try:
            people.add_totp(
                staff_id=person.staff_id,
                key=key,
                code=form.cleaned_data["code"],
                real_now=clock.real_now(),
            )
        except people.WrongCode:
            form.add_error("code", wrong_code_words())
        else:
            people.record_factor(
                "added", staff_id=person.staff_id, kind="totp", by=request.viewer, now=now
            )
            del request.session[TOTP_KEY]
            messages.success(request, _("From now on this app shows your codes."))
            return HttpResponseRedirect(reverse("account"))
    return render(
        request,
        "staff/account_totp.html",
        {"form": form, "totp": totp_shown(key=key, login=person.login)},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven
@staff(None)
def account_passkey(request: DeskRequest) -> HttpResponse:
    """The page that adds a passkey, and the passkey that the browser made."""
    if request.method != "POST":
        address = passkeys.address_for_passkeys(request)
        return render(request, "staff/account_passkey.html", {"passkey_address": address})
    state = passkeys.state_of(request)
    if state is None:
        return passkeys.refused(_("Start again: the question is too old."))
    staff_id = request.viewer.actor_id
    try:
        people.add_passkey(
            staff_id=staff_id,
            state=state,
            answer=passkeys.answer_of(request),
            name=passkeys.name_of(request),
        )
    except people.WrongPasskey:
        return passkeys.refused(_("The passkey could not be made. Try again."))
    people.record_factor(
        "added", staff_id=staff_id, kind="passkey", by=request.viewer, now=clock.now()
    )
    messages.success(request, _("The passkey is added."))
    return JsonResponse({"next": reverse("account")})


@require_safe
@freshly_proven
@staff(None)
def account_passkey_options(request: DeskRequest) -> HttpResponse:
    """What the browser is to make a passkey of."""
    return passkeys.ask(
        request, people.ask_to_add_passkey(staff_id=request.viewer.actor_id)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven
@staff(None)
def account_factor_remove(request: DeskRequest, kind: str, factor_id: int) -> HttpResponse:
    """Do without one of several second factors."""
    staff_id = request.viewer.actor_id
    factor = _factor(staff_id, kind, factor_id)
    if request.method == "POST":
        try:
            people.remove_factor(
                staff_id=staff_id,
                kind=kind,
                factor_id=factor_id,
                by=request.viewer,
                now=clock.now(),
            )
        except people.LastFactor:
            return render(
                request,
                "staff/account_factor.html",
                {"factor": factor, "is_last": True},
                status=409,
            )
        messages.success(request, _("It is removed and opens nothing any more."))
        return HttpResponseRedirect(reverse("account"))
    is_last = len(people.factors_of(staff_id=staff_id)) == 1
    return render(
        request, "staff/account_factor.html", {"factor": factor, "is_last": is_last}
    )


@require_POST
@staff(None)
def account_sign_out_elsewhere(request: DeskRequest) -> HttpResponse:
    """Signed in here and nowhere else."""
    _end_others(request, because="signed out from elsewhere")
    messages.success(request, _("You are signed out everywhere else."))
    return HttpResponseRedirect(reverse("account"))


def _end_others(request: DeskRequest, *, because: str) -> None:
    people.end_sign_ins(
        staff_id=request.viewer.actor_id,
        because=because,
        by=request.viewer,
        now=clock.now(),
        real_now=clock.real_now(),
        but_session_key=request.session.session_key or "",
    )


def _factor(staff_id: int, kind: str, factor_id: int) -> Factor:
    for one in people.factors_of(staff_id=staff_id):
        if (one.kind, one.factor_id) == (kind, factor_id):
            return one
    raise Http404
