"""Who made each meter, and the profiles that it does not have."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("headend", "0006_marks_and_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="meterconfiguration",
            name="manufacturer",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="refused_profiles",
            field=ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="metercontact",
            name="refused_at",
            field=models.DateTimeField(null=True),
        ),
    ]
