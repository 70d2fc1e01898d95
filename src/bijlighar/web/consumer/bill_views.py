"""A consumer's bills: the list, one on the screen, and the printed page."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.bills import service as bills
from bijlighar.bills.values import BillListed
from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.documents.values import Language
from bijlighar.kernel.ist import supply_day_of
from bijlighar.web.access import consumer
from bijlighar.web.consumer.bill_shown import next_bill_on, page_language, shown, title_of
from bijlighar.web.consumer.known import known_consumer

LANGUAGES = ("hi", "en")


@consumer
@gzip_page
@require_safe
@known_consumer
def listing(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """All bills, the newest first; before the first one, when it comes."""
    home = connections.home_of(consumer_number=consumer_number)
    today = supply_day_of(clock.now())
    found = bills.bills_of(connection_id=home.connection_id, today=today)
    month, comes_on = next_bill_on(today=today, installed_on=home.installed_on)
    page = {
        "consumer_number": consumer_number,
        "bills": [(one, title_of(one.bill)) for one in found],
        "next_month": month,
        "next_on": comes_on,
        "is_late": comes_on <= today,
    }
    return render(request, "consumer/bills.html", page)


@consumer
@gzip_page
@require_safe
@known_consumer
def one(request: HttpRequest, consumer_number: str, bill_number: str) -> HttpResponse:
    """One bill, line by line."""
    found = _found(consumer_number, bill_number)
    page = {"consumer_number": consumer_number, "shown": shown(found)}
    return render(request, "consumer/bill.html", page)


@consumer
@require_safe
@known_consumer
def pdf(request: HttpRequest, consumer_number: str, bill_number: str) -> HttpResponse:
    """The bill as it is printed, in the language of the page or the one asked for."""
    number = _found(consumer_number, bill_number).bill.number
    asked = request.GET.get("language")
    language = cast(Language, asked) if asked in LANGUAGES else page_language()
    answer = HttpResponse(
        bills.pdf(number=number, language=language), content_type="application/pdf"
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{number}-{language}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _found(consumer_number: str, bill_number: str) -> BillListed:
    """A bill of this consumer; another's is as unknown as one that nobody has."""
    home = connections.home_of(consumer_number=consumer_number)
    try:
        found = bills.listed(number=bill_number, today=supply_day_of(clock.now()))
    except bills.UnknownBill as error:
        raise Http404 from error
    if found.bill.connection_id != home.connection_id:
        raise Http404
    return found
