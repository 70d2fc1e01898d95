"""In a real browser: an import's page in each of its states can be used by everybody."""

from __future__ import annotations

import pytest

from bijlighar.people.values import Role
from tests.live.test_browser import DESK, PHONE
from tests.masters.files import CONNECTIONS, as_csv
from tests.masters.files import connection as row
from tests.signing_in import add_staff, client_of
from tests.web.test_grid_in_browser import looking, pytestmark, server
from tests.web.test_masters import mapped, upload, work_through

__all__ = ["pytestmark", "server"]


@pytest.fixture
def imports(server):
    """Four imports: to be mapped, tried with faults, tried without, and taken in."""
    url, ids = server
    staff_id = add_staff("operator", (Role.DATA_CENTRE_OPERATOR, ids["D1"]))
    client = client_of(staff_id)
    wrong = row(9, **{"Mobile number": "12"})
    files = [[row(1)], [row(2), wrong], [row(3)], [row(4)]]
    addresses = []
    for place, rows in enumerate(files):
        answer = upload(client, as_csv(CONNECTIONS, rows), name=f"homes-{place}.csv")
        addresses.append(answer.headers["Location"])
    for address in addresses[1:]:
        if "columns" in client.get(address).content.decode():
            mapped(client, address)
        work_through()
    assert client.post(f"{addresses[3]}take/", {"rows": "all"}).status_code == 302
    work_through()
    said = [client.get(address).content.decode() for address in addresses]
    assert "What the columns are" in said[0]
    assert "is not a mobile number" in said[1]
    assert 'value="all"' in said[2]
    assert "Taken in" in said[3]
    return url, staff_id, addresses


@pytest.mark.parametrize(
    ("language", "size"), [("hi", PHONE), ("en", DESK)], ids=["hi-phone", "en-desk"]
)
def test_an_imports_page_has_no_grave_fault_in_any_state(imports, language, size):
    url, staff_id, addresses = imports
    faults = []
    with looking(url, staff_id, size=size, language=language) as seen:
        for address in addresses:
            seen.open(address)
            faults += [f"{address}: {fault}" for fault in seen.faults()]
        assert seen.complaints == []
    assert faults == []
