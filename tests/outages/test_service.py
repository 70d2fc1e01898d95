"""Outages: entered, changed, cancelled, ended; whom each concerns, why a home is dark."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange
from bijlighar.kernel.ist import day_starts
from bijlighar.outages import service as outages
from bijlighar.outages.values import NewOutage, Outage, OutageKind, OutageState
from bijlighar.people.models import AuditRecord
from bijlighar.people.values import SYSTEM, Scope
from tests.cast import connect, grid_of_cast

pytestmark = pytest.mark.django_db

TODAY = date(2026, 4, 10)
NOW = day_starts(TODAY) + timedelta(hours=9)
HOUR = timedelta(hours=1)
TOMORROW_AT_TEN = day_starts(TODAY) + timedelta(days=1, hours=10)


@pytest.fixture
def ids() -> dict[str, int]:
    return grid_of_cast()


def planned(node_id: int, **changes: object) -> NewOutage:
    known = {
        "kind": OutageKind.PLANNED,
        "node_id": node_id,
        "starts_at": TOMORROW_AT_TEN,
        "until": TOMORROW_AT_TEN + 3 * HOUR,
        "reason": "New  conductor",
    }
    return NewOutage(**{**known, **changes})  # type: ignore[arg-type]


def unplanned(node_id: int, **changes: object) -> NewOutage:
    known = {
        "kind": OutageKind.UNPLANNED,
        "starts_at": NOW - HOUR,
        "until": None,
        "reason": "Tree on the line",
    }
    return planned(node_id, **{**known, **changes})


def enter(new: NewOutage) -> Outage:
    return outages.enter(new=new, by=SYSTEM, now=NOW)


def told(outage: Outage) -> list[str]:
    held = outages.contacts(outage=outage, after_connection_id=0, limit=100)
    return [one.consumer_number for one in held]


# Whom it concerns


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("SS1", ["7310000001", "7310000002", "7310000003"]),
        ("F1", ["7310000001", "7310000002"]),
        ("T2", ["7310000002"]),
        ("F3", ["7310000004"]),
        ("F4", []),
    ],
)
def test_an_outage_concerns_each_home_below_it_and_no_other(ids, code, numbers):
    connect("Asha", "Balram", "Chanda", "Dev")
    assert told(enter(planned(ids[code]))) == numbers


def test_the_tree_of_its_own_day_says_who_is_below(ids):
    """T1 moves to feeder F4 the day after tomorrow; nobody has moved yet."""
    connect("Asha", "Balram")
    grid.change(
        change=GridChange(
            kind=ChangeKind.MOVE,
            node_id=ids["T1"],
            parent_id=ids["F4"],
            from_day=TODAY + timedelta(days=2),
        ),
        by=SYSTEM,
        now=NOW,
    )
    later = {
        "starts_at": TOMORROW_AT_TEN + timedelta(days=1),
        "until": TOMORROW_AT_TEN + timedelta(days=1, hours=1),
    }
    assert told(enter(planned(ids["F1"]))) == ["7310000001", "7310000002"]
    assert told(enter(planned(ids["F4"]))) == []
    assert told(enter(planned(ids["F1"], **later))) == ["7310000002"]
    assert told(enter(planned(ids["F4"], **later))) == ["7310000001"]


def test_those_concerned_come_in_pages(ids):
    connect("Asha", "Balram", "Chanda")
    outage = enter(planned(ids["SS1"]))
    first = outages.contacts(outage=outage, after_connection_id=0, limit=2)
    rest = outages.contacts(
        outage=outage, after_connection_id=first[-1].connection_id, limit=2
    )
    assert [one.consumer_number for one in (*first, *rest)] == told(outage)
    assert (first[0].mobile, first[0].language) == ("+919876500001", "hi")


# Why a home is dark


def test_a_home_is_dark_from_the_hour_to_the_hour(ids):
    (asha,) = connect("Asha")
    outage = enter(planned(ids["F1"]))

    def why(at: datetime) -> Outage | None:
        return outages.open_outage(at=at, connection_id=asha.connection_id)

    assert why(outage.starts_at - timedelta(seconds=1)) is None
    assert why(outage.starts_at) == outage
    assert why(outage.starts_at + 2 * HOUR) == outage
    assert why(outage.starts_at + 3 * HOUR) is None
    assert outages.ahead(at=NOW, connection_id=asha.connection_id) == (outage,)
    assert outages.ahead(at=outage.starts_at, connection_id=asha.connection_id) == ()


def test_it_is_known_by_transformer_too_and_reaches_no_other(ids):
    outage = enter(unplanned(ids["F1"]))
    for code, found in (("T1", outage), ("T2", outage), ("T3", None), ("T6", None)):
        assert outages.open_outage(at=NOW, transformer_id=ids[code]) == found


def test_an_unplanned_outage_lasts_until_somebody_says_so(ids):
    held = enter(unplanned(ids["F1"], until=NOW + HOUR))
    late = NOW + timedelta(days=1)
    assert outages.open_outage(at=late, transformer_id=ids["T1"]) == held
    over = outages.end(outage_id=held.outage_id, why="repaired", by=SYSTEM, now=late)
    assert over.state is OutageState.OVER
    assert outages.open_outage(at=late, transformer_id=ids["T1"]) is None
    assert outages.open_outage(at=late - HOUR, transformer_id=ids["T1"]) == over


def test_of_several_the_unplanned_one_is_why_then_the_latest(ids):
    enter(planned(ids["SS1"], starts_at=NOW + HOUR, until=NOW + 9 * HOUR))
    first = enter(unplanned(ids["F1"], starts_at=NOW - 2 * HOUR))
    second = enter(unplanned(ids["T1"]))
    at = NOW + 2 * HOUR
    assert outages.open_outage(at=at, transformer_id=ids["T1"]) == second
    assert outages.open_outage(at=at, transformer_id=ids["T2"]) == first


def test_a_home_that_nobody_knows_has_no_outage():
    assert outages.open_outage(at=NOW, connection_id=999) is None


# Changed, cancelled, ended


def test_each_change_is_a_version_and_an_audit_record(ids):
    held = enter(planned(ids["F1"]))
    changed = outages.change_hours(
        outage_id=held.outage_id,
        starts_at=held.starts_at + HOUR,
        until=held.until,
        why="The crew comes later",
        by=SYSTEM,
        now=NOW,
    )
    gone = outages.cancel(outage_id=held.outage_id, why="Rain", by=SYSTEM, now=NOW)
    assert [one.version for one in (held, changed, gone)] == [1, 2, 3]
    assert outages.outage(outage_id=held.outage_id) == gone
    assert held.reason == "New conductor"
    actions = AuditRecord.objects.filter(object_kind="outage").order_by("seq")
    assert [(one.action, one.why) for one in actions] == [
        ("outages.outage.entered", "New conductor"),
        ("outages.outage.changed", "The crew comes later"),
        ("outages.outage.cancelled", "Rain"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 121}, "reason"),
        ({"until": None}, "until"),
        ({"starts_at": NOW}, "starts_at"),
        ({"starts_at": NOW + timedelta(days=61)}, "starts_at"),
        ({"until": TOMORROW_AT_TEN}, "until"),
        ({"until": TOMORROW_AT_TEN + timedelta(days=8)}, "until"),
    ],
)
def test_what_cannot_be_a_planned_outage_is_refused_by_field(ids, changes, field):
    with pytest.raises(outages.WrongOutage) as refused:
        enter(planned(ids["F1"], **changes))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": NOW + HOUR}, "starts_at"),
        ({"starts_at": NOW - timedelta(days=3)}, "starts_at"),
        ({"until": NOW - HOUR / 2}, "until"),
    ],
)
def test_what_cannot_be_an_unplanned_outage_is_refused_by_field(ids, changes, field):
    with pytest.raises(outages.WrongOutage) as refused:
        enter(unplanned(ids["F1"], **changes))
    assert refused.value.field == field


@pytest.mark.parametrize("code", ["NDVN", "C1", "SD1"])
def test_an_office_has_no_outage(ids, code):
    with pytest.raises(outages.WrongOutage) as refused:
        enter(planned(ids[code]))
    assert refused.value.field == "node"


def test_what_is_over_or_has_begun_moves_no_further(ids):
    held = enter(unplanned(ids["F1"], until=NOW + HOUR))
    with pytest.raises(outages.WrongOutage, match="has begun"):
        outages.cancel(outage_id=held.outage_id, why="", by=SYSTEM, now=NOW)
    with pytest.raises(outages.WrongOutage) as refused:
        outages.change_hours(
            outage_id=held.outage_id,
            starts_at=NOW,
            until=held.until,
            why="",
            by=SYSTEM,
            now=NOW,
        )
    assert refused.value.field == "starts_at"
    outages.end(outage_id=held.outage_id, why="", by=SYSTEM, now=NOW)
    with pytest.raises(outages.WrongOutage, match="not going on"):
        outages.end(outage_id=held.outage_id, why="", by=SYSTEM, now=NOW)
    with pytest.raises(outages.WrongOutage, match="over"):
        outages.change_hours(
            outage_id=held.outage_id,
            starts_at=held.starts_at,
            until=NOW + 2 * HOUR,
            why="",
            by=SYSTEM,
            now=NOW,
        )


# Areas


def test_a13_outages_of_other_areas_are_neither_listed_nor_found(ids):
    east, west = enter(planned(ids["F1"])), enter(planned(ids["F4"]))
    scope = Scope(area_ids=frozenset({ids["D1"]}))
    held = outages.listed(scope=scope, only_standing=True, now=NOW, offset=0, limit=9)
    assert held == (east,)
    assert outages.in_scope(outage_id=east.outage_id, scope=scope, now=NOW) == east
    with pytest.raises(outages.UnknownOutage):
        outages.in_scope(outage_id=west.outage_id, scope=scope, now=NOW)


def test_the_list_holds_the_past_only_when_asked(ids):
    held = enter(planned(ids["F1"]))
    scope = Scope(area_ids=frozenset({ids["D1"]}))
    after = held.starts_at + timedelta(days=1)
    for only_standing, found in ((True, ()), (False, (held,))):
        assert found == outages.listed(
            scope=scope, only_standing=only_standing, now=after, offset=0, limit=9
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("until = starts_at", "an_outage_ends_after_it_begins"),
        ("until = null", "a_planned_outage_has_an_end"),
        ("state = 'over'", "what_does_not_stand_has_ended"),
        ("kind = 'x'", "outage_kind_is_known"),
    ],
)
def test_the_database_keeps_no_impossible_outage(ids, change, constraint):
    enter(planned(ids["F1"]))
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"update outages_outage set {change}")
