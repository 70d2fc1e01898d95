"""The desk sees the rows of its own areas only; the backstop is PostgreSQL itself."""

from django.db import migrations

from bijlighar.kernel.row_security import OF_CONNECTION, PLACES_NOW, row_security

STATEMENTS = [
    *row_security(
        {
            "connections_connection": f"{{table}}.transformer_id in ({PLACES_NOW})",
            "connections_consumer": (
                "exists (select 1 from connections_connection as seen"
                " where seen.consumer_id = {table}.id)"
            ),
            "connections_connectionfact": OF_CONNECTION,
            "connections_connectionplace": OF_CONNECTION,
            "connections_protection": OF_CONNECTION,
            "connections_installation": OF_CONNECTION,
            "connections_meter": (
                "exists (select 1 from connections_installation as seen"
                " where seen.meter_id = {table}.id)"
            ),
        }
    ),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("connections", "0002_places_and_protections"),
        ("people", "0002_desk_role_and_audit"),
        ("grid", "0002_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
