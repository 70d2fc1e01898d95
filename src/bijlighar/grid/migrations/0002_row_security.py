"""The desk sees its own areas of the tree; names of what lies above them are shown too."""

from django.db import migrations

from bijlighar.kernel.row_security import AREAS_NOW, PLACES_NOW, row_security

ABOVE = f"select area_id from grid_reach where node_id = any({AREAS_NOW})"
STATEMENTS = row_security(
    {
        "grid_node": f"{{table}}.id in ({PLACES_NOW}) or {{table}}.id in ({ABOVE})",
        "grid_nodefact": (
            f"{{table}}.node_id in ({PLACES_NOW}) or {{table}}.node_id in ({ABOVE})"
        ),
    }
)


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("grid", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
