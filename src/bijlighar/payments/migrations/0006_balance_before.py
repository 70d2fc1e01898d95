"""A payment keeps what the balance was before it: what it was used for follows from that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible. Payments of before keep none: nobody knows it any more."""

    dependencies = [("payments", "0005_upi_and_what_became_of_it")]

    operations = [
        migrations.AddField(
            "payment", "balance_before_paise", models.BigIntegerField(null=True)
        ),
    ]
