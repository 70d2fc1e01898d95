"""Keyed marks of keys, what of a meter's keys changes, and attempts at commissioning."""

from django.db import migrations, models

from bijlighar.kernel.row_security import desk_never_sees

SEEN = desk_never_sees("headend_keymark")


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("headend", "0005_alert_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyMark",
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
                ("mark", models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="attemptcount",
            name="talk_is_known",
        ),
        migrations.AddField(
            model_name="meterkeychange",
            name="part",
            field=models.TextField(default="globals"),
        ),
        migrations.AddConstraint(
            model_name="attemptcount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("talk__in", ["read", "on_demand", "relay", "push", "commission"])
                ),
                name="talk_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="meterkeychange",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["globals", "master", "lls"])),
                name="key_part_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="keymark",
            constraint=models.UniqueConstraint(
                fields=("mark",), name="a_key_stands_for_one_meter"
            ),
        ),
        *(migrations.RunSQL(done, undone) for done, undone in SEEN),
    ]
