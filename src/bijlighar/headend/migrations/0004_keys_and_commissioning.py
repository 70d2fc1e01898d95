"""Key files, keys that change over the air, and what meters said they are."""

from django.db import migrations, models

from bijlighar.kernel.row_security import OF_METER, desk_never_sees, row_security

SEEN = [
    *row_security({"headend_meterconfiguration": OF_METER}),
    *desk_never_sees("headend_keyfile", "headend_meterkeychange"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("headend", "0003_reads_and_attempts"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyFile",
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
                ("digest", models.TextField(unique=True)),
                ("rows", models.IntegerField()),
                ("taken_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="MeterConfiguration",
            fields=[
                ("meter_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("control_mode", models.IntegerField(null=True)),
                ("columns", models.JSONField()),
                ("scalers", models.JSONField()),
                ("capture_period_s", models.BigIntegerField(null=True)),
                ("alarm", models.TextField(default="")),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("alarm", ""), _negated=True),
                        fields=["alarm", "meter_id"],
                        name="relay_of_alarm",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("alarm", ""),
                            (
                                "alarm__in",
                                ["waits_for_button", "never_opens", "unknown_mode"],
                            ),
                            _connector="OR",
                        ),
                        name="relay_alarm_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MeterKeyChange",
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
                ("state", models.TextField()),
                ("wrapped_keys", models.BinaryField()),
                ("prepared_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("refusals", models.IntegerField(default=0)),
                ("leases", models.IntegerField(default=0)),
                ("last_error", models.TextField(default="")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["prepared", "sent"])),
                        fields=("meter_id",),
                        name="one_key_change_a_meter_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["prepared", "sent", "proved", "given_up"])
                        ),
                        name="key_change_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "proved"), ("wrapped_keys", b"")),
                            models.Q(
                                models.Q(("state", "proved"), _negated=True),
                                models.Q(("wrapped_keys", b""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="new_keys_are_kept_until_they_are_proved",
                    ),
                ],
            },
        ),
        *[migrations.RunSQL(done, undone) for done, undone in SEEN],
    ]
