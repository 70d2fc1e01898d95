"""Keys, counters, contacts and commands of meters; private to this domain."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from bijlighar.headend.values import (
    ClockAction,
    CommandState,
    KeyChangeState,
    KeyPart,
    Outcome,
    RelayAlarm,
    RelayWanted,
    Talk,
)


class MeterSecret(models.Model):
    """A meter's keys, wrapped under the root key, and its counters.

    `next_counter` is moved forward before any counter below it is used, so that no counter
    is ever used twice, whenever the process is killed.
    """

    meter_id = models.BigIntegerField(primary_key=True)
    wrapped_keys = models.BinaryField()
    next_counter = models.BigIntegerField(default=1)
    known_meter_counter = models.BigIntegerField(default=0)
    known_push_counter = models.BigIntegerField(default=0)
    """The last counter of a push that was taken: pushes have counters of their own."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_counter__gt=0, next_counter__lt=2**32),
                name="counter_fits_in_32_bits",
            )
        ]

    def __str__(self) -> str:
        return f"secret of meter {self.pk}"


class KeyMark(models.Model):
    """That a key stands, or stood, for one meter: a keyed fingerprint, never the key."""

    meter_id = models.BigIntegerField(db_index=True)
    mark = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mark"], name="a_key_stands_for_one_meter")
        ]

    def __str__(self) -> str:
        return f"key mark {self.pk}"


class MeterKeyChange(models.Model):
    """New keys of a meter on their way; see _rotate. `part` says which of them are new.

    `leases` counts the conversations that were begun since they were sent. Once they are
    proved, they lie in MeterSecret and no more here.
    """

    meter_id = models.BigIntegerField()
    part = models.TextField(default=KeyPart.GLOBALS.value)
    state = models.TextField()
    wrapped_keys = models.BinaryField()
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    refusals = models.IntegerField(default=0)
    leases = models.IntegerField(default=0)
    last_error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id"],
                condition=Q(state__in=["prepared", "sent"]),
                name="one_key_change_a_meter_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in KeyChangeState]),
                name="key_change_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(part__in=[part.value for part in KeyPart]),
                name="key_part_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="proved", wrapped_keys=b"")
                | (~Q(state="proved") & ~Q(wrapped_keys=b"")),
                name="new_keys_are_kept_until_they_are_proved",
            ),
        ]

    def __str__(self) -> str:
        return f"key change {self.pk}"


class KeyFile(models.Model):
    """A key file that came in, known again by the SHA-256 of what it held."""

    digest = models.TextField(unique=True)
    rows = models.IntegerField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key file {self.pk}"


class MeterConfiguration(models.Model):
    """What a meter said it is at commissioning; `alarm` is empty where all is well."""

    meter_id = models.BigIntegerField(primary_key=True)
    control_mode = models.IntegerField(null=True)
    columns = models.JSONField()
    scalers = models.JSONField()
    capture_period_s = models.BigIntegerField(null=True)
    manufacturer = models.TextField(default="")
    alarm = models.TextField(default="")
    read_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["alarm", "meter_id"],
                condition=~Q(alarm=""),
                name="relay_of_alarm",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(alarm="") | Q(alarm__in=[one.value for one in RelayAlarm]),
                name="relay_alarm_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"configuration of meter {self.pk}"


class MeterContact(models.Model):
    """When a meter was last tried and heard, and when it may be tried again."""

    meter_id = models.BigIntegerField(primary_key=True)
    last_tried_at = models.DateTimeField(null=True)
    last_heard_at = models.DateTimeField(null=True)
    failures_in_a_row = models.IntegerField(default=0)
    read_not_before = models.DateTimeField()
    last_error = models.TextField(default="")
    claimed_by = models.IntegerField(null=True)
    """The head-end that alone may talk to the meter, as long as it lives (HOLD_LOCK)."""
    asked_at = models.DateTimeField(null=True)
    """Since when somebody waits for a reading on demand."""
    daily_at = models.DateTimeField(null=True)
    blocks_at = models.DateTimeField(null=True)
    events_at = models.DateTimeField(null=True)
    billing_at = models.DateTimeField(null=True)
    instant_at = models.DateTimeField(null=True)
    """When each was last asked and answered."""
    events_until = models.DateTimeField(null=True)
    clock_drift_s = models.IntegerField(null=True)
    clock_seen_at = models.DateTimeField(null=True)
    alert_word = models.TextField(default="")
    """The last event status word pushed: what is new in the next one is an event."""
    refused_profiles = ArrayField(models.TextField(), default=list)
    """Profiles that the meter does not have, by OBIS: not asked for again for a while."""
    refused_at = models.DateTimeField(null=True)
    """When the first of them was refused."""

    class Meta:
        indexes = [models.Index(fields=["read_not_before"], name="contact_due")]

    def __str__(self) -> str:
        return f"contact with meter {self.pk}"


class AttemptCount(models.Model):
    """How often a meter was tried on a day, with what outcome, and how long it took."""

    meter_id = models.BigIntegerField()
    day = models.DateField()
    talk = models.TextField()
    outcome = models.TextField()
    many = models.IntegerField()
    took_ms = models.BigIntegerField()
    longest_ms = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id", "day", "talk", "outcome"],
                name="one_count_a_meter_day_talk_and_outcome",
            ),
            models.CheckConstraint(
                condition=Q(talk__in=[one.value for one in Talk]), name="talk_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in Outcome]),
                name="outcome_is_known",
            ),
            models.CheckConstraint(condition=Q(many__gt=0), name="a_count_counts"),
        ]

    def __str__(self) -> str:
        return f"attempt count {self.pk}"


class ClockNote(models.Model):
    """A meter's clock was set, or was too far off to be believed."""

    meter_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    drift_s = models.BigIntegerField()
    action = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=[ClockAction.SET.value, ClockAction.DISTRUST.value]),
                name="clock_was_set_or_distrusted",
            )
        ]

    def __str__(self) -> str:
        return f"clock note {self.pk}"


class OnDemandRead(models.Model):
    """Somebody asked for a meter's readings at once."""

    meter_id = models.BigIntegerField(db_index=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id"],
                condition=Q(ended_at__isnull=True),
                name="one_open_read_on_demand_a_meter",
            )
        ]

    def __str__(self) -> str:
        return f"on-demand read {self.pk}"


class StrangerCount(models.Model):
    """Pushes that belong to no meter: how many on a day, and why; nothing else of them."""

    day = models.DateField()
    why = models.TextField()
    many = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "why"], name="one_count_a_day_and_why")
        ]

    def __str__(self) -> str:
        return f"stranger count {self.pk}"


class RelayCommand(models.Model):
    """One wish about one relay, until it is read back as wished, cancelled or given up."""

    meter_id = models.BigIntegerField()
    connection_id = models.BigIntegerField(db_index=True)
    wanted = models.TextField()
    source = models.TextField(unique=True)
    state = models.TextField()
    attempts = models.IntegerField(default=0)
    requested_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_by = models.IntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(state__in=["queued", "sending"]),
                name="command_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id"],
                condition=Q(state__in=["queued", "sending"]),
                name="one_command_a_meter_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in CommandState]),
                name="command_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(wanted__in=[wanted.value for wanted in RelayWanted]),
                name="wanted_is_open_or_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"command {self.pk}"
