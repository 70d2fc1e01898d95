"""The tariff for everybody: choose what is on the bill, and see what it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.kernel.ist import ONE_DAY, month_starts, next_month_starts, supply_day_of
from bijlighar.tariffs.asking import QuestionRefused, question_from
from bijlighar.tariffs.orders import catalogue
from bijlighar.tariffs.pricing import Priced, price
from bijlighar.tariffs.values import Measured, Schedule
from bijlighar.web.access import public
from bijlighar.web.tariffs.typed import number_typed
from bijlighar.web.tariffs.words import lines_shown, state_name

MONTHS_OFFERED = 18
_NUMBERS = ("units", "load", "demand")
_FIELDS = ("category", *_NUMBERS, "month")
_MODES = ("postpaid", "prepaid")

_NOT_POSSIBLE: dict[str, Promise] = {
    "units": gettext_lazy("Please enter units in digits, such as 150 or 150.5."),
    "load": gettext_lazy("Please enter the load in kW, such as 2 or 1.5."),
    "demand": gettext_lazy("Please enter the demand in kW, or leave it empty."),
}
_REFUSED: dict[str, Promise] = {
    "units": gettext_lazy("More units than any bill has."),
    "load": gettext_lazy("This category is not for this load."),
    "demand": gettext_lazy("A larger demand than any bill has."),
    "month": gettext_lazy("No tariff order of this category is known for this month."),
}
_FIELD_OF = {
    "units_kwh": "units",
    "units_kvah": "units",
    "sanctioned_load_kw": "load",
    "sanctioned_load_kva": "load",
    "max_demand_kw": "demand",
    "max_demand_kva": "demand",
    "day": "month",
    "fppas_pct": "month",
}


@dataclass(slots=True, kw_only=True)
class Asked:
    """What was chosen and typed, what is wrong with it, and the answer if nothing is.

    `category` is empty until one is chosen.
    """

    category: str
    month: date
    mode: str
    typed: dict[str, str]
    errors: dict[str, str]
    priced: Priced | None = None


@public
@gzip_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The whole page, or the answer alone where the page asks for it."""
    is_part = bool(request.headers.get("HX-Request"))
    today = supply_day_of(clock.now())
    asked = answered(request.GET, today=today)
    shown = {
        "asked": asked,
        "states": _states(),
        "months": tuple(_months(today)),
        "fields": _FIELDS,
        "lines": lines_shown(asked.priced.lines) if asked.priced else [],
    }
    template = "tariffs/price.html#live" if is_part else "tariffs/price.html"
    answer = render(request, template, shown)
    patch_vary_headers(answer, ("HX-Request",))
    return answer


def answered(query: QueryDict, *, today: date) -> Asked:
    """The question of an address, with its answer or its errors; neither without one."""
    known = _schedules()
    category = query.get("category", "")
    months = {f"{month:%Y-%m}": month for month in _months(today)}
    asked = Asked(
        category=category if category in known else "",
        month=months.get(query.get("month", ""), month_starts(today)),
        mode=query.get("mode", "") if query.get("mode") in _MODES else _MODES[0],
        typed={name: query.get(name, "")[:20] for name in _NUMBERS},
        errors={},
    )
    if not query:
        return asked
    numbers = _numbers(asked)
    if not asked.category:
        asked.errors["category"] = _("Please choose the kind of connection.")
    if not asked.errors:
        try:
            said = _question(asked, numbers, known[asked.category], today)
            asked.priced = price(question_from(said, today=today))
        except QuestionRefused as refused:
            field = _FIELD_OF.get(refused.field, "month")
            asked.errors[field] = str(_REFUSED[field])
    return asked


def _numbers(asked: Asked) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for name, typed in asked.typed.items():
        number = number_typed(typed)
        if number is not None and not (name == "load" and number == 0):
            found[name] = number
        elif name != "demand" or typed.strip():
            asked.errors[name] = str(_NOT_POSSIBLE[name])
    return found


def _question(
    asked: Asked, numbers: dict[str, Decimal], schedule: Schedule, today: date
) -> dict[str, object]:
    """The same as a program would say it; of a past month, its last day counts."""
    unit = "kva" if schedule.measured_in is Measured.KVAH else "kw"
    said: dict[str, object] = {
        "category": asked.category,
        "day": min(next_month_starts(asked.month) - ONE_DAY, today).isoformat(),
        "payment_mode": asked.mode,
        f"units_{unit}h": numbers["units"],
        f"sanctioned_load_{unit}": numbers["load"],
    }
    if "demand" in numbers:
        said[f"max_demand_{unit}"] = numbers["demand"]
    return said


def _schedules() -> dict[str, Schedule]:
    """The newest schedule of each category, by state and code."""
    return {
        schedule.category: schedule for order in catalogue() for schedule in order.schedules
    }


def _states() -> list[tuple[str, list[Schedule]]]:
    """Each state with its categories, for people to choose from."""
    known = _schedules()
    found: dict[str, dict[str, Schedule]] = {}
    for order in catalogue():
        for one in order.schedules:
            found.setdefault(order.state, {})[one.category] = known[one.category]
    return [(state_name(code), list(held.values())) for code, held in found.items()]


def _months(today: date) -> Iterator[date]:
    """The running month and those before it, the newest first."""
    month = month_starts(today)
    for _number in range(MONTHS_OFFERED):
        yield month
        month = month_starts(month - ONE_DAY)
