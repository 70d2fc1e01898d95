"""A14 and A15: the database itself holds back other areas, whatever the pages do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from bijlighar.connections.models import Connection, ConnectionPlace
from bijlighar.kernel.row_security import AREAS, DESK
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role, Scope
from tests.signing_in import add_staff, client_of
from tests.web.rights.database import desk_reads, every_table, protected, rows_seen
from tests.web.rights.world import NOW, PLACES, Seeded, open_grid, seed

pytestmark = pytest.mark.usefixtures("committed_db")

OF_AN_AREA = frozenset(
    {
        "area_id",
        "area_ids",
        "connection_id",
        "consumer_id",
        "consumer_number",
        "meter_id",
        "node_id",
        "owner_id",
        "place_id",
        "transformer_id",
    }
)
"""A table with such a column holds rows of somebody's area."""

OPEN_TO_ALL = {
    "grid_reach": "which node lies below which: numbers only, and what policies ask",
}
"""Tables with such a column that need no policy, each with its reason."""

FILLED_BY_COPY = {
    "charges_daycharge": "PostgreSQL refuses COPY under FORCE, even to the owner",
}
"""Tables whose owner is not held back by force; the desk's role is, as everywhere."""

ROUNDS = int(os.environ.get("BIJLIGHAR_POOLED_ROUNDS", "40"))
THREADS = 4


@pytest.fixture
def places(monkeypatch, tmp_path) -> tuple[dict[str, int], dict[str, Seeded]]:
    from bijlighar.clock import clock

    file = tmp_path / "clock.json"
    clock.set_anchor(file, town_at=NOW, speed=0)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
    ids = open_grid()
    return ids, {place.word: seed(place, ids) for place in PLACES}


class TestTheSchema:
    """No table can be forgotten: its columns say whether it holds rows of an area."""

    def test_each_table_of_an_area_has_forced_row_security(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "select distinct a.attrelid::regclass::text from pg_attribute a"
                " join pg_class c on c.oid = a.attrelid"
                " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
                " and a.attnum > 0 and a.attname = any(%s)"
                " and not (c.relrowsecurity and c.relforcerowsecurity)",
                [sorted(OF_AN_AREA)],
            )
            open_ones = {name for (name,) in cursor.fetchall()}
        shown = {name for name in open_ones if desk_reads(name)}
        assert shown - set(OPEN_TO_ALL) - set(FILLED_BY_COPY) == set()

    def test_tables_that_a_night_fills_have_row_security_all_the_same(self):
        for table in FILLED_BY_COPY:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select relrowsecurity from pg_class where oid = %s::regclass", [table]
                )
                assert cursor.fetchone() == (True,), table

    def test_the_desk_deletes_nothing_and_signs_nobody_in(self):
        for table in every_table():
            with connection.cursor() as cursor:
                cursor.execute(
                    "select has_table_privilege(%s, %s, 'delete, truncate')", [DESK, table]
                )
                assert cursor.fetchone() == (False,), table
        for table in ("django_session", "people_signin", "headend_metersecret"):
            assert not desk_reads(table)


class TestRowsByThemselves:
    """Raw SQL as the desk's role: no page, no access function in between."""

    def test_without_areas_no_row_is_seen(self, places):
        tables = [table for table in protected() if desk_reads(table)]
        for areas in (None, []):
            seen = rows_seen(tables, areas)
            # The discom's own accounts belong to nobody's area.
            assert {table for table in seen if seen[table]} <= {"ledger_account"}

    def test_another_areas_rows_are_not_seen(self, places):
        ids, held = places
        tables = [table for table in protected() if desk_reads(table)]
        seen = rows_seen(tables, [ids["XA"]])
        marks = [m for word in ("Qbravo", "Qcharlie") for m in held[word].marks]
        leaks = [
            (table, mark)
            for table, rows in seen.items()
            for row in rows
            for mark in marks
            if mark in row.lower()
        ]
        assert leaks == []
        other = rows_seen(tables, [ids["XB"]])
        shared = {t: seen[t] & other[t] for t in tables if seen[t] & other[t]}
        # What lies above both, and the discom's own accounts.
        assert set(shared) <= {"grid_node", "grid_nodefact", "ledger_account"}

    def test_every_protected_table_was_tried(self, places):
        """Else the two tests above would prove nothing about it."""
        ids, _ = places
        tables = [table for table in protected() if desk_reads(table)]
        seen = rows_seen(tables, [ids["XB"]])
        empty = {table for table in tables if not seen[table]}
        assert empty <= {"people_keptanswer", "connections_searchword"}

    @pytest.mark.parametrize(
        "statement",
        [
            "update connections_consumer set mobile = '' where true",
            "update ledger_wallet set balance_paise = 0 where true",
            "insert into supply_supply (connection_id, state, since)"
            " values (1, 'on', now())",
            "delete from connections_connection",
        ],
    )
    def test_the_desk_writes_nothing_but_what_it_was_given(self, places, statement):
        ids, _ = places
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            people.limit_database(scope=Scope(area_ids=frozenset({ids["XA"]})))
            cursor.execute(statement)


