"""A reading is kept as it was received."""

from django.db import migrations

FUNCTION = """
create or replace function readings_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'append-only: add another reading instead' using errcode = 'restrict_violation';
end
$$
"""
TRIGGER = """
create trigger {table}_is_append_only
before update or delete or truncate on {table}
for each statement execute function readings_append_only()
"""
TABLES = ("readings_registerreading", "readings_blockreading")


class Migration(migrations.Migration):
    """Reversible: the triggers can be taken away again by whoever owns the tables."""

    dependencies = [("readings", "0001_first_tables")]

    operations = [
        migrations.RunSQL(FUNCTION, "drop function readings_append_only()"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table),
                f"drop trigger {table}_is_append_only on {table}",
            )
            for table in TABLES
        ),
    ]
