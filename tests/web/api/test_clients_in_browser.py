"""The pages of machine clients in a real browser: nothing serious, nothing too wide."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bijlighar.people.values import Role
from tests.live.test_browser import CHROMIUM, DESK, PHONE
from tests.signing_in import add_staff
from tests.web.api.conftest import machine
from tests.web.test_grid_in_browser import looking, server  # noqa: F401  (the same stage)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="install Debian's chromium: apt-get install chromium"
    ),
]


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "hi")])
def test_a_client_is_registered_in_a_browser(server, size, language) -> None:  # noqa: F811
    url, ids = server
    machine(ids, "connections:read", "money:read")
    admin = add_staff("admin", (Role.ADMINISTRATOR, ids["D1"]))
    with looking(url, admin, size=size, language=language) as seen:
        seen.open("/desk/clients/")
        expect(seen.page.locator("tbody tr")).to_have_count(1)
        assert seen.faults() == []
        seen.open("/desk/clients/register/")
        seen.page.fill("#id_name", "The state's portal")
        seen.page.fill("#id_purpose", "Balances for consumers")
        seen.page.fill("#id_owner", "owner")
        seen.page.select_option("#id_area", str(ids["D1"]))
        seen.page.check("input[value='connections:read']")
        seen.page.check("input[value='audit:read']")
        seen.page.fill("#id_why", "Letter 12")
        seen.page.click("main button.button-lamp")
        expect(seen.page.locator("[role=alert]")).to_be_visible()
        assert seen.faults() == []
        seen.page.uncheck("input[value='audit:read']")
        seen.page.click("main button.button-lamp")
        expect(seen.page.locator(".code-shown")).to_have_count(2)
        assert seen.faults() == []
        refusals = [one for one in seen.complaints if "422" not in one]
        assert refusals == []
