"""A budget of one's own on the screen: how far it is, and the form that sets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from bijlighar.budgets import service as budgets
from bijlighar.budgets.values import Budget, Measure, Progress
from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.flow.watch_budgets import progress_of
from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.ist import month_starts, supply_day_of
from bijlighar.kernel.money import PAISE_PER_RUPEE
from bijlighar.logins.values import Access
from bijlighar.web.access import ConsumerRequest, consumer
from bijlighar.web.tariffs.typed import number_typed

IN_ONE = {Measure.RUPEES: PAISE_PER_RUPEE, Measure.UNITS: WH_PER_KWH}
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetShown:
    """How far a month has come with a budget."""

    progress: Progress
    month_percent: int
    """How much of the month is counted."""

    @property
    def is_money(self) -> bool:
        """In rupees; else in units."""
        return self.progress.budget.measure is Measure.RUPEES

    @property
    def bar(self) -> int:
        """The filled part of a bar of a hundred."""
        return min(self.progress.percent, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The form as typed, and what is wrong with it."""

    amount: str = ""
    measure: Measure = Measure.RUPEES
    error: str = ""


def budget_shown(connection_id: int, *, month: date) -> BudgetShown | None:
    """The budget of a home against a month; None where none is set."""
    held = budgets.budget_of(connection_id=connection_id)
    if held is None:
        return None
    progress = progress_of(held, month=month)
    return BudgetShown(progress=progress, month_percent=budgets.month_percent(progress))


@consumer
@gzip_page
@get_or_post
def page(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """The budget; its owner sets, changes or removes it here."""
    home = connections.home_of(consumer_number=consumer_number)
    if request.method != "POST":
        return _page(request, consumer_number, home.connection_id, None)
    if request.access is None or not request.access.includes(Access.OWN):
        raise PermissionDenied
    if request.POST.get("do") == "remove":
        budgets.remove_budget(connection_id=home.connection_id, now=clock.now())
        messages.success(request, _("The budget is removed: no more messages about it."))
    elif error := _set(request, home.connection_id):
        return _page(request, consumer_number, home.connection_id, error)
    return HttpResponseRedirect(reverse("use_budget", args=[consumer_number]))


def _set(request: ConsumerRequest, connection_id: int) -> Asked | None:
    """Set what was typed; else what is wrong with it."""
    typed = request.POST.get("amount", "")[:20]
    try:
        measure = Measure(request.POST.get("measure", ""))
    except ValueError:
        return Asked(amount=typed, error=_("Choose rupees or units."))
    number = number_typed(typed)
    if number is None:
        error = _("Please enter the budget in digits, such as 600.")
        return Asked(amount=typed, measure=measure, error=error)
    try:
        budgets.set_budget(
            connection_id=connection_id,
            measure=measure,
            amount=int(number * IN_ONE[measure]),
            now=clock.now(),
        )
    except budgets.WrongBudget:
        return Asked(amount=typed, measure=measure, error=_bounds(measure))
    messages.success(request, _("Saved. We tell you at 50, 80 and 100 percent of it."))
    return None


def _page(
    request: ConsumerRequest, consumer_number: str, connection_id: int, asked: Asked | None
) -> HttpResponse:
    month = month_starts(supply_day_of(clock.now()))
    shown = budget_shown(connection_id, month=month)
    context = {
        "consumer_number": consumer_number,
        "budget": shown,
        "asked": asked or _held(shown.progress.budget if shown else None),
        "is_owner": request.access is not None and request.access.includes(Access.OWN),
    }
    status = 422 if asked else 200
    return render(request, "use/budget.html", context, status=status)


def _held(budget: Budget | None) -> Asked:
    if budget is None:
        return Asked()
    number = Decimal(budget.amount) / IN_ONE[budget.measure]
    plain = f"{number:f}"
    amount = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return Asked(amount=amount, measure=budget.measure)


def _bounds(measure: Measure) -> str:
    if measure is Measure.RUPEES:
        return _("A budget is from ₹10 to ₹10,00,000 a month.")
    return _("A budget is from 1 to 1,00,000 units a month.")
