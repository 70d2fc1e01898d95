"""A day that was charged keeps its basis for ever."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only

STATEMENTS = append_only(
    app="charges",
    advice="post the difference instead",
    tables=["charges_daycharge"],
)


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("charges", "0001_first_tables")]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
