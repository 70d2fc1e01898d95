"""Keys, counters, contacts and commands of meters; private to this domain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bijlighar.headend.values import CommandState, RelayWanted


class MeterSecret(models.Model):
    """A meter's keys, wrapped under the root key, and its counters.

    `next_counter` is moved forward before any counter below it is used, so that no counter
    is ever used twice, whenever the process is killed.
    """

    meter_id = models.BigIntegerField(primary_key=True)
    wrapped_keys = models.BinaryField()
    next_counter = models.BigIntegerField(default=1)
    known_meter_counter = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_counter__gt=0, next_counter__lt=2**32),
                name="counter_fits_in_32_bits",
            )
        ]

    def __str__(self) -> str:
        return f"secret of meter {self.pk}"


class MeterContact(models.Model):
    """When a meter was last tried and heard, and when it may be tried again."""

    meter_id = models.BigIntegerField(primary_key=True)
    last_tried_at = models.DateTimeField(null=True)
    last_heard_at = models.DateTimeField(null=True)
    failures_in_a_row = models.IntegerField(default=0)
    read_not_before = models.DateTimeField()
    last_error = models.TextField(default="")

    def __str__(self) -> str:
        return f"contact with meter {self.pk}"


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
