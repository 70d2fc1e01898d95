"""Files come in: what is wrong is named by row, what is good comes in once, in scope."""

from __future__ import annotations

import pytest
from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import review_supply
from bijlighar.flow.take_in_masters import take_in_part
from bijlighar.ledger import service as ledger
from bijlighar.masters import service as masters
from bijlighar.masters.values import ImportKind, ImportState, Wrong
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Right
from bijlighar.supply import service as supply
from bijlighar.supply.values import SupplyState
from tests.cast import connect, grid_of_cast
from tests.masters.files import (
    CONNECTIONS,
    GRID,
    METERS,
    NOW,
    as_csv,
    brought_in,
    checked,
    faults,
    meter,
    operator,
    taken,
    uploaded,
)
from tests.masters.files import connection as row


@pytest.fixture
def ids(committed_db) -> dict[str, int]:
    return grid_of_cast()


@pytest.fixture
def by(ids):
    return operator(ids["D1"])


def of(import_id: int, by):
    return masters.import_of(import_id=import_id, scope=by.scope(Right.IMPORT))


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


def test_connections_come_in_with_wallet_and_supply_and_no_meter(by):
    held = brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    assert held.state is ImportState.DONE
    assert (held.rows_due, held.rows_taken, held.rows_wrong) == (2, 2, 0)
    ids = connections.ids()
    assert len(ids) == 2
    assert {b.balance_paise for b in ledger.balances_of(owner_ids=ids).values()} == {0}
    assert supply.state_of(connection_id=ids[0]).state is SupplyState.ON
    assert count("connections_meter") == 0


def test_a_connection_without_a_meter_is_reviewed_without_harm(by):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    assert review_supply(connection_ids=connections.ids(), now=NOW) == ()


def test_file_and_staged_rows_are_gone_when_it_is_over(by):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1)]))
    assert count("masters_filepart") == count("masters_stagedrow") == 0


def test_meters_come_later_and_keep_their_first_register(by):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    held = brought_in(by, ImportKind.METERS, as_csv(METERS, [meter(1), meter(2)]))
    assert held.rows_taken == 2
    home = connections.home_of(consumer_number="5000000001")
    assert home.meter_serial == "GEN00001"
    assert home.initial_register_wh == 12_345
    assert count("readings_registerreading") == 2
    assert count("headend_metersecret") == 0


def test_consumers_change_and_the_rest_stays(by):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    held = brought_in(
        by,
        ImportKind.CONSUMERS,
        as_csv(
            ("Consumer number", "Mobile"),
            [["5000000001", "+91 91234 56789"], ["5000000002", "9800000002"]],
        ),
    )
    assert (held.rows_taken, held.rows_unchanged) == (1, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "select name_en, mobile from connections_consumer"
            " where consumer_number = '5000000001'"
        )
        assert cursor.fetchone() == ("Gita 1", "+919123456789")


def node(code, level, parent, **more):
    return [code, level, parent, f"Name {code}", f"नाम {code}", "2026-04-01", "", ""]


def test_the_grid_grows_by_a_file_in_any_order(by, ids):
    rows = [
        node("TX9", "ट्रांसफार्मर", "FX9"),
        node("FX9", "Feeder", "SSX9"),
        node("SSX9", "sub-station", "SD1"),
    ]
    held = brought_in(by, ImportKind.GRID, as_csv(GRID, rows))
    assert (held.state, held.rows_taken) == (ImportState.DONE, 3)
    more = brought_in(
        by,
        ImportKind.CONNECTIONS,
        as_csv(CONNECTIONS, [row(1, **{"Transformer code": "TX9"})]),
    )
    assert more.rows_taken == 1


