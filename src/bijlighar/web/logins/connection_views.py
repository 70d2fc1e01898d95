"""My connections: a consumer's own, those they added, those that were shared with them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.logins import service as logins
from bijlighar.logins.service import AskedTooOften
from bijlighar.logins.values import Access, Purpose
from bijlighar.web.access import ConsumerRequest, consumer, consumer_with, origin_of
from bijlighar.web.logins import cookies, proving
from bijlighar.web.logins.cookies import Proving
from bijlighar.web.logins.forms import CodeForm, PairForm, ShareForm


@consumer
@require_safe
def listing(request: ConsumerRequest) -> HttpResponse:
    """All connections that this number may see."""
    reach = {one.connection_id: one for one in logins.reach_of(by=request.login)}
    homes = connections.homes(connection_ids=list(reach))
    shown = {
        "mobile": logins.masked(request.login.mobile),
        "held": [(home, name_of(home), reach[home.connection_id]) for home in homes],
    }
    return render(request, "logins/connections.html", shown)


@consumer
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ConsumerRequest) -> HttpResponse:
    """Consumer number and meter number; the code goes to the connection's own phone."""
    if request.method != "POST":
        return _add_page(request, PairForm())
    form = PairForm(request.POST)
    home = paired(request, form)
    if home is None:
        return _add_page(request, form, status=422)
    if logins.access_to(by=request.login, home=home) is not None:
        messages.info(request, _("This connection is among yours already."))
        return HttpResponseRedirect(reverse("my_connections"))
    held = Proving(
        mobile=home.mobile,
        purpose=Purpose.ADD_CONNECTION,
        about=f"{request.login.login_id}:{home.consumer_number}",
    )
    return start(request, held, then="my_add_code") or _refused(request, form)


@consumer
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def add_code(request: ConsumerRequest) -> HttpResponse:
    """The code that the connection's own phone was sent."""
    held = cookies.proving_of(request, Purpose.ADD_CONNECTION)
    login_id, _colon, number = held.about.partition(":") if held else ("", "", "")
    if held is None or login_id != str(request.login.login_id):
        return HttpResponseRedirect(reverse("my_add"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        checked = proving.check(request, held, form.cleaned_data["code"])
        if checked.is_right:
            home = connections.home_of(consumer_number=number)
            if home.mobile == held.mobile:
                logins.add_connection(
                    by=request.login,
                    home=home,
                    origin=origin_of(request, channel="consumer"),
                    now=clock.now(),
                )
                messages.info(request, _("The connection is among yours now."))
            response = HttpResponseRedirect(reverse("my_connections"))
            cookies.drop_proving(response)
            return response
        form.add_error("code", proving.refused_words(checked))
    status = 422 if form.errors else 200
    return render(request, "logins/add_code.html", {"form": form}, status=status)


@consumer
@require_POST
def leave(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """Do without a connection that is not one's own."""
    home = connections.home_of(consumer_number=consumer_number)
    logins.leave(
        by=request.login,
        home=home,
        origin=origin_of(request, channel="consumer"),
        now=clock.now(),
    )
    messages.info(request, _("The connection is off your list."))
    return HttpResponseRedirect(reverse("my_connections"))


@consumer_with(Access.OWN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """Who else may see one's own connection; share it with somebody of the family."""
    home = connections.home_of(consumer_number=consumer_number)
    if request.method != "POST":
        return _manage_page(request, home, ShareForm())
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _manage_page(request, home, form, status=422)
    try:
        logins.share(
            by=request.login,
            home=home,
            mobile=form.cleaned_data["mobile"],
            access=Access(form.cleaned_data["access"]),
            origin=origin_of(request, channel="consumer"),
            now=clock.now(),
        )
    except logins.SharedWithOneself:
        form.add_error("mobile", _("This is the connection's own number."))
    except logins.TooManyMembers:
        form.add_error(None, _("Ten people share it already. Remove one of them first."))
    if form.errors:
        return _manage_page(request, home, form, status=422)
    messages.info(request, _("Shared. They see it when they sign in with that number."))
    return HttpResponseRedirect(reverse("my_connection", args=[consumer_number]))


@consumer_with(Access.OWN)
@require_POST
def revoke(
    request: ConsumerRequest, consumer_number: str, membership_id: int
) -> HttpResponse:
    """Somebody may see one's own connection no more."""
    logins.revoke(
        by=request.login,
        home=connections.home_of(consumer_number=consumer_number),
        membership_id=membership_id,
        origin=origin_of(request, channel="consumer"),
        now=clock.now(),
    )
    messages.info(request, _("They do not see this connection any more."))
    return HttpResponseRedirect(reverse("my_connection", args=[consumer_number]))


def paired(request: ConsumerRequest, form: PairForm) -> Home | None:
    """The connection of both numbers; else None, and the form says what to do."""
    if not form.is_valid():
        return None
    try:
        return logins.home_of_pair(
            by=request.login,
            consumer_number=form.cleaned_data["number"],
            meter_number=form.cleaned_data["meter"],
            real_now=clock.real_now(),
        )
    except logins.WrongNumbers:
        sentence = _(
            "These two numbers do not belong together. Compare both with the bill; the "
            "meter number is also printed on the meter."
        )
        form.add_error(None, sentence)
    except logins.TooManyWrongPairs:
        form.add_error(None, _("Too many wrong numbers today. Try again tomorrow."))
    return None


def start(request: ConsumerRequest, held: Proving, *, then: str) -> HttpResponse | None:
    """Send a code and go to the page that takes it; None where none may be sent now."""
    browser = cookies.browser_of(request)
    try:
        proving.send(request, held, browser=browser)
    except AskedTooOften as refused:
        messages.error(request, proving.wait_words(refused.until))
        return None
    response = HttpResponseRedirect(reverse(then))
    cookies.keep_browser(response, browser)
    cookies.keep_proving(response, held)
    return response


def name_of(home: Home) -> str:
    """The consumer's name in the language of the page."""
    return home.name_en if get_language() == "en" else home.name_hi


def _refused(request: ConsumerRequest, form: PairForm) -> HttpResponse:
    return _add_page(request, form, status=429)


def _add_page(request: ConsumerRequest, form: PairForm, status: int = 200) -> HttpResponse:
    return render(request, "logins/add.html", {"form": form}, status=status)


def _manage_page(
    request: ConsumerRequest, home: Home, form: ShareForm, status: int = 200
) -> HttpResponse:
    members = logins.members_of(by=request.login, home=home)
    last = logins.last_change_of(connection_id=home.connection_id)
    shown = {
        "home": home,
        "name": name_of(home),
        "form": form,
        "members": [(one, logins.masked(one.mobile)) for one in members],
        "mobile": logins.masked(home.mobile),
        "verified_at": logins.verified_since(mobile=home.mobile),
        "waiting": last if last and last.state == "waiting" else None,
        "waiting_mobile": logins.masked(last.new_mobile) if last else "",
    }
    return render(request, "logins/connection.html", shown, status=status)
