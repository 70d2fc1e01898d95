"""Registers put right by a person, and each day's highest half-hour beside its half-hours."""

from django.db import migrations, models

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import OF_METER, row_security

KEPT = append_only(
    app="readings_corrections",
    advice="correct it once more instead",
    tables=["readings_correction"],
)
OPEN = "alter table readings_blockreading disable trigger user"
SHUT = "alter table readings_blockreading enable trigger user"
PEAKS = """
update readings_blockreading
set peak_wh = (select max(energy_wh) from unnest(energies_wh) as energy_wh)
where cardinality(energies_wh) > 0
"""
IN_FORCE = """
create view readings_register with (security_invoker = true) as
select reading.meter_id, reading.day, reading.register_wh
from readings_registerreading as reading
where
    reading.in_force
    and not exists (
        select 1 from readings_correction as correction
        where correction.meter_id = reading.meter_id and correction.day = reading.day
    )
union all
select last.meter_id, last.day, last.register_wh
from (
    select distinct on (correction.meter_id, correction.day)
        correction.meter_id, correction.day, correction.register_wh
    from readings_correction as correction
    order by correction.meter_id, correction.day, correction.id desc
) as last
"""


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("readings", "0003_row_security")]

    operations = [
        migrations.CreateModel(
            name="Correction",
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
                ("register_wh", models.BigIntegerField()),
                ("why", models.TextField()),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["meter_id", "day"], name="correction_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("register_wh__gte", 0)),
                        name="corrected_register_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="a_correction_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OPEN, SHUT),
        migrations.AddField("blockreading", "peak_wh", models.IntegerField(default=0)),
        migrations.RunSQL(PEAKS, migrations.RunSQL.noop),
        migrations.AlterField("blockreading", "peak_wh", models.IntegerField()),
        migrations.RunSQL(SHUT, OPEN),
        *[migrations.RunSQL(done, undone) for done, undone in KEPT],
        *[
            migrations.RunSQL(done, undone)
            for done, undone in row_security({"readings_correction": OF_METER})
        ],
        migrations.RunSQL(IN_FORCE, "drop view readings_register"),
    ]
