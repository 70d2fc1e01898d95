"""Entries and transfers are only ever added: a correction is a reversing entry."""

from django.db import migrations

FUNCTION = """
create or replace function ledger_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'append-only: reverse the entry instead' using errcode = 'restrict_violation';
end
$$
"""
TRIGGER = """
create trigger {table}_is_append_only
before update or delete or truncate on {table}
for each statement execute function ledger_append_only()
"""
TABLES = ("ledger_entry", "ledger_transfer")


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("ledger", "0001_first_tables")]

    operations = [
        migrations.RunSQL(FUNCTION, "drop function ledger_append_only()"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table),
                f"drop trigger {table}_is_append_only on {table}",
            )
            for table in TABLES
        ),
    ]
