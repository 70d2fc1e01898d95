"""One index on the source, not two: the second served LIKE, which nobody asks for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible. Both indexes are built anew: on a large table in a quiet hour."""

    dependencies = [("notices", "0004_row_security_of_handings")]

    operations = [
        migrations.AlterField(model_name="notice", name="source", field=models.TextField()),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("source",), name="each_source_is_told_once"
            ),
        ),
    ]
