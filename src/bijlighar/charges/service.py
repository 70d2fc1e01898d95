"""Charge supply days: usage by registers, month to date, the difference to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from bijlighar.charges import (
    _again,
    _claims,
    _close,
    _explain,
    _foretell,
    _period,
    _provisional,
)
from bijlighar.charges._closing import Closing
from bijlighar.charges._schedules import OrderGone as OrderGone
from bijlighar.charges.policy import ChargingPolicy, charging_policy
from bijlighar.charges.rules import CORRECTION as CORRECTION
from bijlighar.charges.rules import REASON as REASON
from bijlighar.charges.values import (
    ChargedDays,
    ChargedPeriods,
    Claims,
    DayExplained,
    DayTotal,
    Foretold,
    MonthSoFar,
    NotCharged,
    Shock,
)
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.tariffs.reading_reliefs import MOST_HELD_DAYS

LONGEST_HOLD = timedelta(days=MOST_HELD_DAYS)
"""No order holds a threshold's shock back for longer."""
HABIT_DAYS = timedelta(days=31)
"""What a home is used to is told by so many of its last days."""

LEAST_DAYS = _foretell.LEAST_DAYS
usual_of = _foretell.usual_of
running_month = _foretell.running_month


def policy() -> ChargingPolicy:
    """The charging policy of this installation; raises UnknownPolicy."""
    return charging_policy(settings.BIJLIGHAR["charging_policy"])


def close_days(*, connection_ids: Sequence[int], now: datetime) -> ChargedDays:
    """Charge every supply day of these connections that can be closed.

    A day is closed when its register has arrived; it stays open until then, and the days
    after it with it. What was charged by estimate meanwhile is charged again with what the
    meter told. Safe to repeat: a day is charged once. One transaction: rows of the wallets
    are locked first, in order, so that two runs over one connection wait for each other. A
    connection that cannot be charged is rejected with a sentence and holds up nobody else.
    """
    with transaction.atomic():
        closing = _begin(connection_ids)
        ids = _again.follow_orders(connection_ids=connection_ids, closing=closing, now=now)
        _close.close(connection_ids=ids, closing=closing, now=now)
    return _charged(closing)


def charge_silent(*, connection_ids: Sequence[int], now: datetime) -> ChargedDays:
    """Charge the open days of silent meters by estimate, as far as the policy says.

    Each estimate is marked, told as such, and taken back by what the meter tells later.
    """
    with transaction.atomic():
        closing = _begin(connection_ids)
        ids = _again.follow_orders(connection_ids=connection_ids, closing=closing, now=now)
        _provisional.estimate_silent(
            connection_ids=ids, policy=policy(), closing=closing, now=now
        )
    return _charged(closing)


def charge_again(
    *, connection_ids: Sequence[int], first: date, because: str, now: datetime
) -> ChargedDays:
    """Rate the charged days from the month of `first` on with what is known now.

    For every late or corrected reading, changed fact or order: only the difference is
    posted, whichever sign. Answers the days that came out otherwise. Safe to repeat.
    """
    with transaction.atomic():
        closing = _begin(connection_ids)
        _again.charge_again(
            connection_ids=connection_ids,
            first=first,
            because=because,
            closing=closing,
            now=now,
        )
    return _charged(closing)


def explain_day(*, connection_id: int, day: date) -> DayExplained | None:
    """What a day cost, line by line, as it holds now; None while it is open.

    Raises OrderGone.
    """
    return _explain.explain_day(connection_id=connection_id, day=day)


def days_of(*, connection_id: int, first: date, until: date) -> tuple[DayTotal, ...]:
    """The charged days in `[first, until)` as they hold now, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select day, energy_wh, total_paise, is_estimated, is_provisional"
            " from charges_day"
            " where connection_id = %s and day >= %s and day < %s order by day",
            [connection_id, first, until],
        )
        return tuple(DayTotal(**row) for row in rows(cursor))


def periods_of(
    *, connection_ids: Sequence[int], first: date, until: date
) -> ChargedPeriods:
    """What the charged days in `[first, until)` came to, in parts, line by line."""
    return _period.periods_of(connection_ids=connection_ids, first=first, until=until)


def month_so_far(*, connection_id: int) -> MonthSoFar | None:
    """What the month so far rests on, by the last charged day; None before the first."""
    return _explain.month_so_far(connection_id=connection_id)


def foretell(*, connection_id: int, until: date) -> Foretold | None:
    """What each day after the last charged one will cost, up to but not `until`.

    Each is expected to use what its weekday used of late, and rated by the tariff; where
    an order of the time to come is not known yet, today's goes on. None while fewer than
    three days tell the habit. Raises OrderGone.
    """
    month = month_so_far(connection_id=connection_id)
    if month is None:
        return None
    lately = days_of(
        connection_id=connection_id,
        first=month.day - HABIT_DAYS,
        until=month.day + timedelta(days=1),
    )
    known = {one.day: one.energy_wh for one in lately if not one.is_provisional}
    if len(known) < LEAST_DAYS:
        return None
    return _foretell.foretell(month, use_wh=lambda day: usual_of(known, day), until=until)


def charged_through(*, connection_ids: Sequence[int]) -> dict[int, date]:
    """The last day of each connection that was charged on a reading, if there is one.

    Estimates of a silent meter do not count: nobody is cut on them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.charges", "last_measured"), {"ids": list(connection_ids)}
        )
        return {row["connection_id"]: row["day"] for row in rows(cursor)}


def shocks_of(*, connection_ids: Sequence[int], today: date) -> dict[int, Shock]:
    """What thresholds took from each wallet in days for which nobody may be cut for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.charges", "shocks"),
            {"ids": list(connection_ids), "since": today - LONGEST_HOLD},
        )
        found = rows(cursor)
    return _explain.held_shocks(found, today=today)


def claims(*, month: date) -> Claims:
    """What others owe for the reliefs of a month's days, corrections of earlier ones apart.

    `month` is its first day. Raises OrderGone.
    """
    return _claims.claims(month)


def totals(*, first: date, until: date) -> tuple[int, int]:
    """(Wh, paise) charged for the supply days in `[first, until)`, over all connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(posted_wh), 0)::bigint,"
            " coalesce(sum(posted_paise), 0)::bigint"
            " from charges_daycharge where day >= %s and day < %s",
            [first, until],
        )
        energy_wh, total_paise = cursor.fetchone()
        return int(energy_wh), int(total_paise)


def _begin(connection_ids: Sequence[int]) -> Closing:
    """Wallets first, in order, as everywhere. Raises ledger.NoWallet."""
    owners = np.unique(np.array(connection_ids, dtype=np.int64))
    return Closing(wallets=ledger.lock_wallets(owner_ids=owners))


def _charged(closing: Closing) -> ChargedDays:
    days: dict[int, tuple[date, ...]] = {}
    totals: dict[int, int] = {}
    for day, connection_ids, paise in closing.charged:
        ids, amounts = connection_ids.tolist(), paise.tolist()
        again = totals.keys() & ids
        earlier = {one: (days[one], totals[one]) for one in again}
        days |= dict.fromkeys(ids, (day,))
        totals |= zip(ids, amounts, strict=True)
        for one, (its, amount) in earlier.items():
            days[one] = (*its, day)
            totals[one] += amount
    return ChargedDays(
        days=days,
        paise=totals,
        rejected=tuple(
            NotCharged(connection_id=connection_id, error=sentence)
            for connection_id, sentence in closing.rejected.items()
        ),
        ahead=tuple(closing.ahead),
    )
