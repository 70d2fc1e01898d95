"""The last event status word of each meter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("headend", "0004_keys_and_commissioning"),
    ]

    operations = [
        migrations.AddField(
            model_name="metercontact",
            name="alert_word",
            field=models.TextField(default=""),
        ),
    ]
