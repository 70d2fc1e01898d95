"""The desk sees the rows of its own areas only; the backstop is PostgreSQL itself."""

from django.db import migrations

from bijlighar.kernel.row_security import OF_METER, row_security

STATEMENTS = [
    *row_security(
        {
            "readings_registerreading": OF_METER,
            "readings_blockreading": OF_METER,
            "readings_profiledepth": OF_METER,
        }
    ),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("readings", "0002_append_only"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
