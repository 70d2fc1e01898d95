"""Consumers sign in: a mobile number, then the code that its phone was sent.

Whether a number is known is never said: every number is asked for its code the same way.
Source: security reference A2, A3, A7; ASVS 5.0 items 6.3.8, 6.6.2, 7.2.4.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.logins import service as logins
from bijlighar.logins.service import AskedTooOften
from bijlighar.logins.values import Purpose
from bijlighar.web.access import login_of, public
from bijlighar.web.logins import cookies, proving
from bijlighar.web.logins.cookies import Proving
from bijlighar.web.logins.forms import CodeForm, MobileForm
from bijlighar.web.staff.passkeys import address_for_passkeys


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The mobile number; whoever is signed in already goes on."""
    next_ = next_of(request)
    if request.method != "POST":
        login = login_of(request)
        if login is not None:
            return HttpResponseRedirect(next_ or reverse("my_connections"))
        return _number_page(request, MobileForm(), next_)
    form = MobileForm(request.POST)
    if not form.is_valid():
        return _number_page(request, form, next_, status=422)
    held = Proving(mobile=form.cleaned_data["mobile"], purpose=Purpose.SIGN_IN, next=next_)
    browser = cookies.browser_of(request)
    try:
        proving.send(request, held, browser=browser)
    except AskedTooOften as refused:
        form.add_error(None, proving.wait_words(refused.until))
        return _number_page(request, form, next_, status=429)
    response = HttpResponseRedirect(reverse("my_code"))
    cookies.keep_browser(response, browser)
    cookies.keep_proving(response, held)
    return response


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code; the right one signs in and goes on."""
    held = cookies.proving_of(request, Purpose.SIGN_IN)
    if held is None:
        return HttpResponseRedirect(reverse("my_sign_in"))
    if request.method != "POST":
        return _code_page(request, held, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid():
        checked = proving.check(request, held, form.cleaned_data["code"])
        if checked.is_right:
            return signed_in(request, mobile=held.mobile, next_=held.next)
        form.add_error("code", proving.refused_words(checked))
    return _code_page(request, held, form, status=422)


@public
@never_cache
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Another code to the same number, for whatever is being proven."""
    held = cookies.proving_of(request, *Purpose)
    if held is None:
        return HttpResponseRedirect(reverse("my_sign_in"))
    try:
        proving.send(request, held, browser=cookies.browser_of(request))
    except AskedTooOften as refused:
        messages.error(request, proving.wait_words(refused.until))
    else:
        messages.info(request, _("A new code is on its way. The one before is void."))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back if back and is_ours else reverse("my_code"))


@public
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The sign-in ends here and in the database; the browser forgets what it kept."""
    token = request.COOKIES.get(settings.LOGIN_COOKIE_NAME, "")
    logins.sign_out(token=token, real_now=clock.real_now())
    messages.info(request, _("You are signed out."))
    response = HttpResponseRedirect(reverse("my_sign_in"))
    cookies.drop_login(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def signed_in(
    request: HttpRequest, *, mobile: str, next_: str, is_by_code: bool = True
) -> HttpResponseRedirect:
    """Somebody has proven this number, or shown its passkey, and goes on, signed in."""
    browser = cookies.browser_of(request)
    new = logins.sign_in(
        mobile=mobile,
        browser=browser,
        agent=request.headers.get("User-Agent", ""),
        address=request.META.get("REMOTE_ADDR", ""),
        is_by_code=is_by_code,
        now=clock.now(),
        real_now=clock.real_now(),
    )
    response = HttpResponseRedirect(next_ or _first_page(mobile))
    cookies.keep_browser(response, browser)
    cookies.keep_login(request, response, new)
    cookies.drop_proving(response)
    return response


def next_of(request: HttpRequest) -> str:
    """Where to go on: an address of this site only; nothing for the person's first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def _first_page(mobile: str) -> str:
    """The one home of a number; else its list."""
    homes = connections.homes_of_mobile(mobile=mobile)
    if len(homes) == 1:
        return reverse("home", args=[homes[0].consumer_number])
    return reverse("my_connections")


def _number_page(
    request: HttpRequest, form: MobileForm, next_: str, status: int = 200
) -> HttpResponse:
    shown = {
        "form": form,
        "next": next_,
        "resident": _resident(next_) if settings.IS_DEMO else None,
        "passkey_address": address_for_passkeys(request),
    }
    return render(request, "logins/sign_in.html", shown, status=status)


def _code_page(
    request: HttpRequest, held: Proving, form: CodeForm, status: int = 200
) -> HttpResponse:
    shown = {"form": form, "mobile": logins.masked(held.mobile)}
    return render(request, "logins/code.html", shown, status=status)


def _resident(next_: str) -> Home | None:
    """Whose page was asked for, for the demo's one tap."""
    try:
        number = resolve(next_.partition("?")[0]).kwargs.get("consumer_number", "")
        return connections.home_of(consumer_number=number) if number else None
    except (Resolver404, connections.UnknownConsumer):
        return None
