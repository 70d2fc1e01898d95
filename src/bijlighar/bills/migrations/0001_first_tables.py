"""Bills: what a period cost, what was paid, what is left; each is made once for ever."""

import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models

import bijlighar.bills.models
from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import OF_CONNECTION, row_security

SUM = (
    """
create function bills_sum_of(listed jsonb) returns bigint
language sql immutable strict parallel safe
return (
    select coalesce(sum((one ->> 'amount_paise')::bigint), 0)::bigint
    from jsonb_array_elements(listed) as one
)
""",
    "drop function bills_sum_of(jsonb)",
)
STATEMENTS = [
    *append_only(app="bills", advice="the next bill puts it right", tables=["bills_bill"]),
    *row_security({"bills_bill": OF_CONNECTION}),
]


class Migration(migrations.Migration):
    """Reversible; undone, all bills are lost."""

    initial = True

    dependencies = [
        ("charges", "0005_versions_and_kept_orders"),
        ("ledger", "0005_run_entries"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [
        migrations.RunSQL(*SUM),
        migrations.CreateModel(
            name="Bill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.TextField(unique=True)),
                ("connection_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("first_day", models.DateField()),
                ("until_day", models.DateField()),
                ("is_prepaid", models.BooleanField()),
                ("issued_at", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("names", models.JSONField()),
                ("energy_wh", models.BigIntegerField()),
                ("opening_register_wh", models.BigIntegerField()),
                ("closing_register_wh", models.BigIntegerField()),
                ("days", models.JSONField()),
                ("parts", models.JSONField()),
                ("lines", models.JSONField()),
                ("heads", models.JSONField()),
                ("deducted_paise", models.BigIntegerField()),
                ("true_up_paise", models.BigIntegerField()),
                ("charges_paise", models.BigIntegerField()),
                ("previous_paise", models.BigIntegerField()),
                ("payments_paise", models.BigIntegerField()),
                ("adjustments", models.JSONField()),
                ("adjustments_paise", models.BigIntegerField()),
                ("balance_paise", models.BigIntegerField()),
                ("payable_paise", models.BigIntegerField()),
                ("rounding_paise", models.BigIntegerField()),
                ("rounding_before_paise", models.BigIntegerField()),
                ("seen_entry_id", models.BigIntegerField()),
                ("seen_charge_id", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection_id", "first_day", "kind"),
                        name="one_bill_a_connection_first_day_and_kind",
                    ),
                    models.UniqueConstraint(
                        fields=("connection_id", "until_day"), name="one_bill_ends_on_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["monthly", "interim", "final"])),
                        name="kind_of_bill_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lt", models.F("until_day"))),
                        name="a_bill_has_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "charges_paise",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("deducted_paise"),
                                    "+",
                                    models.F("true_up_paise"),
                                ),
                            )
                        ),
                        name="charges_are_what_was_deducted_and_the_true_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("charges_paise", bijlighar.bills.models.SumOf("lines"))
                        ),
                        name="charges_are_the_sum_of_the_lines",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "adjustments_paise",
                                bijlighar.bills.models.SumOf("adjustments"),
                            )
                        ),
                        name="adjustments_are_the_sum_of_their_list",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "balance_paise",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("previous_paise"),
                                            "+",
                                            models.F("payments_paise"),
                                        ),
                                        "-",
                                        models.F("charges_paise"),
                                    ),
                                    "+",
                                    models.F("adjustments_paise"),
                                ),
                            )
                        ),
                        name="the_balance_is_what_all_movements_lead_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_prepaid", True),
                                ("payable_paise", 0),
                                ("rounding_paise", 0),
                            ),
                            models.Q(
                                ("is_prepaid", False),
                                (
                                    "payable_paise",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.functions.comparison.Greatest(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("balance_paise"),
                                                "*",
                                                models.Value(-1),
                                            ),
                                            models.Value(0),
                                        ),
                                        "-",
                                        models.F("rounding_paise"),
                                    ),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="a_bill_asks_for_what_is_owed_and_a_prepaid_one_for_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("payable_paise__gte", 0),
                            (
                                "payable_paise",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("payable_paise"), "/", models.Value(100)
                                    ),
                                    "*",
                                    models.Value(100),
                                ),
                            ),
                        ),
                        name="a_bill_asks_for_whole_rupees",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_on", None), ("is_prepaid", True)),
                            models.Q(("due_on__isnull", False), ("is_prepaid", False)),
                            _connector="OR",
                        ),
                        name="only_a_postpaid_bill_is_due",
                    ),
                ],
            },
        ),
        *[migrations.RunSQL(done, undone) for done, undone in STATEMENTS],
    ]
