"""Registers and half-hours as they were received; private, never overwritten.

A value that contradicts one already held is kept beside it; the first received stays in
force (`in_force`), so that a charge made yesterday keeps its evidence.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class RegisterReading(models.Model):
    """The cumulative register of a meter at the end of a supply day, as received."""

    meter_id = models.BigIntegerField()
    day = models.DateField()
    register_wh = models.BigIntegerField()
    source = models.TextField()
    in_force = models.BooleanField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id", "day"],
                condition=Q(in_force=True),
                name="one_register_in_force_a_meter_and_day",
            ),
            models.UniqueConstraint(
                fields=["meter_id", "day", "register_wh", "source"],
                name="a_register_is_stored_once",
            ),
            models.CheckConstraint(
                condition=Q(register_wh__gte=0), name="register_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"register reading {self.pk}"


class BlockReading(models.Model):
    """Half-hours in a row of one supply day, as received."""

    meter_id = models.BigIntegerField()
    day = models.DateField()
    first_block = models.SmallIntegerField()
    energies_wh = ArrayField(models.IntegerField())
    peak_wh = models.IntegerField()
    """The highest of them, kept beside them: a month's demand is found without each one."""
    source = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id", "day", "first_block"], name="blocks_are_stored_once"
            ),
            models.CheckConstraint(
                condition=Q(first_block__gte=0, first_block__lt=48),
                name="first_block_is_0_to_47",
            ),
        ]

    def __str__(self) -> str:
        return f"block reading {self.pk}"


class Correction(models.Model):
    """A register put right by a person: from then on it holds instead of what was heard."""

    meter_id = models.BigIntegerField()
    day = models.DateField()
    register_wh = models.BigIntegerField()
    why = models.TextField()
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["meter_id", "day"], name="correction_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(register_wh__gte=0), name="corrected_register_is_not_negative"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"


class ProfileDepth(models.Model):
    """How far back a meter's daily profile reached when it was last heard."""

    meter_id = models.BigIntegerField(primary_key=True)
    daily_holds_from = models.DateField()

    def __str__(self) -> str:
        return f"profile depth {self.pk}"


class MeterEventNote(models.Model):
    """An event as a meter noted it, by its own clock; heard of once, whatever the way."""

    meter_id = models.BigIntegerField()
    code = models.IntegerField()
    at = models.DateTimeField()
    source = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id", "at", "code"], name="a_meter_event_is_stored_once"
            ),
            models.CheckConstraint(
                condition=Q(code__gt=0, code__lt=65_536), name="event_code_has_16_bits"
            ),
        ]

    def __str__(self) -> str:
        return f"meter event {self.pk}"


class BillingNote(models.Model):
    """A meter's own reading at the end of a billing period, as received."""

    meter_id = models.BigIntegerField()
    billed_at = models.DateTimeField()
    register_wh = models.BigIntegerField()
    max_demand_w = models.BigIntegerField(null=True)
    max_demand_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id", "billed_at", "register_wh"],
                name="a_billing_reading_is_stored_once",
            ),
            models.CheckConstraint(
                condition=Q(register_wh__gte=0), name="billing_register_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"billing reading {self.pk}"


class InstantNote(models.Model):
    """What flowed when a meter was asked; only the latest is kept."""

    meter_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    voltage_mv = models.BigIntegerField(null=True)
    current_ma = models.BigIntegerField(null=True)
    power_w = models.BigIntegerField(null=True)
    register_wh = models.BigIntegerField(null=True)
    is_closed = models.BooleanField(null=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"instant of meter {self.pk}"
