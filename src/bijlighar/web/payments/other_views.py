"""Paying for somebody else, by consumer number.

Who pays has proven a number of their own, so that guessing can be counted and a receipt has
somewhere to go. They see how the holder's name begins and ends, and what brings supply
back, if anything is due; nothing else about that home.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.flow import ask_gateway, take_payment
from bijlighar.kernel.errors import BijligharError
from bijlighar.logins import service as logins
from bijlighar.payments import service as payments
from bijlighar.payments.values import RechargePicture, RechargeState
from bijlighar.web.access import ConsumerRequest, consumer
from bijlighar.web.consumer.recharge_form import RechargeForm, offers
from bijlighar.web.consumer.recharge_shown import payment_shown, upi_code
from bijlighar.web.consumer.recharge_views import HttpResponseSeeOther, in_our_language
from bijlighar.web.payments.forms import NumberForm

_ORDER = "00000000-0000-0000-0000-000000000000"


@consumer
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ConsumerRequest) -> HttpResponse:
    """Ask for the number; then show whose it is, masked, and ask how much."""
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _number_page(request, form, status=422 if form.errors else 200)
    home, refusal = _looked_up(request, form)
    if home is None:
        return refusal or _number_page(request, form, status=404)
    if logins.access_to(by=request.login, home=home) is not None:
        address = reverse("home", args=[home.consumer_number])
        return HttpResponseRedirect(f"{address}#recharge")
    return _amount_page(request, home, RechargeForm())


@consumer
@never_cache
@require_POST
def start(request: ConsumerRequest) -> HttpResponse:
    """Open the payment at the gateway and go on to how it is paid."""
    numbers = NumberForm(request.POST)
    if not numbers.is_valid():
        return _number_page(request, numbers, status=422)
    home, refusal = _looked_up(request, numbers)
    if home is None:
        return refusal or _number_page(request, numbers, status=404)
    form = RechargeForm(request.POST)
    if not form.is_valid():
        return _amount_page(request, home, form, status=422)
    back = request.build_absolute_uri(reverse("paid_for", args=[_ORDER]))
    try:
        started = take_payment.start_recharge(
            consumer_number=home.consumer_number,
            amount_paise=form.amount_paise,
            return_url=back.replace(_ORDER, "{order_id}"),
            payer_login_id=request.login.login_id,
            now=clock.now(),
        )
    except BijligharError:
        form.add_error(
            "rupees",
            _(
                "The payment service is not answering. No money was taken;"
                " please try again."
            ),
        )
        return _amount_page(request, home, form, status=503)
    if started.has_upi:
        return HttpResponseSeeOther(reverse("pay_for_how", args=[started.order_id]))
    return HttpResponseSeeOther(in_our_language(started.pay_url))


@consumer
@require_safe
def how(request: ConsumerRequest, order_id: str) -> HttpResponse:
    """How to pay it: UPI app, its code, or the gateway's page."""
    held = held_by_payer(request, order_id)
    shown = payment_shown(held, now=clock.now())
    done = reverse("paid_for", args=[order_id])
    if not (held.has_upi and shown["may_be_paid"]):
        return HttpResponseRedirect(done)
    page = {
        **shown,
        "masked": _masked(connections.home_of(consumer_number=held.consumer_number)),
        "pay_url": in_our_language(held.pay_url),
        "upi_opens": in_our_language(held.upi_opens) if held.upi_opens else held.upi_uri,
        "code": reverse("pay_for_code", args=[order_id]),
        "done": done,
        "live": reverse("pay_for_live", args=[order_id]),
    }
    return render(request, "payments/how.html", page)


@consumer
@require_safe
def live(request: ConsumerRequest, order_id: str) -> HttpResponse:
    """Whether the page of the code may be left."""
    held = held_by_payer(request, order_id)
    ask_gateway.ask_soon(order_id=held.order_id, now=clock.now())
    if held.state is RechargeState.CREATED and held.pending_at is None:
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Redirect": reverse("paid_for", args=[order_id])})


@consumer
@require_safe
def code(request: ConsumerRequest, order_id: str) -> HttpResponse:
    """The QR code of the payment, for UPI apps."""
    held = held_by_payer(request, order_id)
    if not held.has_upi:
        raise Http404
    return HttpResponse(upi_code(held), content_type="image/svg+xml")


@consumer
@require_safe
def paid(request: ConsumerRequest, order_id: str) -> HttpResponse:
    """What became of it; nothing about the home it was for."""
    return render(request, "payments/paid_for.html", _paid(request, order_id))


@consumer
@require_safe
def paid_live(request: ConsumerRequest, order_id: str) -> HttpResponse:
    """The same part of the page, as it is now; the gateway is asked where it is late."""
    held = held_by_payer(request, order_id)
    if held.state is not RechargeState.PAID:
        ask_gateway.ask_soon(order_id=held.order_id, now=clock.now())
    return render(request, "payments/paid_for.html#live", _paid(request, order_id))


def held_by_payer(request: ConsumerRequest, order_id: str) -> RechargePicture:
    """A payment that this login started; another's is as unknown as none."""
    try:
        held = payments.recharge_of(order_id=order_id)
    except payments.UnknownOrder as error:
        raise Http404 from error
    if held.payer_login_id != request.login.login_id:
        raise Http404
    return held


def _paid(request: ConsumerRequest, order_id: str) -> dict[str, object]:
    held = held_by_payer(request, order_id)
    home = connections.home_of(consumer_number=held.consumer_number)
    return {
        **payment_shown(held, now=clock.now()),
        "masked": _masked(home),
        "pay_page": reverse("pay_for_how", args=[order_id])
        if held.has_upi
        else in_our_language(held.pay_url),
    }


def _looked_up(
    request: ConsumerRequest, form: NumberForm
) -> tuple[Home | None, HttpResponse | None]:
    """The home of the typed number; each try counts, whatever comes of it."""
    try:
        payments.count_lookup(
            login_id=request.login.login_id,
            network=logins.network_of(request.META.get("REMOTE_ADDR", "")),
            real_now=clock.real_now(),
        )
    except payments.TooManyLookups:
        form.add_error(
            "number", _("Too many numbers were tried from here. Please try again tomorrow.")
        )
        return None, _number_page(request, form, status=429)
    try:
        home = connections.home_of(consumer_number=form.cleaned_data["number"])
    except connections.UnknownConsumer:
        form.add_error("number", _("There is no connection with this number."))
        return None, None
    return home, None


def _number_page(request: HttpRequest, form: NumberForm, *, status: int) -> HttpResponse:
    return render(request, "payments/number.html", {"form": form}, status=status)


def _amount_page(
    request: HttpRequest, home: Home, form: RechargeForm, *, status: int = 200
) -> HttpResponse:
    """How much: what brings supply back first, where something is due."""
    picture = dashboards.home(consumer_number=home.consumer_number, now=clock.now())
    to_pay_paise = picture.supply.to_pay_paise
    shown = {
        "form": form,
        "number": home.consumer_number,
        "masked": _masked(home),
        "offers": offers(to_pay_paise=to_pay_paise),
        "to_pay_paise": to_pay_paise,
    }
    return render(request, "payments/amount.html", shown, status=status)


def _masked(home: Home) -> str:
    name = home.name_en if get_language() == "en" else home.name_hi
    return payments.masked_name(name or home.name_en)
