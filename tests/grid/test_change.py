"""Changes of the tree: each from a day on, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange, Kind, Location, NewNode, Part
from bijlighar.kernel.ist import day_starts
from bijlighar.people.models import AuditRecord
from bijlighar.people.values import SYSTEM, Scope
from tests.cast import grid_of_cast

pytestmark = pytest.mark.django_db

NOW = day_starts(date(2026, 6, 15))
TODAY = date(2026, 6, 15)
PAST = date(2026, 3, 1)
TO_COME = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def ids() -> dict[str, int]:
    return grid_of_cast()


def do(kind: ChangeKind, node_id: int, day: date = PAST, **fields: object) -> bool:
    change = GridChange(kind=kind, node_id=node_id, from_day=day, **fields)  # type: ignore[arg-type]
    return grid.change(change=change, by=SYSTEM, now=NOW)


def rename(node_id: int, name: str, day: date = PAST) -> bool:
    return do(ChangeKind.RENAME, node_id, day, name_en=name, name_hi=f"{name} नाम")


def move(node_id: int, parent_id: int, day: date = PAST) -> bool:
    return do(ChangeKind.MOVE, node_id, day, parent_id=parent_id)


def name_on(node_id: int, day: date) -> str:
    return grid.node_on(node_id=node_id, day=day).name_en


def parent_on(node_id: int, day: date) -> int | None:
    return grid.node_on(node_id=node_id, day=day).parent_id


def reaches(area_id: int, node_id: int) -> bool:
    return grid.is_within(scope=Scope(area_ids=frozenset({area_id})), node_id=node_id)


def refused(telling: str):
    return pytest.raises(grid.WrongTree, match=telling)


def last_record() -> AuditRecord:
    return AuditRecord.objects.order_by("-seq")[0]


# Rename


def test_a_new_name_holds_from_its_day_and_not_before(ids):
    assert rename(ids["D1"], "Sitapur Urban Division")
    assert name_on(ids["D1"], date(2026, 2, 28)) == "East Division"
    assert name_on(ids["D1"], PAST) == "Sitapur Urban Division"


def test_a_rename_told_twice_is_told_once(ids):
    assert rename(ids["D1"], "North")
    assert not rename(ids["D1"], "North")


def test_a_rename_is_in_the_audit_trail_with_both_names_and_the_reason(ids):
    do(
        ChangeKind.RENAME,
        ids["D1"],
        name_en="North",
        name_hi="उत्तर",
        why="order 12 of 2026",
    )
    record = last_record()
    assert record.action == "grid.node.renamed"
    assert '"name_en":"East Division"' in record.payload
    assert '"name_en":"North"' in record.payload
    assert "order 12 of 2026" in record.payload


def test_a_rename_in_the_past_is_carried_past_a_later_move(ids):
    move(ids["F2"], ids["SS2"], date(2026, 5, 1))
    rename(ids["F2"], "Rambagh new", PAST)
    assert name_on(ids["F2"], TODAY) == "Rambagh new"
    assert parent_on(ids["F2"], TODAY) == ids["SS2"]


def test_a_rename_before_another_one_contradicts_it(ids):
    rename(ids["D1"], "North", date(2026, 5, 1))
    with refused(r"D1: something else is recorded from 2026-05-01 already"):
        rename(ids["D1"], "South", PAST)


def test_a_misspelt_first_name_is_corrected_from_the_day_of_opening(ids):
    assert rename(ids["D1"], "Eastern Division", date(2020, 4, 1))
    assert name_on(ids["D1"], date(2020, 4, 1)) == "Eastern Division"
    assert name_on(ids["D1"], TODAY) == "Eastern Division"


def test_nothing_is_renamed_before_it_opened(ids):
    with refused("D1 opens on 2020-04-01"):
        rename(ids["D1"], "North", date(2019, 1, 1))


@pytest.mark.parametrize("name", ["", "   ", "a" * 121, "two\nlines"])
def test_a_name_is_printable_and_of_some_length(ids, name):
    with refused("D1: give a name in both languages"):
        rename(ids["D1"], name)


def test_hindi_that_joins_letters_is_a_name(ids):
    assert do(ChangeKind.RENAME, ids["D1"], name_en="Shakti", name_hi="शक्‍ति खंड")


# Move


def test_a_moved_feeder_is_under_the_new_substation_from_its_day(ids):
    assert move(ids["F2"], ids["SS3"])
    assert parent_on(ids["F2"], date(2026, 2, 28)) == ids["SS1"]
    assert parent_on(ids["F2"], PAST) == ids["SS3"]
    assert reaches(ids["D2"], ids["T3"])
    assert not reaches(ids["D1"], ids["T3"])


def test_a_move_to_come_waits_for_the_midnight_of_its_day(ids):
    assert move(ids["F2"], ids["SS3"], TO_COME)
    assert reaches(ids["D1"], ids["T3"])
    grid.refresh_reach(day=TO_COME)
    assert reaches(ids["D2"], ids["T3"])
    assert not reaches(ids["D1"], ids["T3"])


def test_moving_to_where_it_hangs_changes_nothing(ids):
    assert not move(ids["F2"], ids["SS1"])


def test_levels_are_never_turned_round(ids):
    with refused(r"SS1: a sub-station does not hang below a feeder \(F1\)"):
        move(ids["SS1"], ids["F1"])


def test_nothing_hangs_below_itself_or_what_is_below_it(ids):
    with refused("does not hang below"):
        move(ids["D1"], ids["D1"])
    with refused("does not hang below"):
        move(ids["D1"], ids["SD1"])


def test_the_new_parent_is_open_on_that_day(ids):
    move(ids["F4"], ids["SS1"])
    do(ChangeKind.CLOSE, ids["SS3"], date(2026, 4, 1))
    with refused("SS3 is closed from 2026-04-01"):
        move(ids["F2"], ids["SS3"], date(2026, 5, 1))
    with refused("F2: SS3 closes on 2026-04-01"):
        move(ids["F2"], ids["SS3"], date(2026, 3, 15))


def test_nothing_moves_to_another_discom(ids):
    other = grid.open_nodes(
        new=[
            NewNode(
                discom_code="MP1",
                code="MP1",
                kind=Kind.DISCOM,
                parent_code="",
                name_en="Another",
                name_hi="दूसरी कंपनी",
                opens_on=date(2020, 4, 1),
                profile="mp",
            )
        ],
        by=SYSTEM,
        now=NOW,
    )
    with refused("Z1: MP1 belongs to another discom"):
        move(ids["Z1"], other["MP1"])
    with refused("belongs to another discom"):
        move(other["MP1"], ids["NDVN"])


def test_a_move_needs_a_parent(ids):
    with refused("F2: choose what it shall hang below"):
        do(ChangeKind.MOVE, ids["F2"])


# Split


def split(ids: dict[str, int], *, closes: bool = False, **fields: object) -> bool:
    part = {"code": "D3", "name_en": "South", "name_hi": "दक्षिण"}
    taken = tuple(ids[code] for code in fields.pop("taking", ("SD2",)))  # type: ignore[attr-defined]
    parts = (Part(**{**part, **fields}, child_ids=taken),)  # type: ignore[arg-type]
    return do(ChangeKind.SPLIT, ids["D1"], parts=parts, closes=closes)


def new_id(code: str) -> int:
    tree = grid.tree_on(day=TODAY)
    return next(one.node.node_id for one in tree if one.node.code == code)


def test_a_split_opens_a_sister_that_takes_some_children_over(ids):
    assert split(ids)
    assert parent_on(new_id("D3"), TODAY) == ids["C1"]
    assert parent_on(ids["SD2"], TODAY) == new_id("D3")
    assert parent_on(ids["SD1"], TODAY) == ids["D1"]
    assert parent_on(ids["SD2"], date(2026, 2, 28)) == ids["D1"]
    assert reaches(new_id("D3"), ids["T4"])
    assert not reaches(ids["D1"], ids["T4"])


def test_a_split_told_twice_is_told_once(ids):
    assert split(ids)
    assert not split(ids)


def test_what_is_split_up_whole_is_closed(ids):
    assert split(ids, taking=("SD1", "SD2"), closes=True)
    with pytest.raises(grid.UnknownNode):
        grid.node_on(node_id=ids["D1"], day=PAST)
    assert grid.node_on(node_id=ids["D1"], day=date(2026, 2, 28))


def test_what_keeps_children_is_not_closed_and_nothing_is_half_done(ids):
    with refused("D1 still has SD1 below it"):
        split(ids, closes=True)
    assert parent_on(ids["SD2"], TODAY) == ids["D1"]


def test_only_children_are_taken_over(ids):
    with refused("D3: what it shall take over does not hang directly below D1"):
        split(ids, taking=("SD3",))


def test_a_split_needs_new_codes_names_and_parts(ids):
    with refused("D2: this code is in use already"):
        split(ids, code="D2")
    with refused("needs a code"):
        split(ids, code=" ")
    with refused("give a name in both languages"):
        split(ids, name_hi="")
    with refused("D1: name at least one"):
        do(ChangeKind.SPLIT, ids["D1"])


def test_no_child_goes_to_two(ids):
    part = {"name_en": "South", "name_hi": "दक्षिण", "child_ids": (ids["SD2"],)}
    with refused("once only"):
        do(
            ChangeKind.SPLIT,
            ids["D1"],
            parts=(Part(code="D3", **part), Part(code="D4", **part)),
        )


def test_a_discom_is_neither_split_nor_closed(ids):
    with refused("NDVN: a discom is not split"):
        do(ChangeKind.SPLIT, ids["NDVN"])
    with refused("NDVN: a discom is not closed"):
        do(ChangeKind.CLOSE, ids["NDVN"])


# Close


def test_what_is_empty_closes_and_stays_seen_where_it_was(ids):
    assert do(ChangeKind.CLOSE, ids["T3"])
    with pytest.raises(grid.UnknownNode):
        grid.node_on(node_id=ids["T3"], day=PAST)
    assert reaches(ids["D1"], ids["T3"]), "its history belongs to those who had it"
    assert not do(ChangeKind.CLOSE, ids["T3"])


def test_what_has_something_below_it_does_not_close(ids):
    with refused("F1 still has T1, T2 below it. Move or close"):
        do(ChangeKind.CLOSE, ids["F1"])


def test_what_gets_something_below_it_later_does_not_close(ids):
    move(ids["T3"], ids["F1"], PAST)
    move(ids["T3"], ids["F2"], date(2026, 5, 1))
    with refused("F2 still has T3 below it"):
        do(ChangeKind.CLOSE, ids["F2"], date(2026, 4, 1))


def test_what_changes_later_does_not_close_before(ids):
    rename(ids["T3"], "Other", date(2026, 5, 1))
    with refused("T3 changes again after 2026-04-01"):
        do(ChangeKind.CLOSE, ids["T3"], date(2026, 4, 1))


def test_what_is_closed_changes_no_more(ids):
    do(ChangeKind.CLOSE, ids["T3"], date(2026, 4, 1))
    with refused("T3 is closed from 2026-04-01"):
        rename(ids["T3"], "Other", date(2026, 5, 1))


# Locate


def locate(node_id: int, latitude: str, longitude: str) -> bool:
    place = Location(latitude=Decimal(latitude), longitude=Decimal(longitude))
    return do(ChangeKind.LOCATE, node_id, location=place)


def test_a_place_holds_from_its_day(ids):
    assert locate(ids["T1"], "25.5", "81.9")
    was = grid.node_on(node_id=ids["T1"], day=date(2026, 2, 28)).location
    now = grid.node_on(node_id=ids["T1"], day=TODAY).location
    assert was == Location(latitude=Decimal("25.4499"), longitude=Decimal("81.8346"))
    assert now == Location(latitude=Decimal("25.5"), longitude=Decimal("81.9"))
    assert not locate(ids["T1"], "25.5", "81.9")


@pytest.mark.parametrize("place", [("91", "0"), ("0", "180.5"), ("-90.1", "0")])
def test_a_place_is_on_the_earth(ids, place):
    with refused("T1: this place is not on the earth"):
        locate(ids["T1"], *place)


def test_a_place_has_both_degrees(ids):
    with refused("T1: give latitude and longitude"):
        do(ChangeKind.LOCATE, ids["T1"])


# A change that is only proposed


def rename_of(node_id: int, day: date = PAST) -> GridChange:
    return GridChange(
        kind=ChangeKind.RENAME, node_id=node_id, from_day=day, name_en="N", name_hi="न"
    )


def test_a_change_goes_to_json_and_back(ids):
    changes = [
        rename_of(1),
        GridChange(kind=ChangeKind.MOVE, node_id=2, from_day=PAST, parent_id=3, why="w"),
        GridChange(kind=ChangeKind.CLOSE, node_id=2, from_day=PAST),
        GridChange(
            kind=ChangeKind.LOCATE,
            node_id=2,
            from_day=PAST,
            location=Location(latitude=Decimal("1.5"), longitude=Decimal("2.25")),
        ),
        GridChange(
            kind=ChangeKind.SPLIT,
            node_id=2,
            from_day=PAST,
            parts=(Part(code="X", name_en="x", name_hi="एक्स", child_ids=(4, 5)),),
            closes=True,
        ),
    ]
    assert [grid.change_from_json(grid.change_as_json(one)) for one in changes] == changes


@pytest.mark.parametrize(
    "told", [{}, {"kind": "sell", "node_id": 1, "from_day": "2026-01-01"}, {"kind": 1}]
)
def test_json_that_tells_of_no_change_is_refused(told):
    with refused("This is not a change of the grid"):
        grid.change_from_json(told)


def test_facts_stay_the_same_until_something_that_matters_changes(ids):
    change = GridChange(
        kind=ChangeKind.MOVE, node_id=ids["F2"], from_day=PAST, parent_id=ids["SS2"]
    )
    facts = grid.change_facts(change)
    rename(ids["D2"], "Elsewhere")
    assert grid.change_facts(change) == facts
    rename(ids["SS2"], "New name")
    assert grid.change_facts(change) != facts


def test_trying_a_change_out_changes_nothing(ids):
    written = AuditRecord.objects.count()
    grid.check_change(change=rename_of(ids["D1"]), now=NOW)
    assert name_on(ids["D1"], TODAY) == "East Division"
    assert AuditRecord.objects.count() == written
    with refused("opens on"):
        grid.check_change(change=rename_of(ids["D1"], date(1999, 1, 1)), now=NOW)


def test_a_change_belongs_to_the_lowest_area_that_holds_all_of_it(ids):
    move_within = GridChange(
        kind=ChangeKind.MOVE, node_id=ids["F2"], from_day=PAST, parent_id=ids["SS2"]
    )
    move_across = GridChange(
        kind=ChangeKind.MOVE, node_id=ids["F2"], from_day=PAST, parent_id=ids["SS3"]
    )
    close = GridChange(kind=ChangeKind.CLOSE, node_id=ids["T3"], from_day=PAST)
    assert grid.place_of_change(move_within) == ids["D1"]
    assert grid.place_of_change(move_across) == ids["C1"]
    assert grid.place_of_change(close) == ids["F2"]
    assert grid.place_of_change(rename_of(ids["D1"])) == ids["D1"]


def test_a_node_that_nobody_knows_is_not_changed():
    with pytest.raises(grid.UnknownNode):
        rename(404, "Nobody")
