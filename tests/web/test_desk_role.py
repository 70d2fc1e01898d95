"""What a request of the desk may do in the database at the most, whatever its view does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper

from bijlighar.kernel.row_security import DESK
from bijlighar.people import service as people
from bijlighar.people.values import Scope
from tests.cast import connect, grid_of_cast

SECRET_TABLES = (
    "django_session",
    "headend_metersecret",
    "kyc_bankaccount",
    "oauth2_provider_accesstoken",
    "oauth2_provider_application",
    "otp_totp_totpdevice",
    "people_invitation",
    "people_signin",
    "django_otp_webauthn_webauthncredential",
)


@contextmanager
def as_the_desk() -> Iterator[CursorWrapper]:
    """A cursor as a request of the desk has it, to which something is denied."""
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        people.limit_database(scope=Scope(area_ids=frozenset({1})))
        yield cursor


@pytest.mark.parametrize("table", SECRET_TABLES)
def test_a_request_of_the_desk_cannot_read_what_lets_people_in(committed_db, table):
    with as_the_desk() as cursor:
        cursor.execute(f"select * from {table}")


def test_a_request_of_the_desk_reads_no_password(committed_db):
    with as_the_desk() as cursor:
        cursor.execute("select password from people_staff")


def test_a_request_of_the_desk_deletes_nothing_and_writes_few_tables(committed_db):
    with connection.cursor() as cursor:
        cursor.execute(
            "select privilege_type, table_name from information_schema.role_table_grants"
            " where grantee = %s and privilege_type <> 'SELECT'",
            [DESK],
        )
        held = cursor.fetchall()
    assert {privilege for privilege, _ in held} <= {"INSERT", "UPDATE"}
    written = {table for _, table in held}
    for prefix in ("ledger_", "readings_", "charges_", "headend_", "payments_", "supply_"):
        assert not [table for table in written if table.startswith(prefix)]
    assert not written & {"people_auditrecord", "people_chain", "people_signedhead"}


def fenced() -> list[str]:
    """The tables that belong to somebody's area."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relrowsecurity and relforcerowsecurity"
            " and has_table_privilege(%s, oid, 'SELECT') order by relname",
            [DESK],
        )
        return [row[0] for row in cursor.fetchall()]


def seen(*area_ids: int) -> dict[str, int]:
    """How many rows of each such table a request sees that is limited to these areas."""
    counted = {}
    with transaction.atomic(), connection.cursor() as cursor:
        people.limit_database(scope=Scope(area_ids=frozenset(area_ids)))
        for table in fenced():
            cursor.execute(f"select count(*) from {table}")
            counted[table] = cursor.fetchone()[0]
    return counted


def test_without_areas_the_database_shows_nobodys_rows(committed_db):
    ids = grid_of_cast()
    connect("Asha", "Balram")
    whole, none, other = seen(ids["NDVN"]), seen(), seen(ids["D2"])
    assert len(whole) >= 15
    # Of the discom's own books there are only the names here.
    books = {"ledger_account": whole["ledger_account"] - 2}
    assert {table: rows for table, rows in none.items() if rows} == books
    assert whole["connections_connection"] == 2
    assert other["connections_connection"] == 0
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_setting('bijlighar.areas', true)")
        user, areas = cursor.fetchone()
        assert (user != DESK, areas) == (True, "")


@pytest.mark.parametrize("areas", ["", "0", "-1", "1,", "x", "1) or (true"])
def test_whatever_stands_for_areas_never_shows_more(committed_db, areas):
    """A setting that is no list of areas shows nothing or breaks the statement."""
    grid_of_cast()
    connect("Asha")
    with transaction.atomic(), connection.cursor() as cursor:
        people.limit_database(scope=Scope(area_ids=frozenset()))
        cursor.execute("select set_config('bijlighar.areas', %s, true)", [areas])
        try:
            with transaction.atomic():
                cursor.execute("select count(*) from connections_connection")
                assert cursor.fetchone() == (0,)
        except DataError:
            pass
