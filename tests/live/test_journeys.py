"""The whole journey of a consumer in Chromium, 360 pixels wide, in Hindi, at 400 kbit/s
and 400 ms: signed in, understood, paid, lit, heard, known, and without network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.live.live_town import ROOT, LiveTown
from tests.live.phone_journey import Journey, cookies_at, fault, five_pages
from tests.live.test_browser import (
    PHONE,
    browser,
    nothing_hangs_over,
    open_page,
    pytestmark,
)
from tests.live.weak_network import WeakNetwork

__all__ = ["browser", "pytestmark"]
FIRST_PAGE_BYTES = 150_000
WORKER_BYTES = 10_000
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
    ]
}


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Iterator[LiveTown]:
    """A town in a state where a Samagra id is enough for KYC."""
    town = LiveTown(tmp_path_factory.mktemp("journeys") / "installation")
    town.environment["BIJLIGHAR_KYC_POLICY"] = "mp-2026"
    try:
        town.start()
        yield town
    finally:
        town.stop()


@pytest.fixture(scope="module")
def number(town: LiveTown) -> str:
    """The consumer number of the one home in the dark."""
    number = town.prepare(dark=1)
    town.wait_until(lambda: town.state_of(number) == "off")
    return number


@pytest.fixture
def network(town: LiveTown) -> Iterator[WeakNetwork]:
    network = WeakNetwork(to_port=town.installation.web_port)
    try:
        yield network
    finally:
        network.close()


def test_the_first_page_is_small_and_the_worker_takes_little_more(
    town: LiveTown, number: str, network: WeakNetwork, browser: Browser
) -> None:
    context = browser.new_context(viewport=PHONE)
    context.add_cookies(cookies_at(town.web_url, number))
    page = context.new_page()
    page.goto(f"{network.url}/home/{number}/")
    assert network.bytes_down <= FIRST_PAGE_BYTES
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    assert network.bytes_down <= FIRST_PAGE_BYTES + WORKER_BYTES


@pytest.mark.parametrize("language", ["hi", "en"])
def test_nothing_keeps_anybody_from_using_the_five_main_pages(
    town: LiveTown, number: str, browser: Browser, language: str
) -> None:
    context = browser.new_context(viewport=PHONE)
    spoken = {"name": "django_language", "value": language, "url": town.web_url}
    context.add_cookies([*cookies_at(town.web_url, number), spoken])
    page = context.new_page()
    for name, address in five_pages(town.web_url, number).items():
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.evaluate(AXE.read_text())
        found = page.evaluate("rules => axe.run(document, rules)", RULES)
        assert [one["id"] for one in found["violations"]] == [], name
        assert nothing_hangs_over(page), name


def test_a_person_signs_in_understands_pays_is_lit_is_heard_and_goes_offline(
    town: LiveTown, number: str, network: WeakNetwork, browser: Browser
) -> None:
    page = open_page(browser, PHONE, "hi-IN")

    def look(name: str) -> None:
        folder = os.environ.get("BIJLIGHAR_PICTURES")
        if folder:
            page.screenshot(path=f"{folder}/journey-{name}.png", full_page=True)
        assert nothing_hangs_over(page), name

    on = Journey(town=town, network=network, page=page, number=number, look=look)
    on.step("sign in", on.sign_in)
    on.step("understand yesterday", on.understand_yesterday)
    fault(town, number, is_silent=True)
    on.step("recharge", on.recharge)
    on.step("complain", on.complain)
    fault(town, number, is_silent=False)
    on.step("lit", on.see_the_lamp_lit)
    assert town.relay_is_closed(number)
    on.step("offline", on.go_offline)
    on.step("back", on.come_back)
    on.step("change number", on.change_number)
