"""Signing in: login and password, then a passkey or the code of an app; signing out.

Only after both is anybody signed in. What was wrong is never said, nor whether there is
such a login. Source: security reference A11, A12; ASVS 5.0 chapters 6 and 7.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bijlighar.people import service as people
from bijlighar.people.service import LockedOut
from bijlighar.web.access import public
from bijlighar.web.staff import between, passkeys
from bijlighar.web.staff.forms import CodeForm, SignInForm

ONE_YEAR_S = 365 * 24 * 60 * 60


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Login and password."""
    next_ = between.next_of(request)
    if request.method != "POST":
        form = SignInForm(initial={"login": request.GET.get("login", "")[:40]})
        return _first_page(request, form, next_)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _first_page(request, form, next_, status=422)
    login = form.cleaned_data["login"]
    try:
        staff_id = people.staff_by_password(
            request=request, login=login, password=form.cleaned_data["password"]
        )
    except people.WrongSignIn:
        form.add_error(None, _("The login or the password is wrong. Try again."))
        return _first_page(request, form, next_, status=422)
    except LockedOut as locked:
        form.add_error(None, locked_words(locked))
        return _first_page(request, form, next_, status=429)
    between.first_factor_shown(request, staff_id=staff_id, login=login, next_=next_)
    return HttpResponseRedirect(reverse("sign_in_second"))


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second factor: to come in, or once more before something sensitive."""
    asked = between.asked_for_second(request)
    if asked is None:
        return HttpResponseRedirect(reverse("sign_in"))
    if request.method != "POST":
        return _second_page(request, asked, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid():
        if people.check_totp(staff_id=asked.staff_id, code=form.cleaned_data["code"]):
            return _gone_on(request, asked, factor="totp")
        between.count_try(request)
        form.add_error(
            "code",
            _("These are not the digits of now. Wait for the next ones and type those."),
        )
    if between.asked_for_second(request) is None:
        messages.error(request, _("Too many wrong codes. Start again with the password."))
        return HttpResponseRedirect(reverse("sign_in"))
    return _second_page(request, asked, form, status=422)


@public
@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask a passkey."""
    asked = between.asked_for_second(request)
    if asked is None:
        return passkeys.refused(_("Start again with login and password."), status=403)
    return passkeys.ask(request, people.ask_for_passkey(staff_id=asked.staff_id))


@public
@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """The passkey's answer."""
    asked = between.asked_for_second(request)
    state = passkeys.state_of(request)
    if asked is None or state is None:
        return passkeys.refused(_("Start again with login and password."), status=403)
    answer = passkeys.answer_of(request)
    if not people.check_passkey(staff_id=asked.staff_id, state=state, answer=answer):
        between.count_try(request)
        return passkeys.refused(_("This passkey is not known here. Try another one."))
    gone_on = _gone_on(request, asked, factor="passkey")
    response = JsonResponse({"next": gone_on.url})
    response.cookies = gone_on.cookies
    return response


@public
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends here and in the database; the browser forgets what it kept."""
    between.leave(request)
    request.session.flush()
    messages.info(request, _("You are signed out."))
    response = HttpResponseRedirect(reverse("sign_in"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def locked_words(locked: LockedOut) -> str:
    """For how long nobody may try; the same whether or not there is such a login."""
    minutes = max(1, -(-int(locked.wait.total_seconds()) // 60))
    return ngettext(
        "Too many wrong tries. Wait %(minutes)s minute and try again.",
        "Too many wrong tries. Wait %(minutes)s minutes and try again.",
        minutes,
    ) % {"minutes": minutes}


def remember_language(
    request: HttpRequest, response: HttpResponse, *, staff_id: int
) -> None:
    """Speak the person's language where this browser has chosen none."""
    person = people.person_of(staff_id=staff_id)
    if person is None or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return
    set_language(response, person.language)


def set_language(response: HttpResponse, language: str) -> None:
    """This browser speaks this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=ONE_YEAR_S,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
    )


def _gone_on(
    request: HttpRequest, asked: between.Asked, *, factor: str
) -> HttpResponseRedirect:
    try:
        address = between.second_factor_shown(request, asked, factor=factor)
    except people.UnknownStaff:
        return HttpResponseRedirect(reverse("sign_in"))
    response = HttpResponseRedirect(address)
    remember_language(request, response, staff_id=asked.staff_id)
    return response


def _first_page(
    request: HttpRequest, form: SignInForm, next_: str, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "staff/sign_in.html",
        {"form": form, "next": next_},
        status=status,
    )


def _second_page(
    request: HttpRequest, asked: between.Asked, form: CodeForm, status: int = 200
) -> HttpResponse:
    kinds = {one.kind for one in people.factors_of(staff_id=asked.staff_id)}
    return render(
        request,
        "staff/second.html",
        {
            "form": form,
            "is_again": asked.is_again,
            "next": asked.next,
            "has_passkey": "passkey" in kinds,
            "has_totp": "totp" in kinds,
            "passkey_address": passkeys.address_for_passkeys(request),
        },
        status=status,
    )
