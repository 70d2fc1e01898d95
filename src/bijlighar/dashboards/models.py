"""Questions that people keep under a name; private to this domain."""

from __future__ import annotations

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
