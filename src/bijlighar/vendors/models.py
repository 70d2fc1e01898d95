"""Vendors, which meters are behind their head-ends, and what they delivered; private.

Deliveries, handings and events are added and never changed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Vendor(models.Model):
    """A vendor whose head-end talks to meters, and the machine client it asks as."""

    code = models.TextField(unique=True)
    name = models.TextField()
    client_number = models.BigIntegerField(unique=True, null=True)
    """Of people's machine clients; null where files are the only way in."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9-]{1,30}$"),
                name="vendor_code_is_plain",
            )
        ]

    def __str__(self) -> str:
        return f"vendor {self.pk}"


class WayIn(models.Model):
    """A meter is behind a vendor's head-end from one instant to another; else ours."""

    meter_id = models.BigIntegerField()
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id"],
                condition=Q(ends_at=None),
                name="one_way_in_a_meter_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="a_way_in_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["meter_id", "starts_at"], name="way_in_of")]

    def __str__(self) -> str:
        return f"way in {self.pk}"


class Message(models.Model):
    """A delivery by its vendor's own number, and what it was answered."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    message_key = models.TextField()
    content_hash = models.BinaryField()
    reply = models.TextField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "message_key"], name="a_message_is_taken_once"
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class FileTaken(models.Model):
    """A file that was taken in to its end."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    content_hash = models.BinaryField()
    name = models.TextField()
    taken = models.BigIntegerField()
    known = models.BigIntegerField()
    refused = models.BigIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "content_hash"], name="a_file_is_taken_once"
            )
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"


class Handed(models.Model):
    """A relay command that was handed to a vendor, for a time its alone."""

    command_id = models.BigIntegerField()
    meter_id = models.BigIntegerField()
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    held_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["command_id"], name="handed_of_command")]

    def __str__(self) -> str:
        return f"handing {self.pk}"


class RelayEvent(models.Model):
    """What a vendor told of a relay, by the vendor's own number of the event."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    event_key = models.TextField()
    command_id = models.BigIntegerField()
    meter_id = models.BigIntegerField()
    is_closed = models.BooleanField(null=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "event_key"], name="an_event_is_taken_once"
            )
        ]

    def __str__(self) -> str:
        return f"relay event {self.pk}"


class MeterEvent(models.Model):
    """What a vendor told of a meter beside its commands: a code, which moves nothing."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    event_key = models.TextField()
    meter_id = models.BigIntegerField()
    code = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "event_key"], name="a_meter_event_is_taken_once"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$"),
                name="a_meter_event_has_a_code",
            ),
        ]
        indexes = [models.Index(fields=["meter_id", "at"], name="meter_event_of")]

    def __str__(self) -> str:
        return f"meter event {self.pk}"
