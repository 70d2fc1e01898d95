"""A consumer's use: a day by half-hours, a month by days, a year by months."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.kernel.ist import ONE_DAY, month_starts, supply_day_of
from bijlighar.web.access import ConsumerRequest, consumer
from bijlighar.web.use import words
from bijlighar.web.use.budget import budget_shown
from bijlighar.web.use.pictures import (
    MonthPicture,
    day_picture,
    measured,
    month_picture,
    year_picture,
)
from bijlighar.web.use.shapes import Share


@consumer
@gzip_page
@require_safe
def latest(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """The month of yesterday: on the first of a month, the one that has just ended."""
    yesterday = supply_day_of(clock.now()) - ONE_DAY
    return _month(request, consumer_number, month_starts(yesterday))


@consumer
@gzip_page
@require_safe
def one_day(request: ConsumerRequest, consumer_number: str, day: date) -> HttpResponse:
    """One day by half-hours."""
    now = clock.now()
    picture = day_picture(measured(consumer_number), day, now=now)
    shown = {
        "consumer_number": consumer_number,
        "picture": picture,
        "is_today": day == supply_day_of(now),
        "is_ahead": day > supply_day_of(now),
        **_parts_of_day(picture.shares),
    }
    return render(request, "use/day.html", shown)


@consumer
@gzip_page
@require_safe
def one_month(
    request: ConsumerRequest, consumer_number: str, use_month: date
) -> HttpResponse:
    """One month by days."""
    return _month(request, consumer_number, use_month)


@consumer
@gzip_page
@require_safe
def one_year(request: ConsumerRequest, consumer_number: str, year: int) -> HttpResponse:
    """One year by months."""
    picture = year_picture(measured(consumer_number), year, now=clock.now())
    shown = {"consumer_number": consumer_number, "picture": picture}
    return render(request, "use/year.html", shown)


def _month(request: ConsumerRequest, consumer_number: str, first: date) -> HttpResponse:
    home = measured(consumer_number)
    picture = month_picture(home, first, now=clock.now())
    is_running = picture.ahead is not None
    shown = {
        "consumer_number": consumer_number,
        "picture": picture,
        "is_ahead": first > supply_day_of(clock.now()),
        "compared": _comparisons(picture),
        "budget": budget_shown(home.connection_id, month=first) if is_running else None,
        **_parts_of_day(picture.shares),
    }
    return render(request, "use/month.html", shown)


def _comparisons(picture: MonthPicture) -> list[str]:
    return [words.compared(one) for one in picture.compared]


def _parts_of_day(shares: list[Share]) -> dict[str, object]:
    return {
        "shares": [(words.name(one), words.price(one), one) for one in shares],
        "most": words.most(shares),
    }
