"""Picking an area, keeping views, the list of connections, the line of events."""

from __future__ import annotations

import asyncio

import pytest

from bijlighar.people.values import Role, Scope
from bijlighar.web.live import Seat, staff_stream
from bijlighar.web.live_hub import Hub
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def ids(committed_db):
    connect("Asha", "Balram", "Chanda", "Dev")
    return grid_of_cast()


@pytest.fixture
def engineer(ids):
    return client_of(add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["D1"])))


def names_on(client, address: str = "/desk/connections/") -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:500]
    page = answer.content.decode()
    return [n for n in ("Asha", "Balram", "Chanda", "Dev") if f"<td>{n}</td>" in page]


def test_a_picked_area_narrows_every_page_until_it_is_left(engineer, ids):
    assert len(names_on(engineer)) == 4
    picked = engineer.get(
        "/desk/areas/pick/", {"area": ids["F1"], "next": "/desk/connections/"}
    )
    assert picked.headers["Location"] == "/desk/connections/"
    assert names_on(engineer) == ["Asha", "Balram"]
    assert engineer.get("/desk/connections/7310000004/").status_code == 404
    assert "Station Road feeder" in engineer.get("/desk/").content.decode()
    below = engineer.get("/desk/areas/").content.decode()
    assert "East Division" in below
    engineer.get("/desk/areas/pick/")
    assert len(names_on(engineer)) == 4


@pytest.mark.parametrize("area", ["D2", "NDVN", "T6", "nonsense", "-1", "9" * 30])
def test_no_area_outside_ones_own_can_be_picked_or_looked_into(engineer, ids, area):
    asked = {"area": ids.get(area, area)}
    assert engineer.get("/desk/areas/pick/", asked).status_code == 404
    if area in ids:
        below = engineer.get("/desk/areas/", {"below": ids[area]})
        assert below.status_code == 404
    assert len(names_on(engineer)) == 4


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/phones/", "javascript:x"]
)
def test_picking_an_area_never_leads_elsewhere(engineer, ids, elsewhere):
    asked = {"area": ids["F1"], "next": elsewhere}
    answer = engineer.get("/desk/areas/pick/", asked)
    assert answer.headers["Location"] == "/desk/"


def test_the_list_is_filtered_and_keeps_to_the_area_of_its_address(engineer, ids):
    assert names_on(engineer, f"/desk/connections/?area={ids['T4']}") == ["Dev"]
    assert engineer.get(f"/desk/connections/?area={ids['D2']}").status_code == 404
    assert names_on(engineer, "/desk/connections/?below_zero=1") == []
    assert len(names_on(engineer, "/desk/connections/?state=on&mode=prepaid")) == 4
    assert names_on(engineer, "/desk/connections/?state=off") == []
    assert len(names_on(engineer, "/desk/connections/?silent=1&sort=-balance")) == 4


def test_a_view_is_kept_renamed_and_removed_by_its_owner_only(engineer, ids):
    asked = {"page": "connections", "name": "Dark homes", "query": "state=off&page=4"}
    kept = engineer.post("/desk/views/", asked)
    assert kept.headers["Location"] == "/desk/connections/?state=off"
    page = engineer.get("/desk/connections/").content.decode()
    assert ">Dark homes</a>" in page
    number = int(page.split('action="/desk/views/')[2].split("/")[0])
    assert engineer.post("/desk/views/", asked).status_code == 422
    other = client_of(add_staff("other", (Role.EXECUTIVE_ENGINEER, ids["D1"])))
    assert other.post(f"/desk/views/{number}/", {"do": "end"}).status_code == 404
    assert "Dark homes" not in other.get("/desk/connections/").content.decode()
    engineer.post(f"/desk/views/{number}/", {"do": "rename", "name": "Off"})
    assert ">Off</a>" in engineer.get("/desk/connections/").content.decode()
    engineer.post(f"/desk/views/{number}/", {"do": "end"})
    assert ">Off</a>" not in engineer.get("/desk/connections/").content.decode()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"page": "connections", "name": " ", "query": ""}, 422),
        ({"page": "connections", "name": "x" * 61, "query": ""}, 422),
        ({"page": "sign_in", "name": "x", "query": ""}, 404),
    ],
)
def test_a_view_that_cannot_be_kept_says_why(engineer, asked, status):
    assert engineer.post("/desk/views/", asked).status_code == status


def test_a_line_of_staff_tells_of_its_scope_only_and_ends_with_the_sign_in(ids):
    scopes = [Scope(area_ids=frozenset({ids["F1"]}))]

    async def scope() -> Scope | None:
        return scopes[0] if scopes else None

    async def concerns(_scope: Scope, changed: frozenset[int]) -> bool:
        return 1 in changed

    async def story() -> None:
        hub = Hub()
        lines = staff_stream(
            hub,
            seat=Seat(scope=scope, concerns=concerns),
            scope=scopes[0],
            pause_s=0.01,
            heartbeat_s=0.05,
            look_at_door_s=0.0,
        )
        assert b"retry" in await anext(lines)
        hub.tell(frozenset({"town", "phones"}), frozenset({7}))
        assert await anext(lines) == b": still here\n\n"
        hub.tell(frozenset({"town"}), frozenset({7, 1}))
        assert await anext(lines) == b"event: town\ndata: changed\n\n"
        scopes.clear()
        with pytest.raises(StopAsyncIteration):
            await anext(lines)
        hub.stop()
        while hub.is_polling:
            await asyncio.sleep(0.01)

    asyncio.run(story())


def test_the_line_of_events_is_closed_to_whoever_is_not_signed_in(client, ids):
    assert client.get("/desk/events/", SERVER_NAME="localhost").status_code == 401
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))
    assert clerk.get("/desk/events/").status_code == 403
