"""Every attempt is counted, by meter, supply day, what was tried and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import structlog
from django.db import connection

from bijlighar.headend.models import AttemptCount, ClockNote, StrangerCount
from bijlighar.headend.values import (
    Attempt,
    AttemptSum,
    ClockAction,
    Ended,
    Outcome,
    Talk,
)
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import statement

log = structlog.get_logger()

MOST_DRIFT_S = 2**31 - 1


def count_attempts(*, attempts: Iterable[Attempt]) -> None:
    """Count these, all in one statement, in one order: two processes never cross."""
    by_key: dict[tuple[int, date, str, str], list[Attempt]] = {}
    for one in attempts:
        key = (one.meter_id, supply_day_of(one.at), one.talk.value, one.outcome.value)
        by_key.setdefault(key, []).append(one)
    if not by_key:
        return
    keys = sorted(by_key)
    meters, days, talks, outcomes = (list(column) for column in zip(*keys, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "count_attempts"),
            {
                "meters": meters,
                "days": days,
                "talks": talks,
                "outcomes": outcomes,
                "many": [len(by_key[key]) for key in keys],
                "took": [sum(one.took_ms for one in by_key[key]) for key in keys],
                "longest": [max(one.took_ms for one in by_key[key]) for key in keys],
                "last": [max(one.at for one in by_key[key]) for key in keys],
            },
        )


def note_clocks(*, ends: Sequence[Ended]) -> None:
    """Keep and say which clocks were set, and which are not believed."""
    notes = []
    for one in ends:
        seen = one.clock
        if seen is None or not (seen.is_set or seen.action is ClockAction.DISTRUST):
            continue
        said = log.warning if seen.action is ClockAction.DISTRUST else log.info
        said(
            f"headend.clock.{'set' if seen.is_set else 'distrusted'}",
            meter_id=one.attempt.meter_id,
            drift_s=seen.drift_s,
        )
        notes.append(
            ClockNote(
                meter_id=one.attempt.meter_id,
                at=seen.at,
                drift_s=seen.drift_s,
                action=seen.action.value,
            )
        )
    ClockNote.objects.bulk_create(notes)


def count_strangers(*, why: str, many: int, day: date) -> None:
    """Pushes that belong to no meter: only how many, and why."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into headend_strangercount as held (day, why, many)"
            " values (%s, %s, %s) on conflict (day, why)"
            " do update set many = held.many + excluded.many",
            [day, why, many],
        )


def strangers_on(*, day: date) -> dict[str, int]:
    """How many pushes belonged to no meter, by why."""
    found = StrangerCount.objects.filter(day=day).order_by("why")
    return {one.why: one.many for one in found}


def attempts_of(*, meter_id: int, day: date) -> tuple[AttemptSum, ...]:
    """What was tried with a meter on a supply day, and what came of it."""
    found = AttemptCount.objects.filter(meter_id=meter_id, day=day)
    return tuple(
        AttemptSum(
            talk=Talk(one.talk),
            outcome=Outcome(one.outcome),
            many=one.many,
            took_ms=one.took_ms,
            longest_ms=one.longest_ms,
            last_at=one.last_at,
        )
        for one in found.order_by("talk", "outcome")
    )
