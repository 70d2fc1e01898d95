"""The desk sees the rows of its own areas only; the backstop is PostgreSQL itself."""

from django.db import migrations

from bijlighar.kernel.row_security import row_security

STATEMENTS = [
    *row_security(
        {
            "ledger_account": (
                "owner_id is null or exists (select 1 from connections_connection as seen"
                " where seen.id = {table}.owner_id)"
            ),
            "ledger_wallet": (
                "exists (select 1 from connections_connection as seen"
                " where seen.id = {table}.owner_id)"
            ),
            "ledger_transfer": (
                "exists (select 1 from ledger_account as held where held.owner_id is not null"
                " and held.id in ({table}.debit_account_id, {table}.credit_account_id))"
            ),
            "ledger_entry": (
                "exists (select 1 from ledger_transfer as seen"
                " where seen.entry_id = {table}.id)"
            ),
        }
    ),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("ledger", "0002_append_only"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
