"""In a real browser: a dark home recharges on a phone, and the desk sees its lamp lit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bijlighar.run.settle_names import consumer_number_of
from tests.live.live_town import LiveTown

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="install Debian's chromium: apt-get install chromium"
    ),
]


DARK_AND_PAYS, DARK = 0, 1
"""Homes of the town: one that is lit again here, one that stays as it is."""


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Iterator[LiveTown]:
    """One town for the whole file, with two homes in the dark."""
    town = LiveTown(tmp_path_factory.mktemp("browser") / "installation")
    try:
        town.start()
        for number in town.prepare_all(DARK_AND_PAYS, DARK):
            town.wait_until(lambda number=number: town.state_of(number) == "off")
        yield town
    finally:
        town.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


def open_page(browser: Browser, size: dict[str, int], language: str) -> Page:
    """A new tab, in this language; an error in a script fails the test."""
    context = browser.new_context(viewport=size, locale=language)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    return page


def test_a_dark_home_recharges_on_a_phone_and_its_lamp_is_lit_on_the_desk(
    town: LiveTown, browser: Browser
) -> None:
    number = consumer_number_of(DARK_AND_PAYS)

    from tests.live.desk_browser import at_desk

    with at_desk(town, browser, "executive") as at:
        desk = at.page
        tile = desk.locator(f"a.tile[href='/desk/connections/{number}/']")
        expect(tile.locator("svg.lamp-off")).to_be_visible()
        desk.evaluate("window.neverReloaded = true")

        phone = open_page(browser, PHONE, "hi-IN")
        phone.goto(f"{town.web_url}/home/{number}/")
        phone.locator(".demo-in button").click()
        expect(phone).to_have_url(re.compile(f"/home/{number}/"))
        expect(phone.locator("html")).to_have_attribute("lang", "hi")
        expect(phone.get_by_text("बिजली बंद है").first).to_be_visible()
        assert nothing_hangs_over(phone)
        phone.get_by_role("button", name="₹500").click()

        expect(phone).to_have_url(re.compile("/recharges/.*/pay/"))
        assert nothing_hangs_over(phone)
        phone.get_by_role("link", name="UPI ऐप से दें").click()

        expect(phone).to_have_url(re.compile("/gateway/upi/"))
        assert nothing_hangs_over(phone)
        phone.locator("button[value=pay]").click()

        expect(phone.get_by_text("₹500").first).to_be_visible()
        expect(tile.locator("svg.lamp-on")).to_be_visible(timeout=15_000)
        assert desk.evaluate("window.neverReloaded") is True
        assert town.relay_is_closed(number)
        expect(phone.get_by_text("बिजली चालू है").first).to_be_visible(timeout=15_000)
        assert nothing_hangs_over(phone)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["hi", "en"])
def test_no_page_hangs_over_its_edge_or_is_left_in_the_other_language(
    town: LiveTown, browser: Browser, size: dict[str, int], language: str
) -> None:
    number = consumer_number_of(DARK)
    page = open_page(browser, size, language)
    page.goto(town.web_url)
    if page.locator("html").get_attribute("lang") != language:
        page.locator("form[action='/language/'] button").click()
    paths = ("/", f"/home/{number}/", "/my/connections/", "/phones/", "/home/0000000000/")
    for path in paths:
        page.goto(f"{town.web_url}{path}")
        if page.locator(".demo-in").count():
            assert nothing_hangs_over(page), "/my/sign-in/"
            page.locator(".demo-in button").click()
            page.wait_for_url(f"**{path}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert nothing_hangs_over(page), path


def nothing_hangs_over(page: Page) -> bool:
    """Whether the page is no wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
