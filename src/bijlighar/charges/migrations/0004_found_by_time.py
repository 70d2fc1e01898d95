"""What was deducted today is found without reading every day there ever was."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """Reversible. Rows come in the order of time, so a small index of ranges is enough."""

    dependencies = [("charges", "0003_row_security")]

    operations = [
        migrations.AddIndex(
            model_name="daycharge", index=BrinIndex(fields=["charged_at"], name="charge_at")
        ),
    ]
