"""Proposals; private to this domain."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bijlighar.proposals.values import Refusal, State


class Proposal(models.Model):
    """What one person proposes and another decides; frozen by a trigger.

    Only the columns of the decision can be written, and only once: in PostgreSQL itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.TextField()
    place_id = models.BigIntegerField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    payload = models.JSONField()
    facts = models.JSONField()
    hash = models.TextField()
    why = models.TextField()
    made_by = models.BigIntegerField()
    made_name = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.TextField(default=State.OPEN.value)
    decided_by = models.BigIntegerField(null=True)
    decided_name = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decided_why = models.TextField(default="")
    void_because = models.TextField(default="")

    may_decide: bool
    """No column: the list's statement says whether the viewer may decide."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="proposal_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN.value, decided_at=None)
                | (~Q(state=State.OPEN.value) & Q(decided_at__isnull=False)),
                name="a_proposal_is_open_until_it_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.APPROVED.value, State.REFUSED.value])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("made_by"))),
                name="nobody_decides_on_their_own_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN.value) | Q(decided_by=F("made_by")),
                name="only_the_maker_withdraws_a_proposal",
            ),
            models.CheckConstraint(
                condition=Q(void_because__in=["", *(reason.value for reason in Refusal)])
                & (
                    (Q(void_because="") & ~Q(state=State.VOID.value))
                    | (~Q(void_because="") & Q(state=State.VOID.value))
                ),
                name="a_void_proposal_says_why",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")),
                name="a_proposal_runs_out_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(hash__regex=r"^[0-9a-f]{64}$"), name="proposal_hash_is_sha256"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_proposal_says_why"),
            models.UniqueConstraint(
                fields=["hash"],
                condition=Q(state=State.OPEN.value),
                name="the_same_is_proposed_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="proposal_made"),
            models.Index(fields=["state", "-made_at"], name="proposal_state"),
            models.Index(fields=["made_by", "-made_at"], name="proposal_maker"),
            models.Index(fields=["subject_kind", "subject_id"], name="proposal_subject"),
            models.Index(fields=["place_id"], name="proposal_place"),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}"
