"""Recharging: to the gateway with an amount, and back to a page that tells the truth."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from bijlighar.clock import clock
from bijlighar.connections.service import UnknownConsumer
from bijlighar.dashboards import service as dashboards
from bijlighar.flow import ask_gateway, take_payment
from bijlighar.kernel.errors import BijligharError
from bijlighar.payments import service as payments
from bijlighar.payments.values import RechargePicture, RechargeState
from bijlighar.web.access import consumer
from bijlighar.web.consumer.known import known_consumer
from bijlighar.web.consumer.recharge_form import RechargeForm
from bijlighar.web.consumer.recharge_shown import payment_shown, upi_code
from bijlighar.web.consumer.views import home_page

_ORDER = "00000000-0000-0000-0000-000000000000"


class HttpResponseSeeOther(HttpResponseRedirect):
    """Go there with a GET, whatever this was."""

    status_code = 303


@consumer
@require_http_methods(["GET", "HEAD", "POST"])
@known_consumer
def recharge(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """Start a recharge and go to the gateway's page; a GET goes back to the home."""
    if request.method != "POST":
        return redirect("home", consumer_number)
    form = RechargeForm(request.POST)
    if not form.is_valid():
        return home_page(request, consumer_number, form=form, status=422)
    try:
        started = take_payment.start_recharge(
            consumer_number=consumer_number,
            amount_paise=form.amount_paise,
            return_url=_return_url(request, consumer_number),
            now=clock.now(),
        )
    except UnknownConsumer:
        raise
    except BijligharError:
        refused = _(
            "The payment service is not answering. No money was taken; please try again."
        )
        return home_page(request, consumer_number, form=form, refused=refused, status=503)
    if started.has_upi:
        page = reverse("recharge_pay", args=[consumer_number, started.order_id])
        return HttpResponseSeeOther(page)
    return HttpResponseSeeOther(in_our_language(started.pay_url))


@consumer
@gzip_page
@require_safe
@known_consumer
def pay(request: HttpRequest, consumer_number: str, order_id: str) -> HttpResponse:
    """How to pay: a UPI app on a phone, its code on a desk, else the gateway's page."""
    held = _held(consumer_number, order_id)
    shown = payment_shown(held, now=clock.now())
    if not (held.has_upi and shown["may_be_paid"]):
        return redirect("recharge_order", consumer_number, order_id)
    page = {
        **shown,
        "consumer_number": consumer_number,
        "pay_url": in_our_language(held.pay_url),
        "upi_opens": in_our_language(held.upi_opens) if held.upi_opens else held.upi_uri,
        "code": reverse("recharge_code", args=[consumer_number, order_id]),
        "done": reverse("recharge_order", args=[consumer_number, order_id]),
        "live": reverse("recharge_pay_live", args=[consumer_number, order_id]),
    }
    return render(request, "consumer/recharge_pay.html", page)


@consumer
@require_safe
@known_consumer
def pay_live(request: HttpRequest, consumer_number: str, order_id: str) -> HttpResponse:
    """Whether the page of the code may be left: the money came, or the bank said no."""
    held = _held(consumer_number, order_id)
    ask_gateway.ask_soon(order_id=held.order_id, now=clock.now())
    if held.state is RechargeState.CREATED and held.pending_at is None:
        return HttpResponse(status=204)
    done = reverse("recharge_order", args=[consumer_number, order_id])
    return HttpResponse(status=200, headers={"HX-Redirect": done})


@consumer
@require_safe
@known_consumer
def code(request: HttpRequest, consumer_number: str, order_id: str) -> HttpResponse:
    """The QR code of one order, for UPI apps."""
    held = _held(consumer_number, order_id)
    if not held.has_upi:
        raise Http404
    return HttpResponse(upi_code(held), content_type="image/svg+xml")


def in_our_language(address: str) -> str:
    """The gateway's page speaks the language that was chosen here."""
    return f"{address}{'&' if '?' in address else '?'}lang={get_language()}"


@consumer
@gzip_page
@require_safe
@known_consumer
def order(request: HttpRequest, consumer_number: str, order_id: str) -> HttpResponse:
    """What became of one recharge, step by step until the lamp is lit."""
    return render(request, "consumer/recharge.html", _shown(consumer_number, order_id))


@consumer
@gzip_page
@require_safe
@known_consumer
def order_live(request: HttpRequest, consumer_number: str, order_id: str) -> HttpResponse:
    """The steps alone, as they are now; the gateway is asked where its word is late."""
    held = _held(consumer_number, order_id)
    if held.state is not RechargeState.PAID:
        ask_gateway.ask_soon(order_id=held.order_id, now=clock.now())
    return render(request, "consumer/recharge.html#live", _shown(consumer_number, order_id))


def _held(consumer_number: str, order_id: str) -> RechargePicture:
    """A recharge of this consumer; another's is as unknown as one that nobody started."""
    try:
        held = payments.recharge_of(order_id=order_id)
    except payments.UnknownOrder as error:
        raise Http404 from error
    if held.consumer_number != consumer_number:
        raise Http404
    return held


def _shown(consumer_number: str, order_id: str) -> dict[str, object]:
    held = _held(consumer_number, order_id)
    now = clock.now()
    picture = dashboards.home(consumer_number=consumer_number, now=now)
    return {
        **payment_shown(held, now=now),
        "home": picture,
        "pay_page": reverse("recharge_pay", args=[consumer_number, order_id])
        if held.has_upi
        else in_our_language(held.pay_url),
    }


def _return_url(request: HttpRequest, consumer_number: str) -> str:
    """Where the gateway sends people back; payments fills `{order_id}` in."""
    page = reverse("recharge_order", args=[consumer_number, _ORDER])
    return request.build_absolute_uri(page).replace(_ORDER, "{order_id}")
