"""Budgets, and which of their steps were told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="BudgetRow",
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
                ("measure", models.TextField()),
                ("amount", models.BigIntegerField()),
                ("set_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "budgets_budget",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("connection_id",),
                        name="one_budget_a_connection_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="a_budget_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measure__in", ["rupees", "units"])),
                        name="a_budget_is_in_rupees_or_units",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepReached",
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
                ("step", models.TextField()),
                ("reached_at", models.DateTimeField()),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="budgets.budgetrow",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("budget", "month", "step"),
                        name="a_step_is_told_once_a_month",
                    )
                ],
            },
        ),
    ]
