"""The desk sees imports that lie whole in its own areas; staged rows it never sees."""

from django.db import migrations

from bijlighar.kernel.row_security import (
    PLACES_NOW,
    desk_never_sees,
    desk_writes,
    row_security,
)

OF_IMPORT = "exists (select 1 from masters_import as seen where seen.id = {table}.held_id)"
STATEMENTS = [
    *row_security(
        {
            "masters_import": f"{{table}}.area_ids <@ array({PLACES_NOW})",
            "masters_filepart": OF_IMPORT,
            "masters_rowfault": OF_IMPORT,
        }
    ),
    *desk_writes("masters_import", "masters_filepart", "masters_knownlayout"),
    *desk_never_sees("masters_stagedrow"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("masters", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("grid", "0002_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
