"""What was delivered is kept for ever; the desk sees which meters of its areas are whose."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import OF_METER, desk_never_sees, row_security

ADDED_ONLY = (
    "vendors_message",
    "vendors_filetaken",
    "vendors_handed",
    "vendors_relayevent",
)
STATEMENTS = [
    *append_only(app="vendors", advice="a delivery is what it was", tables=ADDED_ONLY),
    *row_security({"vendors_wayin": OF_METER}),
    *desk_never_sees("vendors_vendor", *ADDED_ONLY),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("vendors", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
