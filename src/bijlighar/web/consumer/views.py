"""The consumer's page: is there light, what is left, what was deducted and why."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.charges import service as charges
from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import HomePicture, SupplyShown
from bijlighar.kernel.ist import month_starts, supply_day_of
from bijlighar.web.access import consumer
from bijlighar.web.consumer.charts import days_chart, neighbours, today_chart
from bijlighar.web.consumer.known import known_consumer
from bijlighar.web.consumer.lasting import foretell, lasting, month_ahead, usual_wh
from bijlighar.web.consumer.recharge_form import RechargeForm, offers
from bijlighar.web.consumer.what_if_views import threshold_ahead
from bijlighar.web.use.budget import budget_shown


@consumer
@gzip_page
@require_safe
@known_consumer
def home(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """The whole page."""
    return home_page(request, consumer_number, form=RechargeForm())


@consumer
@gzip_page
@require_safe
@known_consumer
def home_live(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """The parts of the page that change by themselves."""
    return render(request, "consumer/home.html#live", _shown(_picture(consumer_number)))


@consumer
@gzip_page
@require_safe
@known_consumer
def charged_day(request: HttpRequest, consumer_number: str, day: date) -> HttpResponse:
    """Why one supply day cost what it cost."""
    earlier, later = neighbours(day=day, today=supply_day_of(clock.now()))
    shown = {
        "consumer_number": consumer_number,
        "day": day,
        "charge": dashboards.charge_of(consumer_number=consumer_number, day=day),
        "earlier": earlier,
        "later": later,
    }
    return render(request, "consumer/day.html", shown)


def home_page(
    request: HttpRequest,
    consumer_number: str,
    *,
    form: RechargeForm,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page with a recharge form in some state; `refused` is why it failed."""
    picture = _picture(consumer_number)
    shown = {
        **_shown(picture),
        "form": form,
        "refused": refused,
        "offers": offers(to_pay_paise=picture.supply.to_pay_paise),
    }
    return render(request, "consumer/home.html", shown, status=status)


def _picture(consumer_number: str) -> HomePicture:
    return dashboards.home(consumer_number=consumer_number, now=clock.now())


def _shown(picture: HomePicture) -> dict[str, object]:
    is_on = picture.supply.shown is SupplyShown.ON
    now, month = clock.now(), month_starts(picture.today)
    foretold = foretell(picture.connection_id, now=now)
    charged = charges.days_of(
        connection_id=picture.connection_id, first=month, until=picture.today
    )
    return {
        "home": picture,
        "lasts": lasting(foretold, balance_paise=picture.balance_paise, now=now)
        if is_on
        else None,
        "month": month_ahead(charged, foretold, month=month),
        "budget": budget_shown(picture.connection_id, month=month),
        "usual_wh": usual_wh(picture.days, day=picture.today),
        "ahead": threshold_ahead(picture.connection_id, today=picture.today),
        "days": days_chart(picture.days),
        "today": today_chart(picture.today_blocks_wh),
    }
