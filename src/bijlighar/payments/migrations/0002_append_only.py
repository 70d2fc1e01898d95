"""What a gateway sent and what was credited for it are kept for ever."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only

STATEMENTS = append_only(
    app="payments",
    advice="reverse the entry instead",
    tables=["payments_payment", "payments_webhookreceived"],
)


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("payments", "0001_first_tables")]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