def state_of_connection() -> tuple[str, str]:
    """Who the connection is now, and which areas it holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, coalesce(current_setting(%s, true), '')", [AREAS]
        )
        user, areas = cursor.fetchone()
    return user, areas


class TestPooledConnections:
    """A14: many requests of two people over a few kept connections."""

    @pytest.fixture
    def kept(self) -> Iterator[None]:
        before = connection.settings_dict["CONN_MAX_AGE"]
        connection.settings_dict["CONN_MAX_AGE"] = 600
        yield
        connection.settings_dict["CONN_MAX_AGE"] = before

    def test_nothing_is_carried_from_one_request_into_the_next(self, places, kept):
        ids, held = places
        people_of = {
            word: client_of(
                add_staff(f"pool.{word.lower()}", (Role.EXECUTIVE_ENGINEER, ids[area]))
            )
            for word, area in (("Qalpha", "XA1"), ("Qbravo", "XB"))
        }
        cookies = {word: client.cookies for word, client in people_of.items()}

        def one_thread(start: int) -> list[str]:
            wrong = []
            client = Client(SERVER_NAME="localhost", raise_request_exception=False)
            for number in range(start, start + ROUNDS):
                word, other = ("Qalpha", "Qbravo")[:: 1 if number % 2 else -1]
                client.cookies = cookies[word]
                own, foreign = held[word].home, held[other].home
                for address, expected in (
                    (f"/desk/connections/{own.consumer_number}/", 200),
                    (f"/desk/connections/{foreign.consumer_number}/", 404),
                    ("/desk/nowhere/", 404),
                ):
                    answer = client.get(address)
                    text = answer.content.decode().lower()
                    marks = held[other].marks
                    if answer.status_code != expected:
                        wrong.append(f"{word} {address}: {answer.status_code}")
                    if any(m in text and m not in address for m in marks):
                        wrong.append(f"{word} {address}: leaks")
                if state_of_connection() != ("postgres", ""):
                    wrong.append(f"carried: {state_of_connection()}")
            connections.close_all()
            return wrong

        with ThreadPoolExecutor(THREADS) as threads:
            starts = range(0, THREADS * ROUNDS, ROUNDS)
            assert [w for wrong in threads.map(one_thread, starts) for w in wrong] == []

    @pytest.mark.parametrize("how", ["error", "rollback", "killed"])
    def test_nothing_is_carried_after_a_request_that_broke(self, places, how):
        ids, _ = places
        owner, _ = state_of_connection()

        class Broken(Exception):
            pass

        try:
            with transaction.atomic(durable=True):
                people.limit_database(scope=Scope(area_ids=frozenset({ids["XA"]})))
                with connection.cursor() as cursor:
                    if how == "error":
                        cursor.execute("select 1 / 0")
                    elif how == "killed":
                        cursor.execute("reset role")
                        cursor.execute("select pg_terminate_backend(pg_backend_pid())")
                raise Broken
        except (Broken, DatabaseError):
            pass
        connection.close_if_unusable_or_obsolete()
        assert state_of_connection() == (owner, "")


class TestMovedMeanwhile:
    """A15: what is seen changes with the next request."""

    def test_a_connection_that_moves_away_is_gone(self, places):
        ids, held = places
        home = held["Qalpha"].home
        client = client_of(add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["XA1"])))
        address = f"/desk/connections/{home.consumer_number}/"
        assert client.get(address).status_code == 200
        Connection.objects.filter(pk=home.connection_id).update(transformer_id=ids["XBT1"])
        ConnectionPlace.objects.filter(connection_id=home.connection_id).update(
            transformer_id=ids["XBT1"]
        )
        assert client.get(address).status_code == 404

    def test_an_officer_who_is_moved_sees_the_new_area_only(self, places):
        ids, held = places
        staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["XA1"]))
        client = client_of(staff_id)
        old = f"/desk/connections/{held['Qalpha'].home.consumer_number}/"
        new = f"/desk/connections/{held['Qbravo'].home.consumer_number}/"
        assert [client.get(at).status_code for at in (old, new)] == [200, 404]
        (grant,) = people.grants_of(staff_id=staff_id)
        people.end_grant(grant_id=grant.grant_id, by=SYSTEM, now=NOW)
        people.grant_role(
            staff_id=staff_id,
            role=Role.EXECUTIVE_ENGINEER,
            area_id=ids["XB"],
            by=SYSTEM,
            now=NOW,
        )
        assert [client.get(at).status_code for at in (old, new)] == [404, 200]

    def test_an_officer_whose_account_is_closed_is_out(self, places):
        ids, _ = places
        staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["XA1"]))
        client = client_of(staff_id)
        assert client.get("/desk/connections/").status_code == 200
        with connection.cursor() as cursor:
            cursor.execute(
                "update people_staff set is_active = false where id = %s", [staff_id]
            )
        assert client.get("/desk/connections/").status_code != 200
