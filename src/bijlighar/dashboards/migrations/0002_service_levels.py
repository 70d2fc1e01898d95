"""How well meters are read, counted for each day and node of the grid."""

import django.contrib.postgres.fields
from django.db import migrations, models

from bijlighar.kernel.row_security import AREAS_NOW, row_security

OF_AREA = (
    "exists (select 1 from grid_reach as reach"
    " where reach.node_id = {table}.node_id"
    f" and reach.area_id = any({AREAS_NOW}))"
)


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("dashboards", "0001_saved_views"),
        ("grid", "0002_row_security"),
        ("people", "0002_desk_role_and_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceLevel",
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
                ("node_id", models.BigIntegerField()),
                ("meters", models.IntegerField()),
                ("read_on_time", models.IntegerField()),
                ("read_in_a_day", models.IntegerField()),
                ("read_at_all", models.IntegerField()),
                ("blocks_in_a_day", models.BigIntegerField()),
                ("blocks_filled", models.BigIntegerField()),
                (
                    "command_steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "read_steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="service_level_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("node_id", "day"), name="one_service_level_a_node_and_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_on_time__lte", models.F("read_in_a_day")),
                            ("read_in_a_day__lte", models.F("read_at_all")),
                            ("read_at_all__lte", models.F("meters")),
                        ),
                        name="no_more_are_read_than_there_are",
                    ),
                ],
            },
        ),
        *[
            migrations.RunSQL(done, undone)
            for done, undone in row_security({"dashboards_servicelevel": OF_AREA})
        ],
    ]