@pytest.mark.parametrize(
    "bad, wrong, column",
    [
        (node("F9", "feeder", "NOWHERE"), Wrong.UNKNOWN_PARENT, "Parent code"),
        (node("F9", "feeder", "SS3"), Wrong.UNKNOWN_PARENT, "Parent code"),
        (node("F9", "feeder", "T1"), Wrong.WRONG_LEVEL, "Level"),
        (node("F9", "section", "SD1"), Wrong.WRONG_LEVEL, "Level"),
        (node("F9", "village", "SD1"), Wrong.NO_KIND, "Level"),
        (node("F9", "discom", ""), Wrong.DISCOM_BY_FILE, "Level"),
        (node("T1", "transformer", "F1"), Wrong.HELD_DIFFERENT, "Code"),
        (node("T6", "transformer", "F1"), Wrong.TAKEN, "Code"),
        ([*node("F9", "feeder", "SS1")[:6], "26.8", ""], Wrong.NO_PLACE, "Latitude"),
        ([*node("F9", "feeder", "SS1")[:6], "126.8", "80"], Wrong.NO_PLACE, "Latitude"),
        (
            [*node("F9", "feeder", "SS1")[:5], "1999-01-01", "", ""],
            Wrong.PARENT_LATER,
            "Opened on",
        ),
    ],
)
def test_a_node_that_does_not_fit_is_named(by, bad, wrong, column):
    held = checked(by, ImportKind.GRID, as_csv(GRID, [bad, node("T90", "dtr", "F1")]))
    (fault,) = faults(by, held.import_id)
    assert (fault.row, fault.wrong, fault.column) == (2, wrong, column)
    assert held.rows_due == 1


def test_what_hangs_below_a_wrong_node_is_wrong_too(by):
    rows = [
        node("F9", "feeder", "NOWHERE"),
        node("T9", "transformer", "F9"),
        node("T10", "transformer", "F1"),
    ]
    held = checked(by, ImportKind.GRID, as_csv(GRID, rows))
    assert [(f.row, f.wrong) for f in faults(by, held.import_id)] == [
        (2, Wrong.UNKNOWN_PARENT),
        (3, Wrong.PARENT_WRONG),
    ]
    assert taken(by, held.import_id, with_faults=True).rows_taken == 1


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"Consumer number": "5E+09"}, Wrong.SCIENTIFIC),
        ({"Consumer number": "1.23457E+11"}, Wrong.SCIENTIFIC),
        ({"Consumer number": ""}, Wrong.EMPTY),
        ({"Consumer number": "500"}, Wrong.NO_NUMBER),
        ({"Consumer number": "500000009"}, Wrong.NUMBER_PATTERN),
        ({"Name (Hindi)": "xhrk nsoh"}, Wrong.OLD_FONT),
        ({"Name (Hindi)": "à¤—à¥€à¤¤à¤¾"}, Wrong.GARBLED),
        ({"Name (English)": "Gita \ufffd"}, Wrong.GARBLED),
        ({"Name (English)": "Gita 2345 6789 0124"}, Wrong.LIKE_AADHAAR),
        ({"Name (English)": "G" * 201}, Wrong.TOO_LONG),
        ({"Mobile number": "12345"}, Wrong.NO_MOBILE),
        ({"Mobile number": "0522 2345"}, Wrong.NO_MOBILE),
        ({"Mobile number": "9.8E+09"}, Wrong.SCIENTIFIC),
        ({"Language": "Tamil"}, Wrong.NO_LANGUAGE),
        ({"Category": "LMV-99"}, Wrong.NO_CATEGORY),
        ({"Sanctioned load (kW)": "two"}, Wrong.NO_LOAD),
        ({"Sanctioned load (kW)": "0"}, Wrong.NO_LOAD),
        ({"Sanctioned load (kW)": "-2"}, Wrong.NO_LOAD),
        ({"Payment mode": "cash"}, Wrong.NO_MODE),
        ({"From day": "31-02-2026"}, Wrong.NO_DAY),
        ({"From day": "04/13/2026"}, Wrong.NO_DAY),
        ({"From day": "01-06-2026"}, Wrong.DAY_AHEAD),
        ({"Transformer code": "T99"}, Wrong.UNKNOWN_TRANSFORMER),
        ({"Transformer code": "T6"}, Wrong.UNKNOWN_TRANSFORMER),
        ({"Transformer code": "F1"}, Wrong.UNKNOWN_TRANSFORMER),
    ],
)
def test_a_cell_that_is_wrong_is_named_by_row_and_column(by, changes, wrong):
    content = as_csv(CONNECTIONS, [row(1), row(9, **changes)])
    held = checked(by, ImportKind.CONNECTIONS, content)
    (fault,) = faults(by, held.import_id)
    assert (fault.row, fault.column, fault.wrong) == (3, next(iter(changes)), wrong)
    assert (held.rows_due, held.rows_wrong) == (1, 1)
    if wrong is Wrong.LIKE_AADHAAR:
        assert fault.value == ""  # D1: it is told where it stands, never what it is.


