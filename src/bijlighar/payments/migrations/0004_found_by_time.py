"""What was recharged today is found without reading every payment there ever was."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """Reversible. Rows come in the order of time, so a small index of ranges is enough."""

    dependencies = [("payments", "0003_row_security")]

    operations = [
        migrations.AddIndex(
            model_name="payment", index=BrinIndex(fields=["credited_at"], name="payment_at")
        ),
    ]
