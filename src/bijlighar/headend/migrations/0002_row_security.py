"""The desk sees the rows of its own areas only; the backstop is PostgreSQL itself."""

from django.db import migrations

from bijlighar.kernel.row_security import (
    OF_CONNECTION,
    OF_METER,
    desk_never_sees,
    row_security,
)

STATEMENTS = [
    *row_security(
        {
            "headend_metercontact": OF_METER,
            "headend_relaycommand": OF_CONNECTION,
        }
    ),
    *desk_never_sees("headend_metersecret"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("headend", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
