"""Questions that people keep under a name, and counted service levels; private."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual


class SavedView(models.Model):
    """One person's question to one page, from one instant to another; never deleted."""

    staff_id = models.BigIntegerField()
    page = models.TextField()
    name = models.TextField()
    query = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff_id", "page", "name"],
                condition=Q(ends_at=None),
                name="one_view_a_name_and_page",
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"^.{1,60}$"), name="a_view_has_a_name"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("query"), 1000), name="a_view_is_short"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="a_view_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"view {self.pk}"


class ServiceLevel(models.Model):
    """What was read of a supply day below a node of the grid, and how quick commands were.

    One row for each transformer and each area above it, so that any area is one look.
    Counted anew while readings of the day may still come.
    """

    day = models.DateField()
    node_id = models.BigIntegerField()
    meters = models.IntegerField()
    read_on_time = models.IntegerField()
    read_in_a_day = models.IntegerField()
    read_at_all = models.IntegerField()
    blocks_in_a_day = models.BigIntegerField()
    """Half-hours that came within 24 hours of the day's end."""
    blocks_filled = models.BigIntegerField()
    """Half-hours that were missing then, and came later."""
    command_steps = ArrayField(models.IntegerField())
    """Relay commands by how long they took: `level_rules.STEPS_S`; empty for none."""
    read_steps = ArrayField(models.IntegerField())
    """Readings on demand, likewise."""
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node_id", "day"], name="one_service_level_a_node_and_day"
            ),
            models.CheckConstraint(
                condition=Q(read_on_time__lte=F("read_in_a_day"))
                & Q(read_in_a_day__lte=F("read_at_all"))
                & Q(read_at_all__lte=F("meters")),
                name="no_more_are_read_than_there_are",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="service_level_day")]

    def __str__(self) -> str:
        return f"service level {self.pk}"
