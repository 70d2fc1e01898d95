"""Outages; private to this domain. What they were before, the audit trail tells."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bijlighar.outages.values import OutageKind, OutageState


class Outage(models.Model):
    """A piece of the network without supply."""

    node = models.ForeignKey("grid.Node", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.TextField()
    state = models.TextField()
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    entered_by = models.TextField()
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in OutageKind]),
                name="outage_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OutageState]),
                name="outage_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("starts_at")),
                name="an_outage_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(kind="unplanned") | Q(until__isnull=False),
                name="a_planned_outage_has_an_end",
            ),
            models.CheckConstraint(
                condition=(Q(state="stands") & Q(ended_at=None))
                | (~Q(state="stands") & Q(ended_at__isnull=False)),
                name="what_does_not_stand_has_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["node", "starts_at"], name="outage_of_node"),
            models.Index(fields=["-starts_at", "-id"], name="outage_by_time"),
        ]

    def __str__(self) -> str:
        return f"outage {self.pk}"
