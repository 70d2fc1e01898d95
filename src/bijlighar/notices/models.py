"""Notices, how they travelled, and what consumers wish; private to this domain.

`Notice` is the queue as well as the record: a worker claims rows of it (`_claim.py`). Each
handing-over to an operator is a `Handing`, so that a notice which went out by a second
channel still shows what the first one said.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from bijlighar.notices.states import OPEN_STATES, NoticeState
from bijlighar.notices.values import AlarmKind, Digest, Medium, Outcome

_MEDIA = [medium.value for medium in Medium]


class Notice(models.Model):
    """One thing told to one person."""

    kind = models.TextField()
    source = models.TextField()
    connection_id = models.BigIntegerField(null=True)
    """None: told to a number whoever it belongs to, such as a code."""
    mobile = models.TextField()
    language = models.TextField()
    sender = models.TextField()
    template_id = models.TextField()
    text = models.TextField()
    """As it may be read later: a code in it is masked."""
    parameters = models.JSONField(default=dict)
    secret = models.BinaryField(null=True)
    """The parameters of a code, sealed, until it is sent or given up."""
    urgency = models.SmallIntegerField(default=3)
    is_always_told = models.BooleanField(default=False)
    state = models.TextField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """Not sent before: quiet hours, or the wait before another attempt."""
    expires_at = models.DateTimeField(null=True)
    """Not sent after: a code that is of no use any more."""
    claimed_until = models.DateTimeField(null=True)
    """By the real clock: then whoever was sending it is taken for dead."""
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    channel = models.TextField(default="")
    """Through which it went, or is to be tried next."""
    given_up = models.TextField(default="")
    """Channels that did not get it through, each followed by a comma."""
    attempts = models.SmallIntegerField(default=0)
    """Through the present channel."""
    last_error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["connection_id", "-id"], name="notice_of_connection"),
            models.Index(
                fields=["urgency", "due_at"],
                condition=Q(state="queued"),
                name="notice_to_send",
            ),
            models.Index(
                fields=["claimed_until"],
                condition=Q(state="sending"),
                name="notice_being_sent",
            ),
            # Rows come in the order of time: a range of pages is enough to find a month,
            # and costs nothing at each claim and outcome.
            BrinIndex(fields=["created_at"], name="notice_by_time", autosummarize=True),
            models.Index(fields=["mobile", "-id"], name="notice_of_number"),
        ]
        constraints = [
            # Not `unique=True`: Django then adds a second index, for LIKE, which nobody
            # asks for and every claim and outcome would pay for.
            models.UniqueConstraint(fields=["source"], name="each_source_is_told_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in NoticeState]),
                name="notice_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OPEN_STATES])
                | Q(secret=None),
                name="no_secret_outlives_the_sending",
            ),
            models.CheckConstraint(
                condition=(Q(state="sending") & Q(claimed_until__isnull=False))
                | (~Q(state="sending") & Q(claimed_until=None)),
                name="what_is_being_sent_is_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Handing(models.Model):
    """One attempt to hand a notice to an operator, and what became of it."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    channel = models.TextField()
    at = models.DateTimeField()
    outcome = models.TextField()
    provider_id = models.TextField(default="")
    """How the operator calls it in its receipts."""
    parts = models.SmallIntegerField()
    """SMS parts paid for; 1 elsewhere."""
    error = models.TextField(default="")
    receipt = models.TextField(default="")
    """delivered or failed, as the operator said last; empty: nothing yet."""
    receipt_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "provider_id"],
                condition=~Q(provider_id=""),
                name="handing_by_provider_id",
            ),
            models.Index(fields=["channel", "at"], name="handing_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in Outcome]),
                name="outcome_of_handing_is_known",
            ),
            models.CheckConstraint(
                condition=Q(receipt__in=["", "delivered", "failed"]),
                name="receipt_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"handing {self.pk}"


class Preference(models.Model):
    """How a consumer wishes to be told; without a row the installation's order holds."""

    connection_id = models.BigIntegerField(unique=True)
    medium = models.TextField()
    language = models.TextField()
    digest = models.TextField()
    wants_news = models.BooleanField()
    """Recharges, thresholds, budgets: what the law does not ask for."""
    mail = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(medium__in=_MEDIA), name="medium_of_preference_is_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["hi", "en"]),
                name="language_of_preference_is_hi_or_en",
            ),
            models.CheckConstraint(
                condition=Q(digest__in=[digest.value for digest in Digest]),
                name="digest_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest", "connection_id"],
                condition=~Q(digest="none"),
                name="preference_with_digest",
            )
        ]

    def __str__(self) -> str:
        return f"preference {self.pk}"


class PushAddress(models.Model):
    """A browser that lets itself be told; ended where its maker says it is gone."""

    connection_id = models.BigIntegerField()
    endpoint = models.TextField(unique=True)
    public_key = models.TextField()
    shared_secret = models.TextField()
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["connection_id"],
                condition=Q(ended_at=None),
                name="push_address_of_connection",
            )
        ]

    def __str__(self) -> str:
        return f"push address {self.pk}"


class ChannelDay(models.Model):
    """What a channel was given, took, delivered and cost on one supply day."""

    channel = models.TextField()
    day = models.DateField()
    messages = models.IntegerField(default=0)
    paise = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "day"], name="one_row_a_channel_day")
        ]

    def __str__(self) -> str:
        return f"channel day {self.pk}"


class ChannelAlarm(models.Model):
    """A channel that does not do what it should, until it does again."""

    channel = models.TextField()
    kind = models.TextField()
    said = models.TextField()
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "kind"],
                condition=Q(ended_at=None),
                name="one_open_alarm_a_channel_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in AlarmKind]),
                name="kind_of_alarm_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"channel alarm {self.pk}"
