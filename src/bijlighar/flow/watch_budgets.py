"""A month against the budgets that consumers set themselves: who is told, once each.

It follows the closing of a day as a job of its own, deferred with it: a forecast that fails
holds up nobody's charges, and a closing that is rolled back leaves no job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog
from babel.dates import format_date
from django.db import transaction

from bijlighar.budgets import service as budgets
from bijlighar.budgets.values import Alert, Budget, Measure, Progress, Step
from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow.review_supply import notice_to, tell
from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import (
    day_starts,
    month_starts,
    next_month_starts,
    supply_day_of,
)
from bijlighar.kernel.money import format_rupees
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind

log = structlog.get_logger()

ONE_DAY = timedelta(days=1)


def watch_budgets(
    *, connection_ids: Sequence[int], month: date, now: datetime
) -> tuple[Alert, ...]:
    """Tell those whose month has come to a step of their budget; `month` is its first day.

    All or nothing, safe to repeat: a step is told once. Whose charges cannot be explained
    is left out and logged, and so is a budget that was set when the month was over.
    """
    is_late = month < month_starts(supply_day_of(now) - ONE_DAY)
    until = day_starts(next_month_starts(month))
    held = budgets.budgets_of(connection_ids=connection_ids)
    progress = [
        replace(found, is_closed_late=is_late)
        for budget in held.values()
        if budget.set_at < until and (found := _progress_or_none(budget, month)) is not None
    ]
    with transaction.atomic(durable=True):
        alerts = budgets.take_alerts(progress=progress, now=now)
        _tell(alerts, now)
    return alerts


def progress_of(budget: Budget, *, month: date) -> Progress:
    """How far a month has come with a budget, and what it is expected to come to.

    Raises charges.OrderGone.
    """
    ends = next_month_starts(month)
    charged = charges.days_of(connection_id=budget.connection_id, first=month, until=ends)
    foretold = charges.foretell(connection_id=budget.connection_id, until=ends)
    is_money = budget.measure is Measure.RUPEES
    used = sum(one.total_paise if is_money else one.energy_wh for one in charged)
    to_come = (
        one.cost_paise if is_money else one.energy_wh
        for one in (foretold.days if foretold else ())
        if month_starts(one.day) == month
    )
    return Progress(
        budget=budget,
        month=month,
        known_through=charged[-1].day if charged else None,
        used=used,
        expected=None if foretold is None else used + sum(to_come),
    )


def _progress_or_none(budget: Budget, month: date) -> Progress | None:
    try:
        return progress_of(budget, month=month)
    except BijligharError as error:
        log.warning(
            "budgets.month.unknown", connection_id=budget.connection_id, why=str(error)
        )
        return None


def _tell(alerts: Sequence[Alert], now: datetime) -> None:
    ids = [one.budget.connection_id for one in alerts]
    homes = {home.connection_id: home for home in connections.homes(connection_ids=ids)}
    languages = notices.languages(connection_ids=ids)
    new = [
        _notice(one, homes[one.budget.connection_id], languages)
        for one in alerts
        if one.budget.connection_id in homes
    ]
    tell(new=new, now=now)


def _notice(one: Alert, home: Home, languages: Mapping[int, str]) -> NewNotice:
    is_money = one.budget.measure is Measure.RUPEES
    language = languages.get(home.connection_id, home.language)
    told = {
        "consumer_number": home.consumer_number,
        "month": format_date(one.month, "LLLL", locale=language),
    }
    if is_money:
        told["budget"] = format_rupees(one.budget.amount)
    else:
        told["budget_units"] = format_kwh(one.budget.amount, places=0)
    if one.step is Step.AHEAD:
        assert one.progress.expected is not None, "only what is foretold lies ahead"
        kind = NoticeKind.BUDGET_AHEAD if is_money else NoticeKind.BUDGET_UNITS_AHEAD
        told |= _amount(one.progress.expected, is_money)
    else:
        kind = NoticeKind.BUDGET_REACHED if is_money else NoticeKind.BUDGET_UNITS_REACHED
        told |= _amount(one.progress.used, is_money)
        told["percent"] = str(budgets.PERCENT[one.step])
    return notice_to(
        home=home,
        kind=kind,
        source=f"budget:{one.budget.budget_id}:{one.month:%Y-%m}:{one.step.value}",
        parameters=told,
    )


def _amount(amount: int, is_money: bool) -> dict[str, str]:
    if is_money:
        return {"amount": format_rupees(amount)}
    return {"used": format_kwh(amount, places=0)}
