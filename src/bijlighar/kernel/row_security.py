"""Rows that a signed-in person's database role may see: PostgreSQL's own backstop.

The product's processes connect as the tables' owner, who sees everything. A request of
staff or of a machine client changes, for its one transaction, to the role `DESK`, for
which every table that belongs to somebody's area has a policy: without areas it sees no
row at all. The areas are set for the transaction only, so a pooled connection can carry
nothing into the next request.
"""

from __future__ import annotations

from collections.abc import Mapping

DESK = "bijlighar_desk"
AREAS = "bijlighar.areas"
"""The setting that holds the ids of grid nodes, separated by commas."""

AREAS_NOW = f"string_to_array(current_setting('{AREAS}', true), ',')::bigint[]"
PLACES_NOW = f"select node_id from grid_reach where area_id = any({AREAS_NOW})"

OF_CONNECTION = (
    "exists (select 1 from connections_connection as seen"
    " where seen.id = {table}.connection_id)"
)
OF_METER = (
    "exists (select 1 from connections_installation as seen"
    " where seen.meter_id = {table}.meter_id)"
)


def row_security(policies: Mapping[str, str]) -> list[tuple[str, str]]:
    """(statement, statement that undoes it) for a migration; conditions by table.

    A condition may name its own table as `{table}`. It decides what the desk's role sees
    and what it may write; the tables' owner keeps seeing everything.
    """
    made = []
    for table, condition in policies.items():
        seen = condition.format(table=table)
        made += [
            (
                f"alter table {table} enable row level security",
                f"alter table {table} disable row level security",
            ),
            (
                f"alter table {table} force row level security",
                f"alter table {table} no force row level security",
            ),
            (
                f"create policy {table}_of_the_system on {table} to current_user"
                " using (true)",
                f"drop policy {table}_of_the_system on {table}",
            ),
            (
                f"create policy {table}_of_the_area on {table} to {DESK} using ({seen})",
                f"drop policy {table}_of_the_area on {table}",
            ),
        ]
    return made


def desk_writes(*tables: str) -> list[tuple[str, str]]:
    """Migration statements that let the desk's role add to and change these tables."""
    return [
        (
            f"grant insert, update on {table} to {DESK}",
            f"revoke insert, update on {table} from {DESK}",
        )
        for table in tables
    ]


def desk_never_sees(*tables: str) -> list[tuple[str, str]]:
    """Migration statements that take every right to these tables from the desk's role."""
    return [
        (f"revoke all on {table} from {DESK}", f"grant select on {table} to {DESK}")
        for table in tables
    ]
