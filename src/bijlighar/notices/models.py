"""Notices and how far they got; private to this domain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One thing told to one consumer."""

    kind = models.TextField()
    source = models.TextField(unique=True)
    connection_id = models.BigIntegerField()
    mobile = models.TextField()
    language = models.TextField()
    sender = models.TextField()
    template_id = models.TextField()
    text = models.TextField()
    state = models.TextField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    last_error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["connection_id", "-id"], name="notice_of_connection"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed"]),
                name="notice_state_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
