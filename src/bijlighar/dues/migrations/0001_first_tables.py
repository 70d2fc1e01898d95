"""Plans and what they were paid, late days, interest, months that are done."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Interest",
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
                ("connection_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("share_per_year", models.DecimalField(decimal_places=4, max_digits=6)),
                ("amount_paise", models.BigIntegerField()),
                ("posted_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection_id", "month"),
                        name="a_month_earns_interest_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_paise__gt", 0)),
                        name="interest_is_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LateDays",
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
                ("connection_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("number", models.SmallIntegerField()),
                ("due_on", models.DateField()),
                ("first_day", models.DateField()),
                ("days", models.SmallIntegerField()),
                ("dues_paise", models.BigIntegerField()),
                ("share_per_month", models.DecimalField(decimal_places=4, max_digits=6)),
                ("amount_paise", models.BigIntegerField()),
                ("posted_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection_id", "month", "number"),
                        name="late_days_are_kept_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_paise__gte", 0), ("days__gt", 0), ("dues_paise__gt", 0)
                        ),
                        name="late_days_are_of_something_owed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthDone",
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
                ("what", models.TextField()),
                ("month", models.DateField()),
                ("done_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("what", "month"), name="a_month_is_done_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
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
                ("connection_id", models.BigIntegerField()),
                ("book", models.TextField()),
                ("number", models.SmallIntegerField()),
                ("amount_paise", models.BigIntegerField()),
                ("added_paise", models.BigIntegerField()),
                ("instalments", models.SmallIntegerField(null=True)),
                ("first_on", models.DateField(null=True)),
                ("percent_of_recharge", models.SmallIntegerField(null=True)),
                ("because", models.TextField()),
                ("source", models.TextField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection_id", "book", "number"),
                        name="one_plan_after_another",
                    ),
                    models.UniqueConstraint(
                        fields=("connection_id", "book", "source"),
                        name="a_plan_is_opened_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_paise__gte", 0)),
                        name="a_plan_is_for_no_credit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("book__in", ["arrears", "deposit"])),
                        name="plan_book_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_on__isnull", False),
                                ("instalments__gt", 0),
                                ("instalments__isnull", False),
                                ("percent_of_recharge__isnull", True),
                            ),
                            models.Q(
                                ("first_on__isnull", True),
                                ("instalments__isnull", True),
                                ("percent_of_recharge__isnull", False),
                                ("percent_of_recharge__range", (1, 100)),
                            ),
                            models.Q(
                                ("amount_paise", 0),
                                ("first_on__isnull", True),
                                ("instalments__isnull", True),
                                ("percent_of_recharge__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_plan_has_instalments_or_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanPayment",
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
                ("connection_id", models.BigIntegerField(db_index=True)),
                ("source", models.TextField()),
                ("asked_paise", models.BigIntegerField()),
                ("paid_paise", models.BigIntegerField()),
                ("posted_at", models.DateTimeField()),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dues.plan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "source"), name="a_plan_is_paid_once_by_a_source"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_paise__gte", 0),
                            ("asked_paise__gte", models.F("paid_paise")),
                        ),
                        name="nobody_pays_more_than_was_asked",
                    ),
                ],
            },
        ),
    ]
