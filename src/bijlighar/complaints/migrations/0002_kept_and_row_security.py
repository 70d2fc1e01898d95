"""What was said and owed is kept for ever; the desk sees its own areas' complaints only."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import (
    OF_CONNECTION,
    PLACES_NOW,
    desk_writes,
    row_security,
)

OF_COMPLAINT = (
    "exists (select 1 from complaints_complaint as seen"
    " where seen.id = {table}.complaint_id)"
)
ADDED_ONLY = (
    "complaints_step",
    "complaints_media",
    "complaints_callnote",
    "complaints_compensation",
)
STATEMENTS = [
    *append_only(
        app="complaints", advice="add what is true now instead", tables=ADDED_ONLY
    ),
    *row_security(
        {
            "complaints_complaint": OF_CONNECTION,
            "complaints_callnote": OF_CONNECTION,
            "complaints_step": OF_COMPLAINT,
            "complaints_media": OF_COMPLAINT,
            "complaints_compensation": OF_COMPLAINT,
            "complaints_incident": f"{{table}}.node_id in ({PLACES_NOW})",
        }
    ),
    *desk_writes("complaints_complaint", "complaints_incident", *ADDED_ONLY),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("complaints", "0001_first_tables"),
        ("grid", "0002_row_security"),
        ("connections", "0003_row_security"),
        ("people", "0002_desk_role_and_audit"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
