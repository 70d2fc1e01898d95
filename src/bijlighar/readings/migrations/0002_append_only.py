"""A reading is kept as it was received."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only

STATEMENTS = append_only(
    app="readings",
    advice="add another reading instead",
    tables=["readings_registerreading", "readings_blockreading"],
)


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("readings", "0001_first_tables")]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
