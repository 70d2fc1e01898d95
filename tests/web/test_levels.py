"""The desk's page of service levels: areas, periods, files, languages, one's own area."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.headend import service as headend
from bijlighar.kernel.ist import day_ends
from bijlighar.people.values import Role
from tests.cast import STARTS_ON, connect, grid_of_cast, hear, new_connection
from tests.signing_in import add_staff, client_of

DAY = STARTS_ON + timedelta(days=8)
MORNING = day_ends(DAY) + timedelta(hours=8, minutes=10)


@pytest.fixture
def town(committed_db, settings, monkeypatch, tmp_path):
    """Asha (read by eight) and Balram (not) in D1, Dev in D2, counted on the ninth day."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    file = tmp_path / "clock.json"
    clock.set_anchor(file, town_at=MORNING, speed=0)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
    ids = grid_of_cast()
    asha, balram = connect("Asha", "Balram")
    (dev,) = connect("Dev", new={"Dev": new_connection("Dev", transformer_id=ids["T6"])})
    for home in (asha, dev):
        hear(
            home, {DAY: home.initial_register_wh + 9_000}, now=MORNING - timedelta(hours=2)
        )
    headend.heard(meter_counters={asha.meter_id: 1}, now=MORNING)
    dashboards.count_levels(now=MORNING)
    return ids, asha, balram, dev


def staff(ids, area: str, *, role: Role = Role.EXECUTIVE_ENGINEER, language: str = "en"):
    return client_of(add_staff(f"one-{area.lower()}", (role, ids[area])), language=language)


def page(client, address: str = "/desk/levels/", **query: object) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def rows_of(answer) -> list[list[str]]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_figures_stand_beside_their_targets_and_areas_open(town):
    ids, *_homes = town
    client = staff(ids, "D1")
    shown = page(client)
    assert "Read by 08:00" in shown
    assert "target 95.0 %" in shown
    assert "missed" in shown
    assert f"?below={ids['D1']}" in shown
    below = page(client, below=ids["D1"])
    assert f"?below={ids['SD1']}" in below
    leaf = page(client, below=ids["SS1"], days=30)
    assert "The last 30 days" in leaf


def test_the_page_is_in_hindi_too(town):
    ids, *_homes = town
    shown = page(staff(ids, "D1", language="hi"))
    assert "सेवा के स्तर" in shown
    assert "लक्ष्य 95.0 %" in shown
    assert "Service levels" not in shown


def test_a13_another_division_is_neither_counted_nor_opened(town):
    ids, _asha, _balram, dev = town
    client = staff(ids, "D1")
    days = rows_of(client.get("/desk/levels/file/"))[1]
    # Two meters for the seven days; Dev's is not among them.
    assert days[3] == "14"
    assert client.get("/desk/levels/", {"below": ids["D2"]}).status_code == 404
    assert client.get("/desk/levels/", {"below": "x"}).status_code == 404
    silent = page(client, "/desk/levels/silent/", hours=1)
    assert dev.meter_serial not in silent


def test_silent_meters_are_named_with_the_reason_and_heard_ones_are_not(town):
    ids, asha, balram, _dev = town
    client = staff(ids, "D1")
    shown = page(client, "/desk/levels/silent/", hours=24)
    assert balram.meter_serial in shown
    assert "It was never asked." in shown
    assert asha.meter_serial not in shown
    table = rows_of(client.get("/desk/levels/silent/file/", {"hours": 24}))
    assert [row[0] for row in table] == ["Meter", balram.meter_serial]


def test_an_area_where_nothing_is_counted_says_what_to_do(town):
    ids, *_homes = town
    with connection.cursor() as cursor:
        cursor.execute("delete from dashboards_servicelevel")
    assert "Nothing is counted yet" in page(staff(ids, "D1"))


@pytest.mark.parametrize("sort", ["name", "-name", "on_time", "-commands", "nonsense"])
def test_every_order_is_answered(town, sort):
    ids, *_homes = town
    assert "By area" in page(staff(ids, "NDVN"), sort=sort, days="9999")


def test_files_need_the_right_and_are_audited(town):
    ids, *_homes = town
    junior = staff(ids, "D1", role=Role.JUNIOR_ENGINEER)
    assert "levels/file" not in page(junior)
    for address in ("/desk/levels/file/", "/desk/levels/silent/file/"):
        assert junior.get(address).status_code == 403
    clerk = staff(ids, "D2", role=Role.HELP_DESK_CLERK)
    assert clerk.get("/desk/levels/").status_code == 403
    officer = staff(ids, "NDVN")
    rows_of(officer.get("/desk/levels/file/"))
    rows_of(officer.get("/desk/levels/silent/file/"))
    with connection.cursor() as cursor:
        cursor.execute(
            "select object_id from people_auditrecord"
            " where action = 'masters.exported' order by seq"
        )
        assert cursor.fetchall() == [("service-levels",), ("silent-meters",)]
