"""In a real browser: service levels on a phone and at a desk, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bijlighar.clock import clock
from bijlighar.dashboards.models import ServiceLevel
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Role
from tests.live.test_browser import DESK, PHONE
from tests.signing_in import add_staff
from tests.web.test_grid_in_browser import looking, pytestmark, server

__all__ = ["pytestmark", "server"]


def fill(ids: dict[str, int]) -> None:
    """A month of two divisions: most days reach the target, some do not."""
    today = supply_day_of(clock.now())
    rows = []
    for number in range(1, 31):
        for code, meters in (("C1", 1_24_500), ("D1", 84_300), ("D2", 40_200)):
            late = meters * (9 if number % 7 == 3 else 2) // 100
            rows.append(
                ServiceLevel(
                    day=today - timedelta(days=number),
                    node_id=ids[code],
                    meters=meters,
                    read_on_time=meters - late,
                    read_in_a_day=meters - late // 3,
                    read_at_all=meters - late // 4,
                    blocks_in_a_day=meters * 48 - late * 20,
                    blocks_filled=late * 11,
                    command_steps=[0, 4, 9, 80, 40, 12, 8, 4, 3, 2, *[0] * 20, 1],
                    read_steps=[],
                    counted_at=clock.now(),
                )
            )
    ServiceLevel.objects.bulk_create(rows)


@pytest.mark.parametrize(
    ("language", "size"), [("hi", PHONE), ("en", DESK)], ids=["hi-phone", "en-desk"]
)
def test_service_levels_are_read_drilled_into_and_left_for_silent_meters(
    server, size, language
):
    url, ids = server
    fill(ids)
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["C1"]))
    with looking(url, staff_id, size=size, language=language) as at:
        at.open("/desk/levels/?days=30")
        expect(at.page.locator(".levels-figures li")).to_have_count(4)
        at.page.locator("details.levels-more > summary").press("Enter")
        expect(at.page.locator("details.levels-more tbody tr")).to_have_count(30)
        at.page.locator("details.levels-more > summary").press("Enter")
        assert at.faults() == []
        at.page.locator("table th[scope=row] a").first.click()
        expect(at.page.locator("nav.steps-down")).to_be_visible()
        assert at.faults() == []
        at.open("/desk/levels/silent/?hours=24")
        expect(at.page.locator("tbody tr")).to_have_count(2)
        assert at.faults() == []
        assert at.complaints == []
