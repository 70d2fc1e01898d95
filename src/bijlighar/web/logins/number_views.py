"""The primary number of a connection: changed by two codes, or after a day's wait.

Source: security reference A8; ASVS 5.0 item 7.5.1.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow import change_mobile
from bijlighar.logins import service as logins
from bijlighar.logins.values import Access, Purpose
from bijlighar.web.access import ConsumerRequest, consumer, consumer_with, origin_of
from bijlighar.web.logins import cookies, proving
from bijlighar.web.logins.connection_views import name_of, paired, start
from bijlighar.web.logins.cookies import Proving
from bijlighar.web.logins.forms import CodeForm, MobileForm, PairForm

_STEPS = (Purpose.CHANGE_MOBILE_NEW, Purpose.CHANGE_MOBILE_OLD)


@consumer_with(Access.OWN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """The new number; it is sent a code first, then the old one is."""
    home = connections.home_of(consumer_number=consumer_number)
    form = MobileForm(request.POST if request.method == "POST" else None)
    form.fields["mobile"].label = _("New mobile number")
    if request.method != "POST" or not form.is_valid():
        return _change_page(request, home, form, status=422 if form.errors else 200)
    new = form.cleaned_data["mobile"]
    if new == home.mobile:
        form.add_error("mobile", _("This is the connection's number already."))
        return _change_page(request, home, form, status=422)
    held = Proving(
        mobile=new, purpose=Purpose.CHANGE_MOBILE_NEW, about=f"{consumer_number}:{new}"
    )
    started = start(request, held, then="my_number_code")
    return started or _change_page(request, home, form, status=429)


@consumer
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: ConsumerRequest) -> HttpResponse:
    """The code to the new number, then the one to the old; after both it is changed."""
    held = cookies.proving_of(request, *_STEPS)
    if held is None:
        return HttpResponseRedirect(reverse("my_connections"))
    number, _colon, new = held.about.partition(":")
    home = connections.home_of(consumer_number=number)
    if logins.access_to(by=request.login, home=home) is not Access.OWN:
        return HttpResponseRedirect(reverse("my_connections"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        checked = proving.check(request, held, form.cleaned_data["code"])
        if checked.is_right:
            return _next_step(request, held, home, new)
        form.add_error("code", proving.refused_words(checked))
    shown = {
        "form": form,
        "mobile": logins.masked(held.mobile),
        "is_new": held.purpose is Purpose.CHANGE_MOBILE_NEW,
        "home": home,
    }
    status = 422 if form.errors else 200
    return render(request, "logins/number_code.html", shown, status=status)


@consumer
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: ConsumerRequest) -> HttpResponse:
    """The old number is lost: the one signed in with takes over after a day."""
    form = PairForm(request.POST if request.method == "POST" else None)
    home = paired(request, form) if request.method == "POST" else None
    if home is not None:
        try:
            change_mobile.ask_for_lost(
                by=request.login,
                home=home,
                origin=origin_of(request, channel="consumer"),
                now=clock.now(),
            )
        except logins.SameNumber:
            form.add_error(None, _("Your number is this connection's already."))
        except logins.ChangedLately:
            sentence = _(
                "The number of this connection was changed in the last day, or is about "
                "to be. If you did not ask for that, call 1912."
            )
            form.add_error(None, sentence)
    if home is not None and not form.errors:
        return HttpResponseRedirect(reverse("my_number_lost"))
    waiting = logins.changes_waiting_by(by=request.login)
    homes = {
        one.connection_id: one
        for one in connections.homes(connection_ids=[w.connection_id for w in waiting])
    }
    shown = {
        "form": form,
        "mobile": logins.masked(request.login.mobile),
        "waiting": [(one, homes[one.connection_id]) for one in waiting],
    }
    status = 422 if form.errors else 200
    return render(request, "logins/number_lost.html", shown, status=status)


@consumer
@never_cache
@require_POST
def cancel(request: ConsumerRequest) -> HttpResponse:
    """The old number says no, or the new one does not want it any more."""
    number = request.POST.get("home", "")[:40]
    try:
        logins.cancel(
            by=request.login,
            home=connections.home_of(consumer_number=number),
            origin=origin_of(request, channel="consumer"),
            now=clock.now(),
        )
        messages.info(request, _("The number stays as it is."))
    except (connections.UnknownConsumer, logins.NothingWaits):
        messages.error(request, _("There is no change of number to cancel any more."))
    return HttpResponseRedirect(reverse("my_connections"))


def _next_step(
    request: ConsumerRequest, held: Proving, home: Home, new: str
) -> HttpResponse:
    """After the new number the old one is asked; after both the number is changed."""
    if held.purpose is Purpose.CHANGE_MOBILE_NEW:
        then = Proving(
            mobile=home.mobile, purpose=Purpose.CHANGE_MOBILE_OLD, about=held.about
        )
        started = start(request, then, then="my_number_code")
        return started or HttpResponseRedirect(
            reverse("my_number", args=[home.consumer_number])
        )
    try:
        change_mobile.change_mobile(
            by=request.login,
            home=home,
            new_mobile=new,
            origin=origin_of(request, channel="consumer"),
            now=clock.now(),
        )
        messages.info(
            request,
            _("The number is changed. Sign in with the new number from now on."),
        )
    except (logins.SameNumber, logins.ChangedLately):
        messages.error(
            request,
            _("The number was changed in the last day. Wait a day, or call 1912."),
        )
    response = HttpResponseRedirect(reverse("my_connections"))
    cookies.drop_proving(response)
    return response


def _change_page(
    request: ConsumerRequest, home: Home, form: MobileForm, status: int = 200
) -> HttpResponse:
    shown = {
        "home": home,
        "name": name_of(home),
        "form": form,
        "mobile": logins.masked(home.mobile),
    }
    return render(request, "logins/number.html", shown, status=status)
