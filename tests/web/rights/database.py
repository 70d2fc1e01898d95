"""What the tables hold of an area, as the database's own policies tell, and the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from bijlighar.people import service as people
from bijlighar.people.values import Scope

PROTECTED = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity
order by relname
"""
EVERY = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname
"""
GRANTED = "select has_table_privilege('bijlighar_desk', %s, 'select')"


def protected() -> list[str]:
    """Tables with row-level security."""
    return _column(PROTECTED)


def every_table() -> list[str]:
    """All tables of the product and of what it is built on."""
    return _column(EVERY)


def desk_reads(table: str) -> bool:
    """Whether the desk's role may select from a whole table."""
    with connection.cursor() as cursor:
        cursor.execute(GRANTED, [table])
        return bool(cursor.fetchone()[0])


@contextmanager
def limited(areas: Sequence[int] | None) -> Iterator[None]:
    """The desk's role with some areas; None: with the setting never made."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if areas is None:
            cursor.execute("set local role bijlighar_desk")
        else:
            people.limit_database(scope=Scope(area_ids=frozenset(areas)))
        yield


def rows_seen(tables: Sequence[str], areas: Sequence[int] | None) -> dict[str, set[str]]:
    """Each table's rows, as texts, that the desk's role sees with some areas."""
    with limited(areas), connection.cursor() as cursor:
        seen = {}
        for table in tables:
            cursor.execute(f"select held::text from {table} as held")
            seen[table] = {text for (text,) in cursor.fetchall()}
        return seen


def difference(
    before: Mapping[str, set[str]], after: Mapping[str, set[str]]
) -> dict[str, list[str]]:
    """Rows that came, went or changed, by table."""
    return {
        table: sorted(before[table] ^ after[table])
        for table in before
        if before[table] != after[table]
    }


def without_row_security(*, is_off: bool) -> None:
    """Switch every table's row-level security off, or on again."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _known_policies():
            word = "disable" if is_off else "enable"
            cursor.execute(f"alter table {table} {word} row level security")


def _known_policies() -> list[str]:
    return _column("select distinct tablename from pg_policies order by tablename")


def _column(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [name for (name,) in cursor.fetchall()]
