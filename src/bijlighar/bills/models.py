"""Bills; private, append-only by trigger."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest

from bijlighar.bills.values import BillKind


class SumOf(Func):
    """The sum of `amount_paise` over a list of objects."""

    function = "bills_sum_of"
    output_field = models.BigIntegerField()
    arity = 1


class Bill(models.Model):
    """What a connection's period cost, what was paid, and what is left.

    `seen_entry_id` and `seen_charge_id` are the last entry and the last charged day that
    there were when it was made: what came later belongs to the next bill, whenever it took
    effect.
    """

    number = models.TextField(unique=True)
    connection_id = models.BigIntegerField()
    kind = models.TextField()
    first_day = models.DateField()
    until_day = models.DateField()
    is_prepaid = models.BooleanField()
    issued_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    names = models.JSONField()

    energy_wh = models.BigIntegerField()
    opening_register_wh = models.BigIntegerField()
    closing_register_wh = models.BigIntegerField()
    days = models.JSONField()
    parts = models.JSONField()
    lines = models.JSONField()
    heads = models.JSONField()

    deducted_paise = models.BigIntegerField()
    true_up_paise = models.BigIntegerField()
    charges_paise = models.BigIntegerField()
    previous_paise = models.BigIntegerField()
    payments_paise = models.BigIntegerField()
    adjustments = models.JSONField()
    adjustments_paise = models.BigIntegerField()
    balance_paise = models.BigIntegerField()
    payable_paise = models.BigIntegerField()
    rounding_paise = models.BigIntegerField()
    rounding_before_paise = models.BigIntegerField()

    seen_entry_id = models.BigIntegerField()
    seen_charge_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "first_day", "kind"],
                name="one_bill_a_connection_first_day_and_kind",
            ),
            models.UniqueConstraint(
                fields=["connection_id", "until_day"], name="one_bill_ends_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in BillKind]),
                name="kind_of_bill_is_known",
            ),
            models.CheckConstraint(
                condition=Q(first_day__lt=F("until_day")), name="a_bill_has_a_day"
            ),
            models.CheckConstraint(
                condition=Q(charges_paise=F("deducted_paise") + F("true_up_paise")),
                name="charges_are_what_was_deducted_and_the_true_up",
            ),
            models.CheckConstraint(
                condition=Q(charges_paise=SumOf("lines")),
                name="charges_are_the_sum_of_the_lines",
            ),
            models.CheckConstraint(
                condition=Q(adjustments_paise=SumOf("adjustments")),
                name="adjustments_are_the_sum_of_their_list",
            ),
            models.CheckConstraint(
                condition=Q(
                    balance_paise=F("previous_paise")
                    + F("payments_paise")
                    - F("charges_paise")
                    + F("adjustments_paise")
                ),
                name="the_balance_is_what_all_movements_lead_to",
            ),
            models.CheckConstraint(
                condition=Q(is_prepaid=True, payable_paise=0, rounding_paise=0)
                | Q(
                    is_prepaid=False,
                    payable_paise=Greatest(-F("balance_paise"), Value(0))
                    - F("rounding_paise"),
                ),
                name="a_bill_asks_for_what_is_owed_and_a_prepaid_one_for_nothing",
            ),
            models.CheckConstraint(
                condition=Q(payable_paise__gte=0)
                & Q(payable_paise=F("payable_paise") / 100 * 100),
                name="a_bill_asks_for_whole_rupees",
            ),
            models.CheckConstraint(
                condition=Q(is_prepaid=True, due_on=None)
                | Q(is_prepaid=False, due_on__isnull=False),
                name="only_a_postpaid_bill_is_due",
            ),
        ]

    def __str__(self) -> str:
        return f"bill {self.pk}"
