"""A home's payments by month, with their sum, as a file, and each one's receipt."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from babel.dates import format_date
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.documents.receipt_pdf import receipt_pdf
from bijlighar.documents.receipt_values import AppliedRow, ReceiptDocument
from bijlighar.documents.values import Language
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import day_starts, next_month_starts, supply_day_of
from bijlighar.kernel.money import format_rupees
from bijlighar.kernel.spreadsheet import cell_text
from bijlighar.payments import service as payments
from bijlighar.payments.values import PaymentShown, UsedFor
from bijlighar.web.access import ConsumerRequest, consumer
from bijlighar.web.consumer.known import known_consumer
from bijlighar.web.payments.other_views import held_by_payer
from bijlighar.web.payments.words import applied_words

LINES_A_PAGE = 25
MOST_IN_A_FILE = 5_000
MONTHS_OFFERED = 13
LANGUAGES = ("hi", "en")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A payment with its receipt's number and what it was used for."""

    one: PaymentShown
    number: str
    used: UsedFor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which payments somebody wants to see."""

    month: date | None
    before: int | None

    @property
    def first(self) -> datetime | None:
        """From when on."""
        return day_starts(self.month) if self.month else None

    @property
    def until(self) -> datetime | None:
        """Until when, not included."""
        return day_starts(next_month_starts(self.month)) if self.month else None


@consumer
@gzip_page
@require_safe
@known_consumer
def listing(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """All payments or those of a month, the newest first."""
    home = connections.home_of(consumer_number=consumer_number)
    asked = _asked(request)
    found = _listed(home, asked, limit=LINES_A_PAGE + 1)
    lines = [_line(one) for one in found[:LINES_A_PAGE]]
    page = {
        "consumer_number": consumer_number,
        "lines": lines,
        "total": dashboards.payments_total(
            connection_id=home.connection_id, first=asked.first, until=asked.until
        ),
        "month": f"{asked.month:%Y-%m}" if asked.month else "",
        "months": _months(supply_day_of(clock.now()), home.installed_on),
        "next": lines[-1].one.payment_id if len(found) > LINES_A_PAGE else None,
        "is_first": asked.before is None,
    }
    return render(request, "payments/list.html", page)


@consumer
@require_safe
@known_consumer
def as_csv(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """The same payments as a file for spreadsheets, at most MOST_IN_A_FILE."""
    home = connections.home_of(consumer_number=consumer_number)
    asked = _asked(request)
    made = io.StringIO()
    write = csv.writer(made, lineterminator="\r\n").writerow
    write(
        (
            _("Receipt number"),
            _("Paid"),
            _("Added to the account"),
            _("Amount in rupees"),
            _("For old dues"),
            _("For electricity used before"),
            _("For the days ahead"),
            _("Paid through"),
            _("Their reference"),
        )
    )
    for one in _listed(home, asked, limit=MOST_IN_A_FILE):
        write([cell_text(cell) for cell in _cells(_line(one))])
    answer = HttpResponse(_BOM + made.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"payments-{consumer_number}{f'-{asked.month:%Y-%m}' if asked.month else ''}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@consumer
@require_safe
@known_consumer
def receipt(request: HttpRequest, consumer_number: str, order_id: str) -> HttpResponse:
    """A payment's receipt, in the language of the page or the one asked for."""
    home = connections.home_of(consumer_number=consumer_number)
    held = _recharge_of(order_id)
    if held != home.connection_id:
        raise Http404
    return _printed(request, home, order_id, with_account=True)


@consumer
@require_safe
def payers_receipt(request: ConsumerRequest, order_id: str) -> HttpResponse:
    """The receipt of whoever paid for somebody else: nothing of the account is on it."""
    held = held_by_payer(request, order_id)
    home = connections.home_of(consumer_number=held.consumer_number)
    return _printed(request, home, order_id, with_account=False)


def _recharge_of(order_id: str) -> int:
    try:
        return payments.recharge_of(order_id=order_id).connection_id
    except payments.UnknownOrder as error:
        raise Http404 from error


def _printed(
    request: HttpRequest, home: Home, order_id: str, *, with_account: bool
) -> HttpResponse:
    held = payments.recharge_of(order_id=order_id)
    found = dashboards.payment_of_order(
        connection_id=home.connection_id, order_id=held.order_id
    )
    if found is None:
        raise Http404
    told = request.GET.get("language")
    language = cast(Language, told if told in LANGUAGES else get_language() or "hi")
    line = _line(found)
    applied = applied_words(line.used, language) if with_account and line.used else ()
    made = receipt_pdf(
        ReceiptDocument(
            language=language,
            discom=_discom(home, language, found.credited_at),
            number=line.number,
            paid_at=found.captured_at,
            credited_at=found.credited_at,
            amount_paise=found.amount_paise,
            consumer_number=home.consumer_number,
            name=payments.masked_name(home.name_en if language == "en" else home.name_hi),
            gateway=found.gateway,
            gateway_reference=found.gateway_payment_id,
            applied=tuple(
                AppliedRow(text=text, amount_paise=paise) for text, paise in applied
            ),
        )
    )
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{line.number}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _discom(home: Home, language: Language, at: datetime) -> str:
    path = grid.path_on(node_id=home.transformer_id, day=supply_day_of(at))
    return path[0].name_en if language == "en" else path[0].name_hi


def _listed(home: Home, asked: Asked, *, limit: int) -> tuple[PaymentShown, ...]:
    return dashboards.payments_listed(
        connection_id=home.connection_id,
        first=asked.first,
        until=asked.until,
        before=asked.before,
        limit=limit,
    )


def _line(one: PaymentShown) -> Line:
    used = None
    if one.balance_before_paise is not None:
        used = payments.used_for(
            amount_paise=one.amount_paise,
            old_dues_paise=one.old_dues_paise,
            balance_before_paise=one.balance_before_paise,
        )
    number = payments.receipt_number(payment_id=one.payment_id, credited_at=one.credited_at)
    return Line(one=one, number=number, used=used)


def _cells(line: Line) -> tuple[object, ...]:
    one, used = line.one, line.used
    parts = (
        (used.old_dues_paise, used.unpaid_paise, used.balance_paise)
        if used is not None
        else (None, None, None)
    )
    return (
        line.number,
        one.captured_at,
        one.credited_at,
        _plain(one.amount_paise),
        *(None if part is None else _plain(part) for part in parts),
        one.gateway,
        one.gateway_payment_id,
    )


def _plain(paise: int) -> str:
    """Rupees as spreadsheets read them: without commas."""
    return format_rupees(paise).replace(",", "")


def _asked(request: HttpRequest) -> Asked:
    """The month and page that were asked for; what is none of them is not asked."""
    month, before = request.GET.get("month", ""), request.GET.get("before", "")
    is_page = before.isascii() and before.isdigit() and len(before) < 19
    return Asked(
        month=date.fromisoformat(f"{month}-01") if _MONTH.fullmatch(month) else None,
        before=int(before) if is_page else None,
    )


def _months(today: date, installed_on: date) -> list[tuple[str, str]]:
    """The months that may be chosen, the newest first, with their names."""
    found: list[tuple[str, str]] = []
    month = today.replace(day=1)
    while len(found) < MONTHS_OFFERED and month >= installed_on.replace(day=1):
        name = format_date(month, "LLLL y", locale=get_language() or "hi")
        found.append((f"{month:%Y-%m}", name))
        year, earlier = (
            (month.year, month.month - 1) if month.month > 1 else (month.year - 1, 12)
        )
        month = date(year, earlier, 1)
    return found
