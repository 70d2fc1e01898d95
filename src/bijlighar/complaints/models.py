"""Complaints and everything said and done about them; private to this domain."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bijlighar.complaints.values import (
    Channel,
    ComplaintClass,
    DarkCause,
    MediaKind,
    State,
    StepKind,
)


def _known(field: str, values: object, *, name: str) -> models.CheckConstraint:
    held = [one.value for one in values]  # type: ignore[attr-defined]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": held}), name=name)


class Incident(models.Model):
    """Complaints of one transformer or feeder that report one outage."""

    node_id = models.BigIntegerField()
    is_whole_feeder = models.BooleanField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node_id"],
                condition=Q(closed_at=None),
                name="one_open_incident_a_node",
            )
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}"


class Complaint(models.Model):
    """One complaint; what happened to it is kept in its steps."""

    key = models.TextField(unique=True)
    connection_id = models.BigIntegerField(null=True)
    transformer_id = models.BigIntegerField()
    whereabouts = models.TextField(default="")
    caller_mobile = models.TextField(default="")
    class_name = models.TextField()
    channel = models.TextField()
    policy = models.TextField()
    state = models.TextField(default=State.OPEN.value)
    is_urgent = models.BooleanField()
    is_vigilance = models.BooleanField()
    words = models.TextField(default="")
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    cause = models.TextField(default="")
    reports_outage = models.BooleanField()
    """Whether it says that a home is dark for no reason of its own."""
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing_words = models.TextField(default="")
    level = models.SmallIntegerField(default=0)
    level_role = models.TextField()
    level_area_id = models.BigIntegerField()
    assignee_id = models.BigIntegerField(null=True)
    assignee_name = models.TextField(default="")
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="+", null=True
    )
    reopenings = models.SmallIntegerField(default=0)
    owed_days = models.SmallIntegerField(default=0)
    """For how many begun days compensation is recorded since the clock last began."""
    rating = models.SmallIntegerField(null=True)
    rating_words = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["connection_id", "-id"], name="complaint_of_connection"),
            models.Index(
                fields=["due_at"], condition=~Q(state="closed"), name="complaint_by_clock"
            ),
            models.Index(
                fields=["transformer_id", "opened_at"],
                condition=Q(reports_outage=True) & ~Q(state="closed"),
                name="complaint_by_place",
            ),
            models.Index(
                fields=["incident"],
                condition=Q(incident__isnull=False),
                name="complaint_of_incident",
            ),
        ]
        constraints = [
            _known("class_name", ComplaintClass, name="complaint_class_is_known"),
            _known("channel", Channel, name="complaint_channel_is_known"),
            _known("state", State, name="complaint_state_is_known"),
            models.CheckConstraint(
                condition=Q(connection_id__isnull=False) | ~Q(whereabouts=""),
                name="a_complaint_is_of_a_home_or_a_place",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=["", *(one.value for one in DarkCause)]),
                name="complaint_cause_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(closed_at=None)),
                name="a_closed_complaint_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(closing_words=""),
                name="a_closed_complaint_says_what_was_done",
            ),
            models.CheckConstraint(
                condition=(Q(state="waiting") & Q(stopped_at__isnull=False))
                | (~Q(state="waiting") & Q(stopped_at=None)),
                name="a_waiting_complaint_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("opened_at")),
                name="a_complaint_has_time_to_be_settled",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="complaint_rating_is_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
                name="a_complaint_is_on_the_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"complaint {self.pk}"


class Step(models.Model):
    """One thing that happened to a complaint, for ever."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    at = models.DateTimeField()
    by_kind = models.TextField()
    by_id = models.BigIntegerField()
    by_name = models.TextField()
    text = models.TextField(default="")

    class Meta:
        constraints = [_known("kind", StepKind, name="complaint_step_is_known")]

    def __str__(self) -> str:
        return f"complaint step {self.pk}"


class Media(models.Model):
    """A photo or voice note, in a form that carries nothing but itself, for ever."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    content_type = models.TextField()
    content = models.BinaryField()
    sha256 = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            _known("kind", MediaKind, name="complaint_media_is_known"),
            models.UniqueConstraint(
                fields=["complaint", "sha256"], name="a_file_is_kept_once_a_complaint"
            ),
        ]

    def __str__(self) -> str:
        return f"complaint media {self.pk}"


class CallNote(models.Model):
    """What a clerk wrote down of a call, for ever; the consumer does not read it."""

    connection_id = models.BigIntegerField()
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField()
    by_id = models.BigIntegerField()
    by_name = models.TextField()
    text = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["connection_id", "-id"], name="call_note_of_connection")
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_call_note_says_something")
        ]

    def __str__(self) -> str:
        return f"call note {self.pk}"


class Compensation(models.Model):
    """What a consumer is owed for one begun day after the clock ran out, for ever."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    reopenings = models.SmallIntegerField()
    number = models.SmallIntegerField()
    amount_paise = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "reopenings", "number"],
                name="a_day_is_compensated_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_paise__gt=0), name="compensation_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0), name="compensation_days_count_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"compensation {self.pk}"
