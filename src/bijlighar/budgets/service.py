"""A budget of one's own: set, changed, removed; what of it is to be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from bijlighar.budgets import rules
from bijlighar.budgets.models import BudgetRow, StepReached
from bijlighar.budgets.values import Alert, Budget, Measure, Progress, Step
from bijlighar.kernel.errors import BijligharError

BOUNDS = rules.BOUNDS
PERCENT = rules.PERCENT
month_percent = rules.month_percent


class WrongBudget(BijligharError):
    """A budget that is too small or too large to be meant."""


# Verbs


def set_budget(
    *, connection_id: int, measure: Measure, amount: int, now: datetime
) -> Budget:
    """From now on this budget holds: `amount` in paise or Wh. The same one stays as it is.

    Two that are set at once wait for each other: the later one holds. Raises WrongBudget.
    """
    least, most = rules.BOUNDS[measure]
    if not least <= amount <= most:
        raise WrongBudget(f"A budget in {measure} is {least} to {most}, not {amount}.")
    try:
        with transaction.atomic():
            return _set(connection_id, measure, amount, now)
    except IntegrityError:
        # The first budget of a connection was set twice at once: the other one is there.
        with transaction.atomic():
            return _set(connection_id, measure, amount, now)


def remove_budget(*, connection_id: int, now: datetime) -> bool:
    """No budget holds any more; False where none did."""
    held = BudgetRow.objects.filter(connection_id=connection_id, ended_at=None)
    return held.update(ended_at=now) > 0


def take_alerts(*, progress: Iterable[Progress], now: datetime) -> tuple[Alert, ...]:
    """What is to be told of these months, each step once for ever.

    The caller queues the notices in the same transaction: both are kept or neither.
    Another one that looks at the same months waits for this one's rows.
    """
    alerts: list[Alert] = []
    with transaction.atomic():
        for one in sorted(progress, key=lambda p: p.budget.budget_id):
            new = [step for step in rules.reached(one) if _is_new(one, step, now)]
            alerts += (
                Alert(budget=one.budget, month=one.month, step=step, progress=one)
                for step in rules.told(new)
            )
    return tuple(alerts)


# Questions


def budget_of(*, connection_id: int) -> Budget | None:
    """The budget that holds for a connection; None where there is none."""
    return budgets_of(connection_ids=[connection_id]).get(connection_id)


def budgets_of(*, connection_ids: Sequence[int]) -> dict[int, Budget]:
    """The budgets that hold, by connection, of those that have one."""
    held = BudgetRow.objects.filter(connection_id__in=connection_ids, ended_at=None)
    return {row.connection_id: _value(row) for row in held.order_by("connection_id")}


def told_steps(*, budget_id: int, month: date) -> frozenset[Step]:
    """Which steps of a month's budget are done with."""
    held = StepReached.objects.filter(budget_id=budget_id, month=month).order_by("pk")
    return frozenset(Step(step) for step in held.values_list("step", flat=True))


def _set(connection_id: int, measure: Measure, amount: int, now: datetime) -> Budget:
    held = (
        BudgetRow.objects.select_for_update()
        .filter(connection_id=connection_id, ended_at=None)
        .order_by("pk")
        .first()
    )
    if held is not None:
        if (held.measure, held.amount) == (measure.value, amount):
            return _value(held)
        BudgetRow.objects.filter(pk=held.pk).update(ended_at=now)
    row = BudgetRow.objects.create(
        connection_id=connection_id, measure=measure.value, amount=amount, set_at=now
    )
    return _value(row)


def _is_new(one: Progress, step: Step, now: datetime) -> bool:
    _, is_new = StepReached.objects.get_or_create(
        budget_id=one.budget.budget_id,
        month=one.month,
        step=step.value,
        defaults={"connection_id": one.budget.connection_id, "reached_at": now},
    )
    return is_new


def _value(row: BudgetRow) -> Budget:
    return Budget(
        budget_id=row.pk,
        connection_id=row.connection_id,
        measure=Measure(row.measure),
        amount=row.amount,
        set_at=row.set_at,
    )
