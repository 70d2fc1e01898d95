"""Which categories there are is asked every night: an index instead of a pass over all."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("connections", "0005_quick_row_security")]

    operations = [
        migrations.AlterField(
            "connectionfact",
            "connection",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="connections.connection",
            ),
        ),
        migrations.AddIndex(
            "connectionfact",
            models.Index(fields=["category"], name="fact_of_category"),
        ),
    ]
