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
from bijlighar.flow import take_payment
from bijlighar.kernel.errors import BijligharError
from bijlighar.payments import service as payments
from bijlighar.web.access import consumer
from bijlighar.web.consumer.known import known_consumer
from bijlighar.web.consumer.recharge_form import RechargeForm
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
    # The gateway's page then speaks the language that was chosen here.
    return HttpResponseSeeOther(f"{started.pay_url}?lang={get_language()}")


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
    """The steps alone, as they are now."""
    return render(request, "consumer/recharge.html#live", _shown(consumer_number, order_id))


def _shown(consumer_number: str, order_id: str) -> dict[str, object]:
    try:
        held = payments.recharge_of(order_id=order_id)
    except payments.UnknownOrder as error:
        raise Http404 from error
    if held.consumer_number != consumer_number:
        raise Http404
    picture = dashboards.home(consumer_number=consumer_number, now=clock.now())
    return {"recharge": held, "home": picture}


def _return_url(request: HttpRequest, consumer_number: str) -> str:
    """Where the gateway sends people back; payments fills `{order_id}` in."""
    page = reverse("recharge_order", args=[consumer_number, _ORDER])
    return request.build_absolute_uri(page).replace(_ORDER, "{order_id}")
