"""The desk sees the rows of its own areas only; the backstop is PostgreSQL itself."""

from django.db import migrations

from bijlighar.kernel.row_security import OF_CONNECTION, desk_never_sees, row_security

STATEMENTS = [
    *row_security(
        {
            "payments_rechargeorder": OF_CONNECTION,
            "payments_payment": OF_CONNECTION,
        }
    ),
    *desk_never_sees("payments_webhookreceived"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("payments", "0002_append_only"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
