"""The same rows are seen as before, found by a look into an index.

`transformer_id in (select ...)` made every statement spread out the whole reach of an area
for each of its tables; `exists` lets PostgreSQL look up single rows, or hash, as it fits.
Search words are made from other tables: no foreign keys, which cost more than the words.
"""

import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.row_security import AREAS_NOW, PLACES_NOW

TABLES = ("connections_connection", "connections_searchword")
QUICK = (
    "exists (select 1 from grid_reach as reach"
    " where reach.node_id = {table}.transformer_id"
    f" and reach.area_id = any({AREAS_NOW}))"
)
SLOW = f"{{table}}.transformer_id in ({PLACES_NOW})"


def _policies(condition: str, table: str) -> str:
    return (
        f"alter policy {table}_of_the_area on {table}"
        f" using ({condition.format(table=table)})"
    )


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("connections", "0004_search_words")]

    operations = [
        migrations.AlterField(
            model_name="searchword",
            name="connection",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="connections.connection",
            ),
        ),
        migrations.AlterField(
            model_name="searchword",
            name="transformer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.node",
            ),
        ),
        *[
            migrations.RunSQL(_policies(QUICK, table), _policies(SLOW, table))
            for table in TABLES
        ],
    ]
