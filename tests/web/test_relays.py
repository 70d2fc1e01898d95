"""The desk's page of relays that would leave a paid home waiting: one's own area, words."""

from __future__ import annotations

import pytest

from bijlighar.headend import service as headend
from bijlighar.headend.values import Configuration
from bijlighar.kernel.ist import day_starts
from bijlighar.people.values import Role
from tests.cast import STARTS_ON, connect, grid_of_cast, new_connection
from tests.signing_in import add_staff, client_of

NOW = day_starts(STARTS_ON)


def configured(home, mode: int) -> None:
    found = Configuration(
        meter_id=home.meter_id,
        control_mode=mode,
        columns={},
        scalers={},
        capture_period_s=1_800,
    )
    headend.keep_configuration(found=found, now=NOW)


@pytest.fixture
def town(committed_db, settings):
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    ids = grid_of_cast()
    asha, balram = connect("Asha", "Balram")
    (dev,) = connect("Dev", new={"Dev": new_connection("Dev", transformer_id=ids["T6"])})
    return ids, asha, balram, dev


def page(ids, area: str, *, role: Role = Role.EXECUTIVE_ENGINEER, language: str = "en"):
    who = client_of(add_staff(f"one-{language}", (role, ids[area])), language=language)
    answer = who.get("/desk/relays/")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_relays_that_wait_for_a_button_are_named_in_ones_own_area_only(town):
    ids, asha, balram, dev = town
    for home, mode in ((asha, 3), (balram, 4), (dev, 1)):
        configured(home, mode)
    shown = page(ids, "D1")
    assert asha.meter_serial in shown
    assert asha.consumer_number in shown
    assert "somebody must press the meter" in shown
    assert balram.meter_serial not in shown
    assert dev.meter_serial not in shown


def test_where_all_is_well_the_page_says_so_in_both_languages(town):
    ids, asha, *_others = town
    configured(asha, 4)
    assert "closes its relay by itself" in page(ids, "D1")
    assert "अपने आप बिजली चालू करते हैं" in page(ids, "D1", language="hi")
