"""Events, billing readings and instants, as received."""

from django.db import migrations, models

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import OF_METER, row_security

KEPT = append_only(
    app="readings_notes",
    advice="what a meter said is kept as it was received",
    tables=["readings_metereventnote", "readings_billingnote"],
)
SEEN = row_security(
    {
        "readings_metereventnote": OF_METER,
        "readings_billingnote": OF_METER,
        "readings_instantnote": OF_METER,
    }
)


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("readings", "0004_corrections_and_peaks"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstantNote",
            fields=[
                ("meter_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("voltage_mv", models.BigIntegerField(null=True)),
                ("current_ma", models.BigIntegerField(null=True)),
                ("power_w", models.BigIntegerField(null=True)),
                ("register_wh", models.BigIntegerField(null=True)),
                ("is_closed", models.BooleanField(null=True)),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="BillingNote",
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
                ("billed_at", models.DateTimeField()),
                ("register_wh", models.BigIntegerField()),
                ("max_demand_w", models.BigIntegerField(null=True)),
                ("max_demand_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("meter_id", "billed_at", "register_wh"),
                        name="a_billing_reading_is_stored_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("register_wh__gte", 0)),
                        name="billing_register_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeterEventNote",
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
                ("code", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("source", models.TextField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("meter_id", "at", "code"),
                        name="a_meter_event_is_stored_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__gt", 0), ("code__lt", 65536)),
                        name="event_code_has_16_bits",
                    ),
                ],
            },
        ),
        *[migrations.RunSQL(done, undone) for done, undone in [*KEPT, *SEEN]],
    ]
