"""What the clock does to complaints by itself: up the ladder, and compensation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bijlighar.complaints import rules
from bijlighar.complaints._open import office_on
from bijlighar.complaints._read import complaint
from bijlighar.complaints._steps import step
from bijlighar.complaints.models import Compensation
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.policy import policy_named
from bijlighar.complaints.values import ComplaintClass, Moved, State, StepKind
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import SYSTEM

MOST_AT_ONCE = 200


def open_ids(*, now: datetime) -> tuple[int, ...]:
    """Complaints whose clock runs, those that run out first leading."""
    held = Row.objects.filter(state=State.OPEN.value).order_by("due_at", "pk")
    return tuple(held.values_list("pk", flat=True))


def move(*, complaint_ids: Sequence[int], now: datetime) -> tuple[Moved, ...]:
    """Let the clock act on these complaints; those to which something happened.

    Safe to repeat: a rung is climbed once and a day compensated once. A complaint that
    somebody else holds is left to the next sweep.
    """
    with transaction.atomic():
        found = (
            Row.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk__in=complaint_ids, state=State.OPEN.value)
            .order_by("pk")
        )
        moved = [_moved(row, now) for row in found]
    return tuple(one for one in moved if one is not None)


def owe(row: Row, *, now: datetime) -> int:
    """Record what is owed by now for days not recorded yet; how much, in paise."""
    clock = policy_named(row.policy).clocks[ComplaintClass(row.class_name)]
    if row.connection_id is None:
        return 0  # Compensation is a consumer's, and comes into the connection's wallet.
    days = rules.owed_days(owed=clock.owed, due_at=row.due_at, now=now)
    if clock.owed is None or days <= row.owed_days:
        return 0
    new = [
        Compensation(
            complaint=row,
            reopenings=row.reopenings,
            number=day,
            amount_paise=rules.owed_paise(owed=clock.owed, day=day),
            recorded_at=now,
            source=f"{row.policy}: {clock.source}",
        )
        for day in range(row.owed_days + 1, days + 1)
    ]
    Compensation.objects.bulk_create(new)
    row.owed_days = days
    row.save(update_fields=["owed_days"])
    owed_paise = sum(one.amount_paise for one in new)
    step(
        row,
        StepKind.OVERDUE,
        by=SYSTEM,
        now=now,
        after={"owed_paise": owed_paise, "days": days},
    )
    return owed_paise


def climb(row: Row, *, level: int, now: datetime) -> None:
    """Hand a complaint to a rung of its ladder, and to that rung's office."""
    rung = policy_named(row.policy).ladder[level]
    path = grid.path_on(node_id=row.transformer_id, day=supply_day_of(now))
    row.level, row.level_role = level, rung.role.value
    row.level_area_id = office_on(rung, path)
    row.save(update_fields=["level", "level_role", "level_area_id"])
    step(
        row,
        StepKind.ESCALATED,
        by=SYSTEM,
        now=now,
        text=rung.role.value,
        after={"role": rung.role.value, "area": row.level_area_id},
    )


def _moved(row: Row, now: datetime) -> Moved | None:
    policy = policy_named(row.policy)
    percent = rules.percent_run(
        due_at=row.due_at,
        allowed=policy.clocks[ComplaintClass(row.class_name)].allowed,
        at=now,
    )
    level = rules.level_at(ladder=policy.ladder, percent=percent)
    has_risen = level > row.level and not row.is_vigilance
    if has_risen:
        climb(row, level=level, now=now)
    owed_paise = owe(row, now=now)
    if not has_risen and not owed_paise:
        return None
    return Moved(
        complaint=complaint(row, now=now), has_risen=has_risen, owed_paise=owed_paise
    )
