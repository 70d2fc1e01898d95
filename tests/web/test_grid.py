"""The grid's pages: who sees what of the tree, on which day, in whose words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange, Kind, NewNode
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.people.models import AuditRecord
from bijlighar.people.values import SYSTEM, Role
from bijlighar.web.security_headers import content_security_policy
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, client_of


@pytest.fixture
def ids(committed_db: None) -> Iterator[dict[str, int]]:
    """The cast's discom, with Asha on T1 and Balram on T2, both in division D1."""
    connect("Asha", "Balram")
    yield grid_of_cast()


def today() -> date:
    return supply_day_of(clock.now())


def client(ids: dict[str, int], role: Role, code: str, language: str = "en") -> Client:
    return client_of(add_staff(role.value, (role, ids[code])), language=language)


def change(kind: ChangeKind, node_id: int, day: date, **fields: object) -> None:
    made = GridChange(kind=kind, node_id=node_id, from_day=day, **fields)  # type: ignore[arg-type]
    assert grid.change(change=made, by=SYSTEM, now=clock.now())


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def engineer(ids) -> Client:
    """The executive engineer of division D1."""
    return client(ids, Role.EXECUTIVE_ENGINEER, "D1")


# The outline


def test_the_outline_begins_with_ones_own_area_and_names_what_is_above(ids, engineer):
    page = text(engineer.get(reverse("grid")))
    assert "East Division" in page
    assert "2 connections" in page
    assert "Sangam Zone" in page
    assert "West Division" not in page
    assert "Station Road Sub-division" not in page, "folded up"


def test_what_is_unfolded_is_fetched_by_itself(ids, engineer):
    page = text(engineer.get(reverse("grid_below", args=[ids["D1"]])))
    assert "Station Road Sub-division" in page
    assert "Civil Lines Sub-division" in page
    assert "<html" not in page


def test_levels_are_told_in_the_discoms_own_words(ids):
    hindi = client(ids, Role.EXECUTIVE_ENGINEER, "D1", "hi")
    page = text(hindi.get(reverse("grid")))
    assert "पूर्वी खंड" in page
    assert "खंड D1" in page


def test_of_another_division_nothing_is_unfolded_or_opened(ids, engineer):
    for code in ("D2", "SD3", "T6", "C1", "NDVN"):
        assert engineer.get(reverse("grid_below", args=[ids[code]])).status_code == 404
        assert engineer.get(reverse("grid_node", args=[ids[code]])).status_code == 404


@pytest.mark.parametrize("node_id", [999_999, 10**18, 10**30])
def test_what_does_not_exist_has_no_page(ids, engineer, node_id):
    assert engineer.get(f"/desk/grid/{node_id}/").status_code == 404
    assert engineer.get(f"/desk/grid/{node_id}/below/").status_code == 404


def test_the_search_finds_by_code_and_by_name_in_both_languages_within_the_area(
    ids, engineer
):
    for term in ("ss2", "civil lines 33", "सिविल लाइन्स 33"):
        page = text(engineer.get(reverse("grid"), {"term": term}))
        assert "Civil Lines 33/11 kV" in page
    page = text(engineer.get(reverse("grid"), {"term": "Ganj"}))
    assert "Nothing in your area is called" in page


def test_the_grid_of_another_day_has_the_names_of_that_day(ids, engineer):
    change(
        ChangeKind.RENAME,
        ids["SD1"],
        today(),
        name_en="Junction Sub-division",
        name_hi="जंक्शन उपखंड",
    )
    below = reverse("grid_below", args=[ids["D1"]])
    assert "Junction Sub-division" in text(engineer.get(below))
    before = text(engineer.get(below, {"day": (today() - ONE_DAY).isoformat()}))
    assert "Station Road Sub-division" in before
    assert "Junction" not in before


def test_a_day_that_is_none_is_told_and_today_is_shown(ids, engineer):
    page = text(engineer.get(reverse("grid"), {"day": "30.04.2026"}))
    assert "The day was not understood" in page
    assert "East Division" in page


