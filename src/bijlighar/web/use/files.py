"""A consumer's own use as a file: days and half-hours as CSV, half-hours as Green Button.

What a file holds is read before it is sent, so that no slow phone keeps the database busy;
the file itself is made part by part while it goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import DayLine, HalfHours
from bijlighar.kernel.ist import ONE_DAY, month_starts, supply_day_of
from bijlighar.tariffs.values import Head
from bijlighar.web.access import ConsumerRequest, consumer
from bijlighar.web.consumer.charts import block_clock
from bijlighar.web.streaming import CSV, csv_parts, stream
from bijlighar.web.tariffs.words import HEADS
from bijlighar.web.use.green_button import feed
from bijlighar.web.use.pictures import Measured, measured

DAYS = "days"
HALF_HOURS = "half-hours"
GREEN_BUTTON = "green-button"
FILES = (DAYS, HALF_HOURS, GREEN_BUTTON)
MOST_DAYS = 400
"""Of one file: more than a year, so that a whole one fits; longer spans are several."""
ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days that are asked for, both ends included, and what is wrong with them."""

    first: str
    last: str
    days: tuple[date, date] | None = None
    """From and until: the second is the first day that is not wanted."""
    error: str = ""


@consumer
@gzip_page
@require_safe
def page(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """Which days, and as what."""
    home = measured(consumer_number)
    today = supply_day_of(clock.now())
    first = max(home.since, month_starts(month_starts(today) - ONE_DAY))
    span = Span(
        first=request.GET.get("first", first.isoformat()),
        last=request.GET.get("last", max(first, today - ONE_DAY).isoformat()),
    )
    return _page(request, consumer_number, home, span, 200)


@consumer
@gzip_page
@require_safe
def download(
    request: ConsumerRequest, consumer_number: str, file: str
) -> HttpResponse | StreamingHttpResponse:
    """The file; the page again where the days cannot be meant."""
    if file not in FILES:
        raise Http404
    home = measured(consumer_number)
    span = span_asked(
        request.GET.get("first", ""),
        request.GET.get("last", ""),
        today=supply_day_of(clock.now()),
    )
    if span.days is None:
        return _page(request, consumer_number, home, span, 422)
    first, until = span.days
    made, content_type, ending = _made(file, consumer_number, home, first, until)
    answer = stream(request, lambda: made, content_type)
    name = f"{consumer_number}-{file}-{first}-{until - ONE_DAY}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def span_asked(first: str, last: str, *, today: date) -> Span:
    """The days between two that were typed as `2026-04-03`, as far as they have begun."""
    days = _day(first), _day(last)
    if days[0] is None or days[1] is None:
        error = _("Please give both days, like 2026-04-03.")
    elif days[0] > days[1]:
        error = _("The first day lies after the last one.")
    elif days[0] > today:
        error = _("These days have not begun yet.")
    elif (days[1] - days[0]).days >= MOST_DAYS:
        error = _("A file holds at most %(days)s days: please take several.") % {
            "days": MOST_DAYS
        }
    else:
        until = min(days[1], today) + ONE_DAY
        return Span(first=first, last=last, days=(days[0], until))
    return Span(first=first[:20], last=last[:20], error=error)


def _made(
    file: str, consumer_number: str, home: Measured, first: date, until: date
) -> tuple[Iterator[bytes], str, str]:
    """The parts of a file, its type, and how its name ends."""
    asked = {"connection_id": home.connection_id, "first": first, "until": until}
    if file == DAYS:
        lines = dashboards.day_lines(**asked)  # type: ignore[arg-type]
        return csv_parts(_day_columns(), map(_day_row, lines)), CSV, "csv"
    days = list(dashboards.half_hours(**asked))  # type: ignore[arg-type]
    if file == HALF_HOURS:
        return csv_parts(_half_hour_columns(), _half_hour_rows(days)), CSV, "csv"
    charged = dashboards.day_lines(**asked)  # type: ignore[arg-type]
    made = feed(
        consumer_number=consumer_number, days=days, charged=charged, made_at=clock.now()
    )
    return made, ATOM, "xml"


def _page(
    request: ConsumerRequest, consumer_number: str, home: Measured, span: Span, status: int
) -> HttpResponse:
    shown = {
        "consumer_number": consumer_number,
        "span": span,
        "since": home.since.isoformat(),
        "today": supply_day_of(clock.now()).isoformat(),
        "most_days": MOST_DAYS,
    }
    return render(request, "use/files.html", shown, status=status)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-04-03") else None
    except ValueError:
        return None


def _day_columns() -> list[str]:
    return [
        _("Day"),
        _("Register at its beginning (kWh)"),
        _("Register at its end (kWh)"),
        _("Units"),
        _("Estimated"),
        *(f"{HEADS[head]} (₹)" for head in Head),
        _("Deducted in all (₹)"),
        _("Balance after (₹)"),
    ]


def _day_row(one: DayLine) -> list[object]:
    return [
        one.day,
        _kwh(one.opening_register_wh),
        _kwh(one.closing_register_wh),
        _kwh(one.energy_wh),
        int(one.is_estimated),
        *(_rupees(one.heads_paise[head.value]) for head in Head),
        _rupees(one.total_paise),
        _rupees(one.balance_paise),
    ]


def _half_hour_columns() -> list[str]:
    return [_("Day"), _("Begins at"), _("Ends at"), _("Units"), _("Heard")]


def _half_hour_rows(days: Sequence[HalfHours]) -> Iterator[list[object]]:
    """One not heard has no units: an empty cell, never a nought."""
    for day in days:
        for place, wh in enumerate(day.energies_wh):
            units = None if wh is None else _kwh(wh)
            starts, ends = block_clock(place), block_clock(place + 1)
            yield [day.day, starts, ends, units, int(wh is not None)]


def _kwh(wh: int) -> Decimal:
    return Decimal(wh).scaleb(-3)


def _rupees(paise: int) -> Decimal:
    return Decimal(paise).scaleb(-2)
