"""Two discoms whose trees change, and three dated reports over each of them.

The changes are such as happened: Harda became a circle of its own out of Hoshangabad's,
and two divisions of Sitapur were renamed. All of it is recorded in July, after the months
that it speaks of: a report of last April still shows last April's tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from bijlighar.charges import service as charges
from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange, Kind, NewNode, Part
from bijlighar.kernel.ist import ONE_DAY, day_starts, days_between
from bijlighar.people.values import SYSTEM, Scope
from tests.cast import connect, hear, new_connection

pytestmark = pytest.mark.django_db

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
TODAY = date(2026, 7, 15)
NOW = day_starts(TODAY)
USE_WH = {"Asha": 1_000, "Balram": 2_000, "Chanda": 5_000, "Dev": 3_000}
HANGS_ON = {"Asha": "T1", "Balram": "T2", "Chanda": "MT1", "Dev": "MT2"}

UP = (
    ("MV", "", Kind.DISCOM, "Madhyanchal", "मध्यांचल"),
    ("Z", "MV", Kind.ZONE, "Lucknow Zone", "लखनऊ क्षेत्र"),
    ("C", "Z", Kind.CIRCLE, "Sitapur Circle", "सीतापुर मंडल"),
    ("P", "C", Kind.DIVISION, "Sitapur First", "सीतापुर प्रथम"),
    ("D", "C", Kind.DIVISION, "Sitapur Second", "सीतापुर द्वितीय"),
    ("SSP", "P", Kind.SUBSTATION, "Sitapur 33/11", "सीतापुर 33/11"),
    ("SSD", "D", Kind.SUBSTATION, "Sidhauli 33/11", "सिधौली 33/11"),
    ("F1", "SSP", Kind.FEEDER, "Town feeder", "नगर फीडर"),
    ("F2", "SSP", Kind.FEEDER, "Kamlapur feeder", "कमलापुर फीडर"),
    ("T1", "F1", Kind.TRANSFORMER, "Town 1", "नगर 1"),
    ("T2", "F2", Kind.TRANSFORMER, "Kamlapur 1", "कमलापुर 1"),
)
MP = (
    ("MK", "", Kind.DISCOM, "Madhya Kshetra", "मध्य क्षेत्र"),
    ("R", "MK", Kind.ZONE, "Bhopal Region", "भोपाल क्षेत्र"),
    ("HO", "R", Kind.CIRCLE, "Hoshangabad Circle", "होशंगाबाद वृत्त"),
    ("HN", "HO", Kind.DIVISION, "Hoshangabad Division", "होशंगाबाद संभाग"),
    ("HS", "HO", Kind.DIVISION, "Harda North Division", "हरदा उत्तर संभाग"),
    ("MS1", "HN", Kind.SUBSTATION, "Itarsi 33/11", "इटारसी 33/11"),
    ("MS2", "HS", Kind.SUBSTATION, "Harda 33/11", "हरदा 33/11"),
    ("MF1", "MS1", Kind.FEEDER, "Itarsi feeder", "इटारसी फीडर"),
    ("MF2", "MS2", Kind.FEEDER, "Khirkiya feeder", "खिरकिया फीडर"),
    ("MT1", "MF1", Kind.TRANSFORMER, "Itarsi 1", "इटारसी 1"),
    ("MT2", "MF2", Kind.TRANSFORMER, "Khirkiya 1", "खिरकिया 1"),
)


@pytest.fixture
def ids() -> dict[str, int]:
    """Both discoms, a home on each transformer, three months charged day by day."""
    found = opened(UP, "up") | opened(MP, "mp")
    homes = [
        connect(name, new={name: new_connection(name, transformer_id=found[code])})[0]
        for name, code in HANGS_ON.items()
    ]
    for name, home in zip(HANGS_ON, homes, strict=True):
        hear(home, registers(home, USE_WH[name]), now=day_starts(date(2026, 7, 1)))
    closed = charges.close_days(
        connection_ids=[home.connection_id for home in homes], now=NOW
    )
    assert closed.rejected == ()
    return found


def opened(offices: tuple[tuple[str, str, Kind, str, str], ...], profile: str):
    new = [
        NewNode(
            discom_code=offices[0][0],
            code=code,
            kind=kind,
            parent_code=parent,
            name_en=name_en,
            name_hi=name_hi,
            opens_on=date(2020, 4, 1),
            profile="" if parent else profile,
        )
        for code, parent, kind, name_en, name_hi in offices
    ]
    return grid.open_nodes(new=new, by=SYSTEM, now=NOW)


def registers(home: Home, daily_wh: int) -> dict[date, int]:
    days = days_between(home.installed_on, date(2026, 7, 1))
    return {
        day: home.initial_register_wh + daily_wh * number
        for number, day in enumerate(days, start=1)
    }


def change(kind: ChangeKind, node_id: int, day: date, **fields: object) -> None:
    made = GridChange(kind=kind, node_id=node_id, from_day=day, **fields)  # type: ignore[arg-type]
    assert grid.change(change=made, by=SYSTEM, now=NOW)


def what_happened(ids: Mapping[str, int]) -> None:
    """
    2026-05-01  Harda is split out of Hoshangabad as a circle of its own
    2026-05-10  two divisions of Sitapur get the names of their towns
    2026-06-05  Kamlapur feeder moves to the other division's sub-station
    """
    harda = Part(
        code="HA", name_en="Harda Circle", name_hi="हरदा वृत्त", child_ids=(ids["HS"],)
    )
    change(ChangeKind.SPLIT, ids["HO"], date(2026, 5, 1), parts=(harda,))
    for code, name_en, name_hi in (
        ("P", "Sitapur Division", "सीतापुर खंड"),
        ("D", "Sidhauli Division", "सिधौली खंड"),
    ):
        change(
            ChangeKind.RENAME,
            ids[code],
            date(2026, 5, 10),
            name_en=name_en,
            name_hi=name_hi,
        )
    change(ChangeKind.MOVE, ids["F2"], date(2026, 6, 5), parent_id=ids["SSD"])


def told(top: int, level: Kind, month: date) -> list[tuple[str, int, int, int]]:
    """The report as printed: name, connections, feeders, units charged."""
    report = dashboards.grid_report(
        scope=Scope(area_ids=frozenset({top})), level=level, month=month, today=TODAY
    )
    return [
        (one.name.en, one.connections, one.feeders, one.energy_wh // 1_000)
        for one in report.offices
    ]


def test_three_reports_show_each_the_tree_of_its_own_month(ids):
    what_happened(ids)
    assert told(ids["MV"], Kind.DIVISION, APRIL) == [
        ("Sitapur First", 2, 2, 30 * 3),
        ("Sitapur Second", 0, 0, 0),
    ]
    assert told(ids["MV"], Kind.DIVISION, MAY) == [
        ("Sidhauli Division", 0, 0, 0),
        ("Sitapur Division", 2, 2, 31 * 3),
    ]
    assert told(ids["MV"], Kind.DIVISION, JUNE) == [
        ("Sidhauli Division", 1, 1, 30 * 2),
        ("Sitapur Division", 1, 1, 30 * 1),
    ]
    assert told(ids["MK"], Kind.CIRCLE, APRIL) == [("Hoshangabad Circle", 2, 2, 30 * 8)]
    assert told(ids["MK"], Kind.CIRCLE, MAY) == [
        ("Harda Circle", 1, 1, 31 * 3),
        ("Hoshangabad Circle", 1, 1, 31 * 5),
    ]
    assert told(ids["MK"], Kind.CIRCLE, JUNE) == [
        ("Harda Circle", 1, 1, 30 * 3),
        ("Hoshangabad Circle", 1, 1, 30 * 5),
    ]


def test_a_report_of_the_past_is_the_same_before_and_after_later_changes(ids):
    before = told(ids["MV"], Kind.DIVISION, APRIL), told(ids["MK"], Kind.CIRCLE, APRIL)
    what_happened(ids)
    after = told(ids["MV"], Kind.DIVISION, APRIL), told(ids["MK"], Kind.CIRCLE, APRIL)
    assert after == before


def test_an_office_reports_what_it_was_not_what_it_became(ids):
    what_happened(ids)
    assert told(ids["P"], Kind.DIVISION, APRIL) == [("Sitapur First", 2, 2, 90)]
    assert told(ids["P"], Kind.DIVISION, JUNE) == [("Sitapur Division", 1, 1, 30)]
    assert told(ids["D"], Kind.DIVISION, JUNE) == [("Sidhauli Division", 1, 1, 60)]


def test_an_office_that_did_not_exist_yet_reports_nothing(ids):
    what_happened(ids)
    tree = grid.tree_on(day=TODAY)
    harda = next(one.node.node_id for one in tree if one.node.code == "HA")
    assert told(harda, Kind.CIRCLE, APRIL) == []
    assert told(harda, Kind.CIRCLE, MAY) == [("Harda Circle", 1, 1, 93)]


def test_what_hangs_below_no_office_of_a_level_is_told_all_the_same(ids):
    """Both discoms leave the sub-division out: nothing may be lost for that."""
    assert told(ids["MV"], Kind.SUBDIVISION, APRIL) == [("", 2, 2, 90)]


def test_a_change_to_come_holds_from_its_midnight(ids):
    first = date(2026, 8, 1)
    change(ChangeKind.MOVE, ids["F2"], first, parent_id=ids["SSD"])
    second_division = Scope(area_ids=frozenset({ids["D"]}))
    grid.refresh_reach(day=first - ONE_DAY)
    assert not grid.is_within(scope=second_division, node_id=ids["T2"])
    grid.refresh_reach(day=first)
    assert grid.is_within(scope=second_division, node_id=ids["T2"])


def test_two_discoms_of_one_deployment_each_use_their_own_words(ids):
    words = {
        code: grid.profile_of(discom_id=ids[code]).levels[Kind.DIVISION].hi
        for code in ("MV", "MK")
    }
    assert words == {"MV": "खंड", "MK": "संभाग"}


def test_of_the_other_discom_nothing_is_seen_on_any_day(ids):
    what_happened(ids)
    madhyanchal = Scope(area_ids=frozenset({ids["MV"]}))
    others = {node_id for code, node_id in ids.items() if code in {one[0] for one in MP}}
    for day in (APRIL, MAY, JUNE, TODAY):
        seen = dashboards.grid_search(
            scope=madhyanchal, day=day, today=TODAY, text="", limit=100
        )
        assert {one.node.node_id for one in seen}.isdisjoint(others)
        assert not any(
            grid.was_within(scope=madhyanchal, node_id=other, day=day) for other in others
        )
