"""The desk sees and enters the outages of its own areas only."""

from django.db import migrations

from bijlighar.kernel.row_security import PLACES_NOW, desk_writes, row_security

STATEMENTS = [
    *row_security({"outages_outage": f"{{table}}.node_id in ({PLACES_NOW})"}),
    *desk_writes("outages_outage"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("outages", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("grid", "0002_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