def test_a_transformer_of_another_area_is_told_as_one_that_does_not_exist(by):
    content = as_csv(
        CONNECTIONS,
        [row(1, **{"Transformer code": "T6"}), row(2, **{"Transformer code": "T99"})],
    )
    outside, nowhere = faults(by, checked(by, ImportKind.CONNECTIONS, content).import_id)
    assert (outside.wrong, outside.other) == (nowhere.wrong, nowhere.other)


def test_both_rows_of_a_number_that_stands_twice_are_named(by):
    held = checked(
        by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2), row(1)])
    )
    assert [(f.row, f.wrong, f.other) for f in faults(by, held.import_id)] == [
        (2, Wrong.TWICE, "4"),
        (4, Wrong.TWICE, "2"),
    ]


def test_ragged_rows_are_named_and_empty_lines_passed_over(by):
    rows = [row(1), [], ["", "", ""], row(2)[:5], [*row(3), "one more"], [*row(4), "", ""]]
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, rows))
    assert [(f.row, f.wrong, f.other) for f in faults(by, held.import_id)] == [
        (5, Wrong.RAGGED, "5|10"),
        (6, Wrong.RAGGED, "11|10"),
    ]
    assert held.rows_due == 2


def test_a_known_row_is_unchanged_and_a_different_one_names_both(by):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    again = [row(1), row(2, **{"Name (English)": "Sita"}), row(3)]
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, again))
    assert (held.rows_unchanged, held.rows_due) == (1, 1)
    (fault,) = faults(by, held.import_id)
    assert (fault.wrong, fault.value, fault.other) == (
        Wrong.HELD_DIFFERENT,
        "5000000002",
        "name_en|Gita 2",
    )


def test_a_number_of_another_area_is_taken_and_nothing_more_is_told(by, ids):
    other = operator(ids["D2"], "other")
    away = row(1, **{"Transformer code": "T6"})
    brought_in(other, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [away]))
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1)]))
    (fault,) = faults(by, held.import_id)
    assert (fault.wrong, fault.other) == (Wrong.TAKEN, "")


@pytest.mark.parametrize(
    "changes, wrong, column",
    [
        ({"Consumer number": "5000000099"}, Wrong.UNKNOWN_CONNECTION, "Consumer number"),
        ({"Consumer number": "5000000003"}, Wrong.HAS_METER, "Consumer number"),
        ({"Meter serial": "GEN00003"}, Wrong.HELD_DIFFERENT, "Meter serial"),
        ({"System title": "474F4E0000000003"}, Wrong.TAKEN, "System title"),
        ({"Port": "10003"}, Wrong.TAKEN, "Host"),
        ({"System title": "474F4E"}, Wrong.NO_TITLE, "System title"),
        ({"Host": "a b"}, Wrong.NO_HOST, "Host"),
        ({"Port": "70000"}, Wrong.NO_PORT, "Port"),
        ({"Installed on": "2026-04-01"}, Wrong.BEFORE_CONNECTION, "Installed on"),
        ({"Initial register (kWh)": "1,2"}, Wrong.NO_REGISTER, "Initial register (kWh)"),
    ],
)
def test_a_meter_that_does_not_fit_is_named(by, changes, wrong, column):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(3)]))
    brought_in(by, ImportKind.METERS, as_csv(METERS, [meter(3)]))
    held = checked(by, ImportKind.METERS, as_csv(METERS, [meter(1, **changes)]))
    fault = faults(by, held.import_id)[0]
    assert (fault.row, fault.wrong, fault.column) == (2, wrong, column)


def test_an_unknown_consumer_cannot_be_changed(by, ids):
    connect("Asha")
    other = operator(ids["D2"], "other")
    content = as_csv(("Consumer number", "Mobile"), [["7310000001", "9123456789"]])
    held = checked(other, ImportKind.CONSUMERS, content)
    (fault,) = faults(other, held.import_id)
    assert fault.wrong is Wrong.UNKNOWN_CONNECTION


def test_the_same_file_is_refused_with_the_first_one(by):
    content = as_csv(CONNECTIONS, [row(1)])
    first = brought_in(by, ImportKind.CONNECTIONS, content)
    with pytest.raises(masters.FileRefused) as refused:
        uploaded(by, ImportKind.CONNECTIONS, content)
    assert refused.value.wrong is Wrong.SAME_FILE
    assert refused.value.other == str(first.import_id)


