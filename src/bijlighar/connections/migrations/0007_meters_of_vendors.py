"""Meters that only a vendor's head-end reaches have no address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible while every meter has an address."""

    dependencies = [
        ("connections", "0006_facts_by_category"),
    ]

    operations = [
        migrations.AlterField(
            model_name="meter",
            name="port",
            field=models.IntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="meter",
            name="system_title",
            field=models.BinaryField(null=True, unique=True),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("host", ""), ("port", None), ("system_title", None)),
                    models.Q(
                        ("port__isnull", False),
                        ("system_title__isnull", False),
                        models.Q(("host", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_address_is_known_whole_or_not",
            ),
        ),
    ]
