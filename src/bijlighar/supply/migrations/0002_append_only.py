"""What changed a supply is kept for ever."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only

STATEMENTS = append_only(
    app="supply",
    advice="add another change instead",
    tables=["supply_supplychange"],
)


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("supply", "0001_first_tables")]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
