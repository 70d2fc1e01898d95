"""Search: what is found, by whom, and what is not told to whom."""

from __future__ import annotations

import re

import pytest

from bijlighar.people.values import Role
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db")

FOUND = "/desk/search/found/"


@pytest.fixture
def ids(committed_db):
    connect("Asha", "Balram", "Chanda", "Dev")
    return grid_of_cast()


@pytest.fixture
def clerk(ids):
    """A help-desk clerk of the sub-division of Asha, Balram and Chanda; not of Dev's."""
    return client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["SD1"])))


def found(client, term: str) -> list[str]:
    answer = client.get(FOUND, {"term": term})
    assert answer.status_code == 200
    page = answer.content.decode()
    return re.findall(r">(Asha|Balram|Chanda|Dev)</span>", page)


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("7310000002", ["Balram"]),
        ("73100", ["Asha", "Balram", "Chanda"]),
        ("0003", ["Chanda"]),
        ("७३१००००००२", ["Balram"]),
        ("BIJ00001", ["Asha"]),
        ("bij-00001", ["Asha"]),
        ("9876500002", ["Balram"]),
        ("+91 98765 00002", ["Balram"]),
        ("098765-00002", ["Balram"]),
        ("asha", ["Asha", "Chanda"]),
        ("Aasha", ["Asha", "Chanda"]),
        ("आशा", ["Asha", "Chanda"]),
        ("devi asha", ["Asha"]),
        ("आशा de", ["Asha"]),
        ("hospital", []),
        ("asptal", ["Chanda"]),
        ("kirana balram", ["Balram"]),
        ("asha kirana", []),
        ("a", []),
        ("%", []),
        ("__", []),
        ("12", []),
        ("' or 1=1 --", []),
        ("\u0000", []),
        ("x" * 500, []),
    ],
)
def test_connections_are_found_as_they_are_asked_for(clerk, term, names):
    """Asha sounds as the beginning of अस्पताल does: whole words come first."""
    assert found(clerk, term) == names


@pytest.mark.parametrize("term", ["dev", "देव", "7310000004", "BIJ00004", "9876500004"])
def test_nothing_is_found_of_another_area(clerk, ids, term):
    assert "Dev" not in found(clerk, term)
    wide = client_of(add_staff("wide", (Role.EXECUTIVE_ENGINEER, ids["D1"])))
    assert "Dev" in found(wide, term)


def test_a_mobile_finds_nothing_and_is_masked_without_the_right_to_it(ids):
    cashier = client_of(add_staff("cashier", (Role.CASHIER, ids["SD1"])))
    assert found(cashier, "9876500002") == []
    page = cashier.get(FOUND, {"term": "balram"}).content.decode()
    assert "+91 98••••••02" in page
    assert "9876500002" not in page.replace(" ", "")


def test_a_mobile_is_found_only_where_the_right_to_it_reaches(ids):
    both = client_of(
        add_staff("both", (Role.CASHIER, ids["SD1"]), (Role.HELP_DESK_CLERK, ids["F2"]))
    )
    assert found(both, "9876500002") == []
    assert found(both, "9876500003") == ["Chanda"]
    page = both.get(FOUND, {"term": "73100"}).content.decode()
    assert "+91 98765 00003" in page
    assert "+91 98••••••02" in page


def test_a_whole_number_leads_straight_to_its_page(clerk):
    answer = clerk.get("/desk/search/", {"term": "7310000002"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/desk/connections/7310000002/"
    assert clerk.get("/desk/search/", {"term": "73100"}).status_code == 200


def test_the_network_is_found_by_name_and_code_within_ones_areas(clerk):
    page = clerk.get(FOUND, {"term": "rambagh"}).content.decode()
    assert "Rambagh feeder" in page
    assert "Ganj" not in clerk.get(FOUND, {"term": "ganj"}).content.decode().replace(
        "“ganj”", ""
    )


def test_an_empty_search_says_what_can_be_searched(clerk):
    assert "the number of a meter" in clerk.get("/desk/search/").content.decode()
    told = clerk.get("/desk/search/", {"term": "nobody at all"}).content.decode()
    assert "Nothing fits" in told


def test_search_is_closed_without_the_right(ids):
    administrator = client_of(add_staff("admin", (Role.ADMINISTRATOR, ids["NDVN"])))
    assert administrator.get("/desk/search/").status_code == 403
    assert administrator.get(FOUND, {"term": "asha"}).status_code == 403
