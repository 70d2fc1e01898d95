"""What each supply day cost and what that rests on; private, append-only by trigger."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class DayCharge(models.Model):
    """One supply day of one connection: month to date, so that the day is a difference.

    The `mtd_` amounts are those of the month so far under one order, category, load and
    FPPAS value (`part_from`): the day's amounts are these less those of the day before.
    """

    connection_id = models.BigIntegerField()
    meter_id = models.BigIntegerField()
    day = models.DateField()
    charged_at = models.DateTimeField()
    entry_source = models.TextField(unique=True)

    energy_wh = models.BigIntegerField()
    opening_register_wh = models.BigIntegerField()
    closing_register_wh = models.BigIntegerField()
    is_estimated = models.BooleanField()

    category = models.TextField()
    order_sha256 = models.TextField()
    part_from = models.DateField()
    part_days = models.SmallIntegerField()
    mtd_energy_wh = models.BigIntegerField()
    mtd_days = models.SmallIntegerField()
    sanctioned_load_w = models.BigIntegerField()
    max_demand_w = models.BigIntegerField()
    fppas_basis_points = models.IntegerField()
    is_prepaid = models.BooleanField()

    mtd_energy_paise = models.BigIntegerField()
    mtd_fixed_paise = models.BigIntegerField()
    mtd_subsidy_paise = models.BigIntegerField()
    mtd_fppas_paise = models.BigIntegerField()
    mtd_duty_paise = models.BigIntegerField()
    mtd_rebate_paise = models.BigIntegerField()
    total_paise = models.BigIntegerField()

    class Meta:
        indexes = [BrinIndex(fields=["charged_at"], name="charge_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "day"], name="a_day_is_charged_once"
            ),
            models.CheckConstraint(
                condition=Q(closing_register_wh=F("opening_register_wh") + F("energy_wh")),
                name="a_day_uses_what_its_registers_differ_by",
            ),
            models.CheckConstraint(
                condition=Q(energy_wh__gte=0), name="energy_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"charge {self.pk}"