def test_a_cancelled_file_may_come_again(by):
    content = as_csv(CONNECTIONS, [row(1)])
    held = checked(by, ImportKind.CONNECTIONS, content)
    scope = by.scope(Right.IMPORT)
    masters.cancel(import_id=held.import_id, by=by, scope=scope, now=NOW)
    assert of(held.import_id, by).state is ImportState.CANCELLED
    assert brought_in(by, ImportKind.CONNECTIONS, content).rows_taken == 1


def test_an_import_stops_where_its_maker_lost_the_right(by):
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1)]))
    (grant,) = people.grants_of(staff_id=by.actor_id)
    scope = by.scope(Right.IMPORT)
    masters.take_in(
        import_id=held.import_id, with_faults=False, by=by, scope=scope, now=NOW
    )
    people.end_grant(grant_id=grant.grant_id, by=SYSTEM, now=NOW)
    assert not take_in_part(import_id=held.import_id, now=NOW)
    assert of(held.import_id, by).state is ImportState.STOPPED
    assert of(held.import_id, by).stopped_because == Wrong.RIGHT_LOST
    assert connections.ids() == ()


def test_a_number_that_was_taken_meanwhile_is_wrong_and_the_rest_comes_in(by):
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    elsewhere = as_csv(CONNECTIONS, [row(1, **{"Name (English)": "Sita"})])
    brought_in(by, ImportKind.CONNECTIONS, elsewhere)
    done = taken(by, held.import_id)
    assert (done.rows_taken, done.rows_wrong) == (1, 1)
    assert faults(by, held.import_id)[0].wrong is Wrong.HELD_DIFFERENT


def test_wrong_rows_need_somebody_who_says_that_they_are_left_out(by):
    content = as_csv(CONNECTIONS, [row(1), row(2, Language="Tamil")])
    held = checked(by, ImportKind.CONNECTIONS, content)
    with pytest.raises(masters.NotNow):
        taken(by, held.import_id)
    assert taken(by, held.import_id, with_faults=True).rows_taken == 1


def test_an_import_of_another_area_is_not_there(by, ids):
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1)]))
    other = operator(ids["D2"], "other")
    with pytest.raises(masters.UnknownImport):
        of(held.import_id, other)
    assert masters.imports(scope=other.scope(Right.IMPORT), offset=0, limit=9) == ()


def test_the_mapping_is_remembered_for_the_same_headings(by):
    titles = ("No.", "Who", *CONNECTIONS[3:])

    def content(number):
        return as_csv(titles, [[row(number)[0], *row(number)[1:2], *row(number)[3:]]])

    import_id = uploaded(by, ImportKind.CONNECTIONS, content(1))
    held = of(import_id, by)
    assert [heading.field for heading in held.headings][:2] == ["", ""]
    assert not held.is_remembered
    scope = by.scope(Right.IMPORT)
    fields = ["number", "name_en", *[heading.field for heading in held.headings][2:]]
    masters.map_columns(import_id=import_id, fields=fields, by=by, scope=scope, now=NOW)
    again = of(uploaded(by, ImportKind.CONNECTIONS, content(2)), by)
    assert again.is_remembered
    assert [heading.field for heading in again.headings] == fields


@pytest.mark.parametrize(
    "change, wrong, other",
    [
        (lambda fields: ["", *fields[1:]], Wrong.COLUMN_MISSING, "number"),
        (
            lambda fields: [*fields[:1], "", "", *fields[3:]],
            Wrong.COLUMN_MISSING,
            "name_en",
        ),
        (lambda fields: ["mobile", *fields[1:]], Wrong.COLUMN_TWICE, "mobile"),
    ],
)
def test_columns_that_lack_or_double_a_field_are_refused(by, change, wrong, other):
    import_id = uploaded(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1)]))
    fields = [heading.field for heading in of(import_id, by).headings]
    with pytest.raises(masters.FileRefused) as refused:
        masters.map_columns(
            import_id=import_id,
            fields=change(fields),
            by=by,
            scope=by.scope(Right.IMPORT),
            now=NOW,
        )
    assert (refused.value.wrong, refused.value.other) == (wrong, other)


def test_each_step_is_in_the_audit_trail_with_counts_and_no_row(by):
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    with connection.cursor() as cursor:
        cursor.execute(
            "select action, payload from people_auditrecord"
            " where object_kind = 'import' order by seq"
        )
        found = cursor.fetchall()
    assert [action.rpartition(".")[2] for action, _ in found] == [
        "uploaded",
        "mapped",
        "started",
        "done",
    ]
    assert '"rows_taken":2' in found[-1][1]
    assert "5000000001" not in "".join(payload for _, payload in found)
