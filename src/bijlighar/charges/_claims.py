"""What others owe for the reliefs that consumers were given, month by month.

A month's books close ten days after it has ended. What its days came to until then is its
claim; what is known of them later is a correction in the claim of the month whose books
are open then. So each paisa is claimed once, and a claim that is drawn again later is the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from bijlighar.charges._schedules import order_of
from bijlighar.charges.values import Claim, Claims
from bijlighar.kernel.ist import ONE_DAY, day_starts, month_starts, next_month_starts
from bijlighar.kernel.sql import rows, statement
from bijlighar.tariffs.values import Head, Schedule

BOOKS_OPEN = timedelta(days=10)
"""Source: bills are out by the 10th (tariffs reference 0.1)."""

_Sums = dict[tuple[int, str], dict[str, Any]]


def books_close_at(month: date) -> datetime:
    """When the books of a month close."""
    return day_starts(next_month_starts(month)) + BOOKS_OPEN


def claims(month: date) -> Claims:
    """As `service.claims` says. Raises OrderGone."""
    assert month == month_starts(month), "a month is its first day"
    opened_at = books_close_at(month_starts(month - ONE_DAY))
    closes_at = books_close_at(month)
    own = _claims_of(month, {}, _sums(month, closes_at, None))
    corrections = [
        claim
        for earlier, ids in _corrected(month, opened_at, closes_at)
        for claim in _claims_of(
            earlier, _sums(earlier, opened_at, ids), _sums(earlier, closes_at, ids)
        )
    ]
    return Claims(
        month=month,
        closes_at=closes_at,
        claims=tuple(own),
        corrections=tuple(corrections),
    )


def _sums(month: date, known_at: datetime, ids: Sequence[int] | None) -> _Sums:
    """What the days of a month came to as it was known at an instant."""
    told = {
        "first": month,
        "until": next_month_starts(month),
        "known_at": known_at,
        "ids": ids,
    }
    return {(row["schedule_id"], row["head"]): row for row in _asked("claims", told)}


def _corrected(
    first: date, since: datetime, until: datetime
) -> list[tuple[date, list[int]]]:
    found = _asked("corrected", {"first": first, "since": since, "until": until})
    return [(row["month"], row["connections"]) for row in found]


def _claims_of(month: date, before: _Sums, now: _Sums) -> list[Claim]:
    """One for each schedule and head of which something is to be claimed or given back."""
    made = [
        _claim(month, key, before.get(key), now.get(key))
        for key in sorted(before.keys() | now.keys())
    ]
    order = [Head.SUBSIDY.value, Head.SCHEME.value]
    return sorted(
        (one for one in made if one.amount_paise),
        key=lambda one: (
            one.funder,
            one.category,
            order.index(one.head),
            one.in_force_from,
            one.eligible,
        ),
    )


def _claim(
    month: date,
    key: tuple[int, str],
    before: dict[str, Any] | None,
    now: dict[str, Any] | None,
) -> Claim:
    schedule_id, head = key
    order, schedule = order_of(schedule_id)
    shown = now or before
    assert shown is not None, "one of the two is there"
    return Claim(
        month=month,
        funder=_funder(schedule, head),
        state=order.state,
        discom=order.discom,
        category=schedule.category,
        eligible=schedule.eligible.text,
        order_en=order.name.en,
        in_force_from=schedule.in_force_from,
        head=head,
        connections=shown["connections"],
        energy_wh=now["energy_wh"] if now else 0,
        claimed_before_paise=before["amount_paise"] if before else 0,
        holds_now_paise=now["amount_paise"] if now else 0,
    )


def _funder(schedule: Schedule, head: str) -> str:
    """Who pays a relief, as the order says."""
    if head == Head.SUBSIDY.value:
        return schedule.subsidy_funded_by
    schemes = (schedule.free_units, schedule.payable_cap)
    return ", ".join(dict.fromkeys(one.funded_by for one in schemes if one is not None))


def _asked(name: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.charges", name), told)
        return rows(cursor)
