"""What the schedule has started already; private to the flow."""

from __future__ import annotations

from django.db import models


class ScheduleRun(models.Model):
    """One due time of one line of the schedule, started once by whoever came first."""

    name = models.TextField()
    due_at = models.DateTimeField()
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "due_at"], name="a_due_time_is_started_once"
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"
