"""The list is read in the order of time without looking at all that was ever proposed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("proposals", "0002_frozen_and_row_security"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["-made_at", "-id"], name="proposal_made"),
        ),
    ]
