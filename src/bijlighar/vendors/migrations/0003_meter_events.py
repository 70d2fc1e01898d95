"""Events of meters that are no command's outcome: added only, and not the desk's."""

import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import desk_never_sees

ADDED_ONLY = "vendors_meterevent"
STATEMENTS = [
    # The function is there since the first tables that are only ever added to.
    *append_only(app="vendors", advice="", tables=(ADDED_ONLY,))[1:],
    *desk_never_sees(ADDED_ONLY),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("vendors", "0002_kept_and_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeterEvent",
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
                ("event_key", models.TextField()),
                ("meter_id", models.BigIntegerField()),
                ("code", models.TextField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vendors.vendor",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["meter_id", "at"], name="meter_event_of")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("vendor", "event_key"), name="a_meter_event_is_taken_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$")
                        ),
                        name="a_meter_event_has_a_code",
                    ),
                ],
            },
        ),
        *(migrations.RunSQL(done, undone) for done, undone in STATEMENTS),
    ]
