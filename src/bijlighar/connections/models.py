"""Consumers, their connections, meters and installations; private to this domain."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bijlighar.connections.values import ProtectionKind


class Consumer(models.Model):
    """A person or body that is supplied."""

    consumer_number = models.TextField(unique=True)
    name_en = models.TextField()
    name_hi = models.TextField()
    mobile = models.TextField()
    language = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consumer_number__regex=r"^[0-9A-Z]{6,16}$"),
                name="consumer_number_is_6_to_16_letters_or_digits",
            ),
            models.CheckConstraint(
                condition=Q(mobile__regex=r"^\+[1-9][0-9]{7,14}$"), name="mobile_is_e164"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["hi", "en"]), name="language_is_hi_or_en"
            ),
        ]

    def __str__(self) -> str:
        return f"consumer {self.pk}"


class Connection(models.Model):
    """One supply to one place."""

    consumer = models.ForeignKey(Consumer, on_delete=models.PROTECT, related_name="+")
    transformer = models.ForeignKey("grid.Node", on_delete=models.PROTECT, related_name="+")
    """Where it hangs today: the latest ConnectionPlace, kept beside it for quick looks."""

    def __str__(self) -> str:
        return f"connection {self.pk}"


class ConnectionPlace(models.Model):
    """The transformer a connection hangs on from a day on, until the next one."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField()
    transformer = models.ForeignKey("grid.Node", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "from_day"], name="one_place_a_connection_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"


class Protection(models.Model):
    """A connection that must not be disconnected, from one instant to another."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    why = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ProtectionKind]),
                name="protection_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="a_protection_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["connection", "starts_at"], name="protection_of")]

    def __str__(self) -> str:
        return f"protection {self.pk}"


class ConnectionFact(models.Model):
    """What holds for a connection from a day on, until the next fact."""

    # The constraint's index begins with it.
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    from_day = models.DateField()
    category = models.TextField()
    sanctioned_load_w = models.BigIntegerField()
    payment_mode = models.TextField()
    mode_since = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["category"], name="fact_of_category")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "from_day"], name="one_fact_a_connection_and_day"
            ),
            models.CheckConstraint(
                condition=Q(sanctioned_load_w__gt=0), name="sanctioned_load_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(payment_mode__in=["prepaid", "postpaid"]),
                name="payment_mode_is_prepaid_or_postpaid",
            ),
        ]

    def __str__(self) -> str:
        return f"fact {self.pk}"


class Meter(models.Model):
    """A meter, wherever it hangs; without address where only a vendor reaches it."""

    serial = models.TextField(unique=True)
    system_title = models.BinaryField(unique=True, null=True)
    host = models.TextField()
    port = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(port__gt=0, port__lt=65536), name="port_is_a_tcp_port"
            ),
            models.UniqueConstraint(fields=["host", "port"], name="one_meter_an_address"),
            models.CheckConstraint(
                condition=Q(system_title=None, host="", port=None)
                | (Q(system_title__isnull=False, port__isnull=False) & ~Q(host="")),
                name="an_address_is_known_whole_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"meter {self.pk}"


class Installation(models.Model):
    """A meter on a connection, from 00:00 of one day to 00:00 of another."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="+")
    installed_on = models.DateField()
    removed_on = models.DateField(null=True)
    initial_register_wh = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(removed_on=None),
                name="one_meter_a_connection_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["meter"],
                condition=Q(removed_on=None),
                name="one_connection_a_meter_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(removed_on__gte=F("installed_on")),
                name="a_meter_is_removed_after_it_was_installed",
            ),
            models.CheckConstraint(
                condition=Q(initial_register_wh__gte=0),
                name="initial_register_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"installation {self.pk}"


class SearchWord(models.Model):
    """One word by which a connection is found, kept with its place; made by `_search`.

    The word begins with what it is (`_search.Kept`). It is compared by its bytes (collation
    C), and only with < and >=, which PostgreSQL may do before it looks at whose row it is.
    """

    connection = models.ForeignKey(
        Connection,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    transformer = models.ForeignKey(
        "grid.Node",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    word = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "word"], name="a_connection_has_a_word_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["word"], include=["connection", "transformer"], name="search_word"
            ),
            models.Index(
                fields=["transformer", "word"],
                include=["connection"],
                name="search_word_of_place",
            ),
        ]

    def __str__(self) -> str:
        return f"word {self.pk}"
