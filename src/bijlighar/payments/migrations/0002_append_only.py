"""What a gateway sent and what was credited for it are kept for ever."""

from django.db import migrations

FUNCTION = """
create or replace function payments_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'append-only: reverse the entry instead' using errcode = 'restrict_violation';
end
$$
"""
TRIGGER = """
create trigger {table}_is_append_only
before update or delete or truncate on {table}
for each statement execute function payments_append_only()
"""
TABLES = ("payments_payment", "payments_webhookreceived")


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("payments", "0001_first_tables")]

    operations = [
        migrations.RunSQL(FUNCTION, "drop function payments_append_only()"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table),
                f"drop trigger {table}_is_append_only on {table}",
            )
            for table in TABLES
        ),
    ]
