"""The desk's pages over the cast: who sees what, in both languages."""

from __future__ import annotations

import pytest

from bijlighar.people.values import Role
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db")


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer.content.decode()


@pytest.fixture
def homes(committed_db):
    return connect("Asha", "Balram", "Chanda", "Dev")


@pytest.fixture
def ids(homes):
    return grid_of_cast()


@pytest.fixture
def engineer(ids):
    """An executive engineer of the East Division, where all four live."""
    return client_of(add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["D1"])))


def test_today_shows_the_homes_of_ones_areas(engineer, ids, homes):
    page = text_of(engineer.get("/desk/"))
    assert page.count('class="tile ') == 4
    junior = client_of(add_staff("junior", (Role.JUNIOR_ENGINEER, ids["F1"])))
    assert text_of(junior.get("/desk/")).count('class="tile ') == 2
    assert text_of(junior.get("/desk/live/")).count('class="tile ') == 2
    other = client_of(add_staff("other", (Role.JUNIOR_ENGINEER, ids["D2"])))
    assert "There is no connection in this area yet" in text_of(other.get("/desk/"))


def test_nobody_sees_today_without_signing_in_or_without_the_right(client, ids):
    answer = client.get("/desk/", SERVER_NAME="localhost")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))
    assert clerk.get("/desk/").status_code == 403
    assert clerk.get("/desk/live/").status_code == 403
