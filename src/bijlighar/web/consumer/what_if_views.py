"""What if I use 40 units more? The month so far, and the same with more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.charges import service as charges
from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.ist import supply_day_of
from bijlighar.tariffs.orders import TariffGap
from bijlighar.web.access import consumer
from bijlighar.web.consumer.known import known_consumer
from bijlighar.web.consumer.what_if import (
    MOST_MORE_WH,
    Ahead,
    WhatIf,
    what_if,
)
from bijlighar.web.tariffs.typed import number_typed
from bijlighar.web.tariffs.words import HEADS, lines_shown

USUAL_UNITS = 40
OFFERED_UNITS = (10, 40, 100)
SLIDER_UNITS = 200


@consumer
@gzip_page
@require_safe
@known_consumer
def page(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """The whole page, or the answer alone where the page asks for it."""
    is_part = bool(request.headers.get("HX-Request"))
    template = "consumer/what_if.html#answer" if is_part else "consumer/what_if.html"
    answer = render(request, template, _shown(request, consumer_number))
    patch_vary_headers(answer, ("HX-Request",))
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The units as typed, as they count, and what is wrong with them."""

    typed: str
    wh: int
    error: str = ""

    @property
    def units(self) -> int:
        """Whole units, for the slider."""
        return self.wh // WH_PER_KWH


def _shown(request: HttpRequest, consumer_number: str) -> dict[str, object]:
    home = connections.home_of(consumer_number=consumer_number)
    asked = _asked(request)
    found = _found(home.connection_id, asked.wh, supply_day_of(clock.now()))
    return {
        "consumer_number": consumer_number,
        "asked": asked,
        "found": found,
        "offered": OFFERED_UNITS,
        "slider_most": SLIDER_UNITS,
        "heads": [(HEADS[one.head], one) for one in found.heads] if found else [],
        "lines": lines_shown(found.lines) if found else [],
    }


def threshold_ahead(connection_id: int, *, today: date) -> Ahead | None:
    """The next threshold of the month that `today` lies in, once it is near."""
    found = _found(connection_id, 0, today)
    return found.ahead if found and found.ahead and found.ahead.is_near else None


def _found(connection_id: int, more_wh: int, today: date) -> WhatIf | None:
    """The answer; None before the first charged day and where no order is known."""
    month = charges.month_so_far(connection_id=connection_id)
    if month is None:
        return None
    try:
        running = charges.running_month(month, today=today)
    except TariffGap:
        return None
    return what_if(running, more_wh=more_wh)


def _asked(request: HttpRequest) -> _Asked:
    typed = request.GET.get("more", str(USUAL_UNITS))[:20]
    units = number_typed(typed)
    if units is None:
        error = _("Please enter units in digits, such as 40.")
        return _Asked(typed=typed, wh=USUAL_UNITS * WH_PER_KWH, error=error)
    wh = int(units * WH_PER_KWH)
    if wh > MOST_MORE_WH:
        error = _("The most that can be asked about is 1,000 units.")
        return _Asked(typed=typed, wh=MOST_MORE_WH, error=error)
    return _Asked(typed=typed, wh=wh)
