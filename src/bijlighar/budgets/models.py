"""Budgets and what was told of them; private."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class BudgetRow(models.Model):
    """A budget from when it was set until it was changed or removed.

    A changed one is another row, so that its steps are told anew.
    """

    connection_id = models.BigIntegerField()
    measure = models.TextField()
    amount = models.BigIntegerField()
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "budgets_budget"
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id"],
                condition=Q(ended_at=None),
                name="one_budget_a_connection_at_a_time",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_budget_is_positive"),
            models.CheckConstraint(
                condition=Q(measure__in=["rupees", "units"]),
                name="a_budget_is_in_rupees_or_units",
            ),
        ]

    def __str__(self) -> str:
        return f"budget {self.pk}"


class StepReached(models.Model):
    """A step of a month's budget that needs no more telling; each there once."""

    budget = models.ForeignKey(BudgetRow, on_delete=models.PROTECT, related_name="+")
    connection_id = models.BigIntegerField()
    month = models.DateField()
    step = models.TextField()
    reached_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "month", "step"], name="a_step_is_told_once_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.pk}"