def test_before_the_area_existed_there_is_nothing_to_see(ids, engineer):
    page = text(engineer.get(reverse("grid"), {"day": "2010-01-01"}))
    assert "Your area did not exist on that day." in page


def test_a_cashier_has_no_grid(ids):
    cashier = client(ids, Role.CASHIER, "D1")
    for name in ("grid", "map", "grid_report", "map_places", "grid_report_csv"):
        assert cashier.get(reverse(name)).status_code == 403


def test_a_stranger_is_sent_to_the_sign_in(ids):
    answer = Client(SERVER_NAME="localhost").get(reverse("grid"))
    assert answer.status_code == 302


# Several discoms


def test_of_another_discom_nothing_is_seen_and_its_words_are_its_own(ids):
    other = grid.open_nodes(
        new=[
            NewNode(
                discom_code="MPX",
                code="MPX",
                kind=Kind.DISCOM,
                parent_code="",
                name_en="Narmada Company",
                name_hi="नर्मदा कंपनी",
                opens_on=date(2020, 4, 1),
                profile="mp",
            ),
            NewNode(
                discom_code="MPX",
                code="D1",
                kind=Kind.DIVISION,
                parent_code="MPX",
                name_en="Itarsi Division",
                name_hi="इटारसी संभाग",
                opens_on=date(2020, 4, 1),
            ),
        ],
        by=SYSTEM,
        now=clock.now(),
    )
    of_one = client(ids, Role.DIRECTOR, "NDVN", "hi")
    assert "नर्मदा" not in text(of_one.get(reverse("grid")))
    assert "नर्मदा" not in text(of_one.get(reverse("grid"), {"term": "नर्मदा"})).replace(
        'value="नर्मदा"', ""
    ).replace("“नर्मदा”", "")
    assert of_one.get(reverse("grid_node", args=[other["MPX"]])).status_code == 404
    of_other = client_of(add_staff("other", (Role.DIRECTOR, other["MPX"])), language="hi")
    page = text(of_other.get(reverse("grid_below", args=[other["MPX"]])))
    assert "इटारसी संभाग" in page
    assert "संभाग D1" in page
    assert of_other.get(reverse("grid_node", args=[ids["D1"]])).status_code == 404


# One node


def test_a_nodes_page_tells_what_it_was_and_from_when(ids, engineer):
    change(
        ChangeKind.RENAME,
        ids["F2"],
        today(),
        name_en="Rambagh New",
        name_hi="नया रामबाग",
        why="order 7",
    )
    page = text(engineer.get(reverse("grid_node", args=[ids["F2"]])))
    assert "Rambagh New" in page
    assert "Rambagh feeder" in page
    assert "order 7" in page
    assert "Rambagh Chowk" in page, "what hangs below it"


def test_of_the_time_elsewhere_no_names_are_told(ids, engineer):
    change(ChangeKind.MOVE, ids["F4"], today(), parent_id=ids["SS1"])
    page = text(engineer.get(reverse("grid_node", args=[ids["F4"]])))
    assert "It lay outside your area then." in page
    assert "Ganj 33/11 kV" not in page


def test_what_has_left_the_area_is_seen_as_it_was_until_then_only(ids, engineer):
    change(ChangeKind.MOVE, ids["F3"], today(), parent_id=ids["SS3"])
    address = reverse("grid_node", args=[ids["F3"]])
    assert engineer.get(address).status_code == 404
    yesterday = {"day": (today() - ONE_DAY).isoformat()}
    page = text(engineer.get(address, yesterday))
    assert "Civil Lines feeder" in page
    assert "Ganj" not in page
    outline = text(engineer.get(reverse("grid_below", args=[ids["SS2"]]), yesterday))
    assert "Civil Lines feeder" in outline


def test_what_is_closed_keeps_its_page(ids, engineer):
    change(ChangeKind.CLOSE, ids["T3"], today())
    page = text(engineer.get(reverse("grid_node", args=[ids["T3"]])))
    assert "Closed from" in page
    assert "Propose a change" not in page


