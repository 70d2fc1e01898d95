"""Plans, what they were paid, late days and interest; private, append-only by trigger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Plan(models.Model):
    """On what terms an amount is paid into one of an owner's books.

    A connection's last plan of a book holds: a later one takes what is left of the one
    before along, and one of nothing ends it. `added_paise` is what was new with it.
    """

    connection_id = models.BigIntegerField()
    book = models.TextField()
    number = models.SmallIntegerField()
    amount_paise = models.BigIntegerField()
    added_paise = models.BigIntegerField()
    instalments = models.SmallIntegerField(null=True)
    first_on = models.DateField(null=True)
    percent_of_recharge = models.SmallIntegerField(null=True)
    because = models.TextField()
    source = models.TextField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "book", "number"], name="one_plan_after_another"
            ),
            models.UniqueConstraint(
                fields=["connection_id", "book", "source"], name="a_plan_is_opened_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_paise__gte=0), name="a_plan_is_for_no_credit"
            ),
            models.CheckConstraint(
                condition=Q(book__in=["arrears", "deposit"]), name="plan_book_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    instalments__isnull=False,
                    instalments__gt=0,
                    first_on__isnull=False,
                    percent_of_recharge__isnull=True,
                )
                | Q(
                    instalments__isnull=True,
                    first_on__isnull=True,
                    percent_of_recharge__isnull=False,
                    percent_of_recharge__range=(1, 100),
                )
                | Q(
                    amount_paise=0,
                    instalments__isnull=True,
                    first_on__isnull=True,
                    percent_of_recharge__isnull=True,
                ),
                name="a_plan_has_instalments_or_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class PlanPayment(models.Model):
    """What a plan asked for once and got; nothing, where an instalment was missed.

    Written in the transaction of its ledger entry, whose source holds the plan and this
    source.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    connection_id = models.BigIntegerField(db_index=True)
    source = models.TextField()
    asked_paise = models.BigIntegerField()
    paid_paise = models.BigIntegerField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "source"], name="a_plan_is_paid_once_by_a_source"
            ),
            models.CheckConstraint(
                condition=Q(paid_paise__gte=0) & Q(asked_paise__gte=models.F("paid_paise")),
                name="nobody_pays_more_than_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"payment of a plan {self.pk}"


class LateDays(models.Model):
    """So many days of unpaid dues that were charged in one month: each day once."""

    connection_id = models.BigIntegerField()
    month = models.DateField()
    number = models.SmallIntegerField()
    due_on = models.DateField()
    first_day = models.DateField()
    days = models.SmallIntegerField()
    dues_paise = models.BigIntegerField()
    share_per_month = models.DecimalField(max_digits=6, decimal_places=4)
    amount_paise = models.BigIntegerField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "month", "number"], name="late_days_are_kept_once"
            ),
            models.CheckConstraint(
                condition=Q(dues_paise__gt=0, days__gt=0, amount_paise__gte=0),
                name="late_days_are_of_something_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"late days {self.pk}"


class Interest(models.Model):
    """What a prepaid balance earned in one month."""

    connection_id = models.BigIntegerField()
    month = models.DateField()
    share_per_year = models.DecimalField(max_digits=6, decimal_places=4)
    amount_paise = models.BigIntegerField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "month"], name="a_month_earns_interest_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_paise__gt=0), name="interest_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"


class MonthDone(models.Model):
    """A month for which something was posted for every connection."""

    what = models.TextField()
    month = models.DateField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "month"], name="a_month_is_done_once")
        ]

    def __str__(self) -> str:
        return f"month {self.pk}"
