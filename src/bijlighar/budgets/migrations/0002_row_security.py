"""The desk sees its own areas' only; the backstop is PostgreSQL itself."""

from django.db import migrations

from bijlighar.kernel.row_security import OF_CONNECTION, row_security

STATEMENTS = row_security(
    {"budgets_budget": OF_CONNECTION, "budgets_stepreached": OF_CONNECTION}
)


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("budgets", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