# Proposing


def propose(client: Client, node_id: int, **fields: object):
    return client.post(reverse("grid_propose", args=[node_id]), fields)


def rename_fields(**fields: object) -> dict[str, object]:
    return {
        "kind": "rename",
        "name_en": "Junction",
        "name_hi": "जंक्शन",
        "from_day": today().isoformat(),
        "why": "order 9",
        **fields,
    }


def test_a_rename_is_proposed_and_not_made(ids, engineer):
    answer = propose(engineer, ids["SD1"], **rename_fields())
    assert answer.status_code == 302
    assert "/desk/proposals/" in answer.headers["Location"]
    held = grid.node_on(node_id=ids["SD1"], day=today())
    assert held.name_en == "Station Road Sub-division"


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(ids, engineer):
    answer = propose(engineer, ids["SD1"], **rename_fields(name_hi="", from_day="soon"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the name in Hindi letters." in page
    assert "Give the day from which it holds" in page
    assert 'value="Junction"' in page
    assert 'aria-describedby="rename-name_hi-error"' in page


def test_what_cannot_be_done_is_told_when_it_is_proposed(ids, engineer):
    answer = propose(
        engineer,
        ids["F1"],
        kind="close",
        from_day=today().isoformat(),
        why="worn out",
    )
    assert answer.status_code == 422
    assert "F1 still has T1, T2 below it" in answer.content.decode()


def test_a_transformer_with_connections_is_not_closed(ids, engineer):
    fields = {"kind": "close", "from_day": today().isoformat(), "why": "worn out"}
    answer = propose(engineer, ids["T1"], **fields)
    assert answer.status_code == 422
    assert "1 connection still hangs on this transformer" in answer.content.decode()
    assert propose(engineer, ids["T3"], **fields).status_code == 302


def test_a_move_names_a_parent_of_ones_own_area(ids, engineer):
    fields = {"kind": "move", "from_day": today().isoformat(), "why": "new line"}
    refused = propose(engineer, ids["F2"], parent_code="SS3", **fields)
    assert refused.status_code == 422
    assert "There is no such code in your area" in refused.content.decode()
    assert propose(engineer, ids["F2"], parent_code="SS2", **fields).status_code == 302


def test_a_split_and_a_place_are_proposed(ids, engineer):
    split = {
        "kind": "split",
        "code": "SD9",
        "name_en": "New",
        "name_hi": "नया",
        "from_day": today().isoformat(),
        "why": "order 10",
        "closes": "no",
    }
    answer = propose(engineer, ids["SD1"], **split)
    assert "Choose what goes over to the new one." in answer.content.decode()
    answer = propose(engineer, ids["SD1"], children=[ids["SS1"]], **split)
    assert answer.status_code == 302, answer.content.decode()
    place = {
        "kind": "locate",
        "latitude": "25.5",
        "longitude": "x",
        "from_day": today().isoformat(),
        "why": "seen",
    }
    answer = propose(engineer, ids["T1"], **place)
    assert "Give degrees as a number" in answer.content.decode()
    assert propose(engineer, ids["T1"], **{**place, "longitude": "81.9"}).status_code == 302


@pytest.mark.parametrize("kind", ["", "sell", "rename\0"])
def test_a_form_of_no_kind_changes_nothing(ids, engineer, kind):
    assert propose(engineer, ids["SD1"], **rename_fields(kind=kind)).status_code == 422


def test_of_another_division_nothing_is_proposed(ids, engineer):
    assert propose(engineer, ids["SD3"], **rename_fields()).status_code == 404


def test_who_may_only_look_finds_no_forms(ids):
    junior = client(ids, Role.JUNIOR_ENGINEER, "D1")
    page = text(junior.get(reverse("grid_node", args=[ids["SD1"]])))
    assert "Propose a change" not in page
    assert propose(junior, ids["SD1"], **rename_fields()).status_code == 403


# The report


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def test_the_report_shows_the_offices_of_ones_own_area(ids, engineer):
    page = text(
        engineer.get(
            reverse("grid_report"), {"level": "subdivision", "month": month_of(today())}
        )
    )
    assert "Station Road Sub-division" in page
    assert "Civil Lines Sub-division" in page
    assert "Ganj" not in page


def test_months_stand_side_by_side_each_with_its_own_names(ids, engineer):
    first = today().replace(day=1)
    change(
        ChangeKind.RENAME,
        ids["SD1"],
        first,
        name_en="Junction Sub-division",
        name_hi="जंक्शन उपखंड",
    )
    months = [month_of(first - timedelta(days=40)), month_of(today())]
    page = text(
        engineer.get(reverse("grid_report"), {"level": "subdivision", "month": months})
    )
    assert "Junction Sub-division" in page
    assert "Station Road Sub-division" in page


def test_the_file_has_a_line_for_every_office_and_month_and_is_recorded(ids, engineer):
    months = [month_of(today().replace(day=1) - ONE_DAY), month_of(today())]
    answer = engineer.get(
        reverse("grid_report_csv"), {"level": "subdivision", "month": months}
    )
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    held = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(held)))
    assert {(row["month"], row["code"]) for row in rows} == {
        (month, code) for month in months for code in ("SD1", "SD2")
    }
    assert [row["connections"] for row in rows if row["code"] == "SD1"][-1] == "2"
    assert AuditRecord.objects.order_by("-seq")[0].action == "masters.exported"


