"""A supply day ends: usage becomes a charge, a charge a balance, a balance a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import structlog
from django.db import transaction

from bijlighar.budgets import service as budgets
from bijlighar.charges import service as charges
from bijlighar.charges.values import ChargedDays, ThresholdAhead
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow import later
from bijlighar.flow.review_supply import notice_to, review_supply, tell
from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.ist import ONE_DAY, month_starts, supply_day_of
from bijlighar.kernel.money import format_rupees
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.readings import service as readings

log = structlog.get_logger()

CORRECTED = "a reading was put right"
LATE = "a reading came late"


def close_day(*, connection_ids: Sequence[int], now: datetime) -> ChargedDays:
    """Charge every open day whose register has arrived, and act on what is left.

    Safe to repeat: a day is charged once.
    """
    with transaction.atomic(durable=True):
        closed = charges.close_days(connection_ids=connection_ids, now=now)
        _act_on(closed, now)
    return _told_of(closed)


def charge_silent(*, connection_ids: Sequence[int], now: datetime) -> ChargedDays:
    """Charge by estimate what silent meters have not told, and act on what is left."""
    with transaction.atomic(durable=True):
        charged = charges.charge_silent(connection_ids=connection_ids, now=now)
        _act_on(charged, now)
    return _told_of(charged)


def charge_again(
    *, connection_ids: Sequence[int], first: date, because: str, now: datetime
) -> ChargedDays:
    """Charge days once more with what is known now, and act on what is left."""
    with transaction.atomic(durable=True):
        charged = charges.charge_again(
            connection_ids=connection_ids, first=first, because=because, now=now
        )
        _act_on(charged, now)
    return _told_of(charged)


def correct_reading(
    *, home: Home, day: date, register_wh: int, why: str, made_by: str, now: datetime
) -> ChargedDays:
    """A person puts a register right: its days are charged again at once.

    All of it or nothing. Raises readings.WrongRegister, readings.FutureDay.
    """
    with transaction.atomic(durable=True):
        readings.correct(
            meter_id=home.meter_id,
            day=day,
            register_wh=register_wh,
            why=why,
            made_by=made_by,
            now=now,
        )
        charged = charges.charge_again(
            connection_ids=[home.connection_id], first=day, because=CORRECTED, now=now
        )
        _act_on(charged, now)
    return _told_of(charged)


def _act_on(charged: ChargedDays, now: datetime) -> None:
    if charged.days:
        review_supply(connection_ids=list(charged.days), now=now)
        _look_at_budgets(charged, now)
    if charged.ahead:
        _warn_of_thresholds(charged.ahead, now)


def _look_at_budgets(charged: ChargedDays, now: datetime) -> None:
    """The month of yesterday, and the one before where days of it were closed late, is held
    against the budgets of those who were charged for it, soon. What turns out otherwise in
    a still older month is no news of a budget."""
    month = month_starts(supply_day_of(now) - ONE_DAY)
    held = budgets.budgets_of(connection_ids=list(charged.days))
    for one in (month_starts(month - ONE_DAY), month):
        ids = [pk for pk in held if any(month_starts(d) == one for d in charged.days[pk])]
        if ids:
            later.watch_budgets(connection_ids=ids, month=one)


def _warn_of_thresholds(ahead: Sequence[ThresholdAhead], now: datetime) -> None:
    """Before a threshold makes a month dearer at once, its consumer is told, once."""
    homes = {
        home.connection_id: home
        for home in connections.homes(connection_ids=[one.connection_id for one in ahead])
    }
    tell(new=[_warning(one, homes[one.connection_id]) for one in ahead], now=now)


def _warning(one: ThresholdAhead, home: Home) -> NewNotice:
    threshold = format_kwh(one.threshold_wh, places=0)
    return notice_to(
        home=home,
        kind=NoticeKind.THRESHOLD_AHEAD,
        source=f"threshold:{one.connection_id}:{one.month:%Y-%m}:{threshold}",
        parameters={
            "consumer_number": home.consumer_number,
            "used": format_kwh(one.used_wh, places=0),
            "threshold": threshold,
            "extra": format_rupees(one.costs_paise),
        },
    )


def _told_of(charged: ChargedDays) -> ChargedDays:
    for one in charged.rejected:
        log.warning("charges.day.rejected", connection_id=one.connection_id, why=one.error)
    return charged
