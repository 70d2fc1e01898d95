"""What a request of the desk may do in the database at the most, whatever its view does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper

from bijlighar.kernel.row_security import DESK
from bijlighar.people import service as people
from bijlighar.people.values import Scope

SECRET_TABLES = (
    "django_session",
    "headend_metersecret",
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
