"""Reads by schedule, claims, counted attempts, clocks, and pushes' counters."""

from django.db import migrations, models

from bijlighar.kernel.row_security import OF_METER, row_security

SEEN = row_security(
    {
        "headend_attemptcount": OF_METER,
        "headend_clocknote": OF_METER,
        "headend_ondemandread": OF_METER,
    }
)


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("headend", "0002_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttemptCount",
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
                ("meter_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("talk", models.TextField()),
                ("outcome", models.TextField()),
                ("many", models.IntegerField()),
                ("took_ms", models.BigIntegerField()),
                ("longest_ms", models.IntegerField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ClockNote",
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
                ("meter_id", models.BigIntegerField(db_index=True)),
                ("at", models.DateTimeField()),
                ("drift_s", models.BigIntegerField()),
                ("action", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="OnDemandRead",
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
                ("meter_id", models.BigIntegerField(db_index=True)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="StrangerCount",
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
                ("day", models.DateField()),
                ("why", models.TextField()),
                ("many", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="metercontact",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="billing_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="blocks_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="claimed_by",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="clock_drift_s",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="clock_seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="daily_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="events_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="events_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="instant_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="metersecret",
            name="known_push_counter",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="metercontact",
            index=models.Index(fields=["read_not_before"], name="contact_due"),
        ),
        migrations.AddConstraint(
            model_name="attemptcount",
            constraint=models.UniqueConstraint(
                fields=("meter_id", "day", "talk", "outcome"),
                name="one_count_a_meter_day_talk_and_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="attemptcount",
            constraint=models.CheckConstraint(
                condition=models.Q(("talk__in", ["read", "on_demand", "relay", "push"])),
                name="talk_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="attemptcount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "done",
                            "broke_off",
                            "no_connection",
                            "no_answer",
                            "refused",
                            "clock_wrong",
                            "too_late",
                            "replayed",
                            "forged",
                            "held_back",
                        ],
                    )
                ),
                name="outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="attemptcount",
            constraint=models.CheckConstraint(
                condition=models.Q(("many__gt", 0)), name="a_count_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="clocknote",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__in", ["set", "distrust"])),
                name="clock_was_set_or_distrusted",
            ),
        ),
        migrations.AddConstraint(
            model_name="ondemandread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("meter_id",),
                name="one_open_read_on_demand_a_meter",
            ),
        ),
        migrations.AddConstraint(
            model_name="strangercount",
            constraint=models.UniqueConstraint(
                fields=("day", "why"), name="one_count_a_day_and_why"
            ),
        ),
        *[migrations.RunSQL(done, undone) for done, undone in SEEN],
    ]