def test_no_name_is_a_formula_in_the_file(ids, engineer):
    change(ChangeKind.RENAME, ids["SD1"], date(2021, 1, 1), name_en="=1+1", name_hi="+2")
    answer = engineer.get(reverse("grid_report_csv"), {"level": "subdivision"})
    assert "'=1+1" in answer.content.decode()
    assert ",=1+1" not in answer.content.decode()


def test_who_may_not_see_readings_sees_no_energy(ids):
    approver = client(ids, Role.APPROVER, "D1")
    page = text(approver.get(reverse("grid_report"), {"level": "transformer"}))
    assert "Units charged" not in page
    assert approver.get(reverse("grid_report_csv")).status_code == 403


def test_who_sees_readings_elsewhere_only_sees_no_energy_here(ids):
    staff_id = add_staff(
        "both", (Role.APPROVER, ids["D1"]), (Role.EXECUTIVE_ENGINEER, ids["SD3"])
    )
    page = text(client_of(staff_id).get(reverse("grid_report")))
    assert "Units charged" not in page


@pytest.mark.parametrize(
    "query", [{"level": "moon"}, {"month": "2026-13"}, {"month": ["x"] * 50}]
)
def test_nonsense_is_the_usual_report(ids, engineer, query):
    assert "East Division" in text(engineer.get(reverse("grid_report"), query))


# The map


def test_the_map_has_a_table_of_the_same_places(ids, engineer):
    page = text(engineer.get(reverse("map")))
    assert "Station Road 33/11 kV" in page
    assert "25.448300" in page
    assert "Ganj" not in page


def test_the_maps_places_are_those_of_the_area(ids, engineer):
    places = engineer.get(reverse("map_places")).json()["places"]
    held = {one["code"]: one for one in places}
    assert set(held) == {
        *("SS1", "SS2", "F1", "F2", "F3", "T1", "T2", "T3", "T4", "T5"),
    }
    assert held["SS1"]["at"] == ["25.448300", "81.831700"]
    assert held["F1"]["at"] is None
    assert held["T1"]["up"] == ids["F1"]


def test_tiles_are_fetched_only_from_a_server_that_was_named():
    gateway = "https://pay.example/gateway"
    assert "img-src 'self';" in content_security_policy(gateway_url=gateway)
    with_tiles = content_security_policy(
        gateway_url=gateway, tiles_url="https://{s}.tiles.example/{z}/{x}/{y}.png"
    )
    assert "img-src 'self' https://*.tiles.example;" in with_tiles
