"""Tables that are only ever added to, whoever asks: a trigger refuses everything else."""

from __future__ import annotations

from collections.abc import Sequence

FUNCTION = """
create or replace function {app}_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'append-only: {advice}' using errcode = 'restrict_violation';
end
$$
"""
TRIGGER = """
create trigger {table}_is_append_only
before update or delete or truncate on {table}
for each statement execute function {app}_append_only()
"""


def append_only(*, app: str, advice: str, tables: Sequence[str]) -> list[tuple[str, str]]:
    """(statement, statement that undoes it) for a migration, in order.

    `advice` is what whoever tries is told to do instead.
    """
    function = (
        FUNCTION.format(app=app, advice=advice),
        f"drop function {app}_append_only()",
    )
    triggers = [
        (
            TRIGGER.format(app=app, table=table),
            f"drop trigger {table}_is_append_only on {table}",
        )
        for table in tables
    ]
    return [function, *triggers]
