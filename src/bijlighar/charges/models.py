"""What each supply day cost and what that rests on; private, append-only by trigger."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class RatedOrder(models.Model):
    """The whole text of a tariff order that something was rated with, by its hash.

    Kept so that a charge can be explained when the order's file is long gone.
    """

    sha256 = models.TextField(primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return f"order {self.pk}"


class RatedSchedule(models.Model):
    """One schedule of a kept order: a category, and from which load on it is for."""

    order = models.ForeignKey(
        RatedOrder, on_delete=models.PROTECT, related_name="+", db_column="order_sha256"
    )
    category = models.TextField()
    above_w = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "category", "above_w"], name="a_schedule_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"schedule {self.pk}"


class DayCharge(models.Model):
    """One supply day of one connection, as it was known at one time.

    The `mtd_` amounts are those of the month so far under one order, category, load, meter
    and payment mode (`part_from`): the day's amounts are these less those of the day
    before. A day that turns out otherwise gets another version; the last one holds, and
    `posted_paise` is what each version moved in the ledger (`posted_wh` likewise). What is
    nothing for most homes has a default, so that a night need not send it.
    """

    connection_id = models.BigIntegerField()
    meter_id = models.BigIntegerField()
    day = models.DateField()
    version = models.SmallIntegerField(db_default=0)
    because = models.TextField()
    charged_at = models.DateTimeField()

    energy_wh = models.BigIntegerField()
    opening_register_wh = models.BigIntegerField()
    closing_register_wh = models.BigIntegerField()
    is_estimated = models.BooleanField(db_default=False)
    is_provisional = models.BooleanField(db_default=False)

    # Its row is made in the same transaction and never goes: a check by the database for
    # each row of a night's million would cost more than rating it.
    schedule = models.ForeignKey(
        RatedSchedule,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    part_from = models.DateField()
    part_days = models.SmallIntegerField()
    mtd_energy_wh = models.BigIntegerField()
    selecting_wh = models.BigIntegerField()
    mtd_windows_wh = ArrayField(models.BigIntegerField())
    mtd_days = models.SmallIntegerField()
    sanctioned_load_w = models.BigIntegerField()
    max_demand_w = models.BigIntegerField(db_default=0)
    demand_excused = models.BooleanField(db_default=False)
    fppas_basis_points = models.IntegerField()
    fppas_carried_micropaise = models.BigIntegerField(db_default=0)
    is_prepaid = models.BooleanField()

    mtd_energy_paise = models.BigIntegerField()
    mtd_time_of_day_paise = models.BigIntegerField(db_default=0)
    mtd_fixed_paise = models.BigIntegerField()
    mtd_excess_demand_paise = models.BigIntegerField(db_default=0)
    mtd_subsidy_paise = models.BigIntegerField(db_default=0)
    mtd_scheme_paise = models.BigIntegerField(db_default=0)
    mtd_fppas_paise = models.BigIntegerField(db_default=0)
    mtd_duty_paise = models.BigIntegerField()
    mtd_rebate_paise = models.BigIntegerField(db_default=0)
    mtd_minimum_paise = models.BigIntegerField(db_default=0)
    total_paise = models.BigIntegerField()
    posted_paise = models.BigIntegerField()
    posted_wh = models.BigIntegerField()
    shock_paise = models.BigIntegerField(db_default=0)

    class Meta:
        indexes = [BrinIndex(fields=["charged_at"], name="charge_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "day", "version"], name="a_day_is_charged_once"
            ),
            models.CheckConstraint(
                condition=Q(closing_register_wh=F("opening_register_wh") + F("energy_wh")),
                name="a_day_uses_what_its_registers_differ_by",
            ),
            models.CheckConstraint(
                condition=Q(energy_wh__gte=0), name="energy_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=0), name="version_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"charge {self.pk}"
