"""The index by which connections are found; the desk sees the words of its own areas."""

import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.row_security import PLACES_NOW, row_security

STATEMENTS = row_security(
    {"connections_searchword": f"{{table}}.transformer_id in ({PLACES_NOW})"}
)


class Migration(migrations.Migration):
    """Reversible. Connections held already are indexed by `index_for_search`."""

    dependencies = [
        ("connections", "0003_row_security"),
        ("grid", "0002_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("word", models.TextField(db_collation="C")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="connections.connection",
                    ),
                ),
                (
                    "transformer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.node",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["word"],
                        include=("connection", "transformer"),
                        name="search_word",
                    ),
                    models.Index(
                        fields=["transformer", "word"],
                        include=("connection",),
                        name="search_word_of_place",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "word"), name="a_connection_has_a_word_once"
                    )
                ],
            },
        ),
        *[migrations.RunSQL(done, undone) for done, undone in STATEMENTS],
    ]
