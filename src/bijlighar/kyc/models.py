"""Consents, papers with their pictures, and bank accounts; private to this domain.

Numbers, names and pictures are sealed (`kernel.sealed`), each bound to its own row and
column; what an erasure takes away becomes null, and the row itself stays as evidence that
something was shown, decided and erased.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bijlighar.kyc.values import PaperKind, PaperState, Purpose

OPEN_PAPERS = [
    PaperState.ASKED.value,
    PaperState.WAITING.value,
    PaperState.ACCEPTED.value,
]


class Consent(models.Model):
    """What somebody agreed to, in which version of the words, and until when."""

    connection_id = models.BigIntegerField()
    purpose = models.TextField()
    text_version = models.TextField()
    language = models.TextField()
    channel = models.TextField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "purpose"],
                condition=Q(withdrawn_at=None),
                name="one_consent_for_a_purpose_holds",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[one.value for one in Purpose]),
                name="consent_purpose_is_known",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_is_withdrawn_after_it_was_given",
            ),
        ]
        indexes = [models.Index(fields=["connection_id"], name="consents_of_a_connection")]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class Paper(models.Model):
    """One paper that was shown for a connection."""

    id = models.UUIDField(primary_key=True)
    connection_id = models.BigIntegerField()
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    state = models.TextField()
    number = models.BinaryField(null=True)
    """Sealed; null where none is kept."""
    end = models.TextField()
    facts = models.BinaryField(null=True)
    """Sealed JSON: name, year of birth."""
    is_unusual = models.BooleanField()
    shown_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    """When its code was asked for: real time, by which codes live."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    """The member of staff; null where a code or a signature decided."""
    why = models.TextField(default="")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "kind"],
                condition=Q(state__in=OPEN_PAPERS),
                name="one_open_paper_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in PaperKind]),
                name="paper_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in PaperState]),
                name="paper_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(number=None, facts=None, end=""),
                name="nothing_is_left_of_an_erased_paper",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PaperKind.OFFLINE_QR.value) | Q(number=None, end=""),
                name="no_number_is_kept_of_a_signed_qr",
            ),
            models.CheckConstraint(
                condition=~Q(state=PaperState.REJECTED.value) | ~Q(why=""),
                name="who_is_rejected_is_told_why",
            ),
        ]
        indexes = [
            models.Index(fields=["connection_id"], name="papers_of_a_connection"),
            models.Index(
                fields=["shown_at", "id"],
                condition=Q(state=PaperState.WAITING.value),
                name="papers_that_wait",
            ),
            models.Index(
                fields=["state", "shown_at"],
                condition=Q(erased_at=None),
                name="papers_to_be_erased_some_day",
            ),
        ]

    def __str__(self) -> str:
        return f"paper {self.pk}"


class PaperPage(models.Model):
    """One page of a paper, drawn anew from its pixels; deleted when it has served."""

    id = models.UUIDField(primary_key=True)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    connection_id = models.BigIntegerField()
    page = models.SmallIntegerField()
    picture = models.BinaryField()
    """A sealed JPEG."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "page"], name="a_page_of_a_paper_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"page {self.pk}"


class BankAccount(models.Model):
    """Where a benefit is paid; one that holds and at most one that waits for its code."""

    id = models.UUIDField(primary_key=True)
    connection_id = models.BigIntegerField()
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    account = models.BinaryField(null=True)
    """Sealed."""
    holder = models.BinaryField(null=True)
    """Sealed."""
    ifsc = models.TextField()
    end = models.TextField()
    asked_at = models.DateTimeField()
    """Real time, by which codes live."""
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id"],
                condition=Q(until=None, since__isnull=False),
                name="one_bank_account_holds",
            ),
            models.UniqueConstraint(
                fields=["connection_id"],
                condition=Q(until=None, since=None),
                name="one_bank_account_waits_for_its_code",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(account=None, holder=None, end="", ifsc=""),
                name="nothing_is_left_of_an_erased_account",
            ),
        ]
        indexes = [models.Index(fields=["connection_id"], name="accounts_of_a_connection")]

    def __str__(self) -> str:
        return f"bank account {self.pk}"
