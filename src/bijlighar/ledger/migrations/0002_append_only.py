"""Entries and transfers are only ever added: a correction is a reversing entry."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only

STATEMENTS = append_only(
    app="ledger",
    advice="reverse the entry instead",
    tables=["ledger_entry", "ledger_transfer"],
)


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("ledger", "0001_first_tables")]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
