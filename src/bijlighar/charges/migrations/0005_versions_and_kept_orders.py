"""A day may turn out otherwise: versions, every head, and the orders' own texts."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.append_only import append_only

KEPT = append_only(
    app="charges_orders",
    advice="an order that something was rated with stays",
    tables=["charges_ratedorder", "charges_ratedschedule"],
)
OPEN = "alter table charges_daycharge disable trigger charges_daycharge_is_append_only"
SHUT = "alter table charges_daycharge enable trigger charges_daycharge_is_append_only"
TAKE_OVER = """
insert into charges_ratedorder (sha256, text)
select distinct order_sha256, '' from charges_daycharge;
insert into charges_ratedschedule (order_sha256, category, above_w)
select distinct order_sha256, category, 0 from charges_daycharge;
update charges_daycharge as charge
set
    schedule_id = schedule.id,
    selecting_wh = charge.mtd_energy_wh,
    posted_paise = charge.total_paise,
    posted_wh = charge.energy_wh
from charges_ratedschedule as schedule
where
    schedule.order_sha256 = charge.order_sha256 and schedule.category = charge.category;
"""
IN_FORCE = """
create view charges_day with (security_invoker = true) as
select charge.*
from charges_daycharge as charge
where
    not exists (
        select 1 from charges_daycharge as later
        where
            later.connection_id = charge.connection_id
            and later.day = charge.day
            and later.version > charge.version
    )
"""


def _number(
    name: str, kind: "type[models.IntegerField[int, int]]" = models.BigIntegerField
) -> migrations.AddField:
    return migrations.AddField("daycharge", name, kind(default=0))


class Migration(migrations.Migration):
    """Not reversible: what came before could not hold a second version of a day."""

    dependencies = [("charges", "0004_found_by_time")]

    operations = [
        migrations.CreateModel(
            name="RatedOrder",
            fields=[
                ("sha256", models.TextField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="RatedSchedule",
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
                ("category", models.TextField()),
                ("above_w", models.BigIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        db_column="order_sha256",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="charges.ratedorder",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "category", "above_w"),
                        name="a_schedule_is_kept_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(OPEN),
        _number("version", models.SmallIntegerField),
        migrations.AddField("daycharge", "because", models.TextField(default="first")),
        migrations.AddField(
            "daycharge", "is_provisional", models.BooleanField(default=False)
        ),
        migrations.AddField(
            "daycharge",
            "schedule",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="charges.ratedschedule",
            ),
        ),
        _number("selecting_wh"),
        migrations.AddField(
            "daycharge",
            "mtd_windows_wh",
            django.contrib.postgres.fields.ArrayField(
                models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            "daycharge", "demand_excused", models.BooleanField(default=False)
        ),
        _number("fppas_carried_micropaise"),
        _number("mtd_time_of_day_paise"),
        _number("mtd_excess_demand_paise"),
        _number("mtd_scheme_paise"),
        _number("mtd_minimum_paise"),
        _number("posted_paise"),
        _number("posted_wh"),
        _number("shock_paise"),
        migrations.RunSQL(TAKE_OVER),
        migrations.RunSQL("set constraints all immediate"),
        migrations.AlterField(
            "daycharge",
            "schedule",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="charges.ratedschedule",
            ),
        ),
        *[
            migrations.AlterField("daycharge", name, field)
            for name, field in (
                ("version", models.SmallIntegerField()),
                ("because", models.TextField()),
                ("is_provisional", models.BooleanField()),
                ("selecting_wh", models.BigIntegerField()),
                (
                    "mtd_windows_wh",
                    django.contrib.postgres.fields.ArrayField(
                        models.BigIntegerField(), size=None
                    ),
                ),
                ("demand_excused", models.BooleanField()),
                ("fppas_carried_micropaise", models.BigIntegerField()),
                ("mtd_time_of_day_paise", models.BigIntegerField()),
                ("mtd_excess_demand_paise", models.BigIntegerField()),
                ("mtd_scheme_paise", models.BigIntegerField()),
                ("mtd_minimum_paise", models.BigIntegerField()),
                ("posted_paise", models.BigIntegerField()),
                ("posted_wh", models.BigIntegerField()),
                ("shock_paise", models.BigIntegerField()),
            )
        ],
        migrations.RemoveField("daycharge", "entry_source"),
        migrations.RemoveField("daycharge", "category"),
        migrations.RemoveField("daycharge", "order_sha256"),
        migrations.RemoveConstraint("daycharge", "a_day_is_charged_once"),
        migrations.AddConstraint(
            "daycharge",
            models.UniqueConstraint(
                fields=("connection_id", "day", "version"), name="a_day_is_charged_once"
            ),
        ),
        migrations.AddConstraint(
            "daycharge",
            models.CheckConstraint(
                condition=models.Q(("version__gte", 0)), name="version_is_not_negative"
            ),
        ),
        migrations.RunSQL(SHUT),
        *[migrations.RunSQL(done, undone) for done, undone in KEPT],
        # The owner fills it by COPY, which PostgreSQL refuses under FORCE; the owner sees
        # every row with or without it.
        migrations.RunSQL(
            "alter table charges_daycharge no force row level security",
            "alter table charges_daycharge force row level security",
        ),
        migrations.RunSQL(IN_FORCE, "drop view charges_day"),
        migrations.RunSQL("create sequence charges_run", "drop sequence charges_run"),
    ]
