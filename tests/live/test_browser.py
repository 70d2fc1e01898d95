"""In a real browser: a dark home recharges on a phone, and the desk sees its lamp lit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

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
    live_town: LiveTown, browser: Browser
) -> None:
    balram = live_town.prepare(dark=1)
    live_town.wait_until(lambda: live_town.state_of(balram) == "off")

    from tests.live.desk_browser import at_desk

    with at_desk(live_town, browser, "executive") as at:
        desk = at.page
        tile = desk.locator(f"a.tile[href='/desk/connections/{balram}/']")
        expect(tile.locator("svg.lamp-off")).to_be_visible()
        desk.evaluate("window.neverReloaded = true")

        phone = open_page(browser, PHONE, "hi-IN")
        phone.goto(f"{live_town.web_url}/home/{balram}/")
        phone.locator(".demo-in button").click()
        expect(phone).to_have_url(re.compile(f"/home/{balram}/"))
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
        assert live_town.relay_is_closed(balram)
        expect(phone.get_by_text("बिजली चालू है").first).to_be_visible(timeout=15_000)
        assert nothing_hangs_over(phone)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["hi", "en"])
def test_no_page_hangs_over_its_edge_or_is_left_in_the_other_language(
    live_town: LiveTown, browser: Browser, size: dict[str, int], language: str
) -> None:
    balram = live_town.prepare(dark=1)
    live_town.wait_until(lambda: live_town.state_of(balram) == "off")
    page = open_page(browser, size, language)
    page.goto(live_town.web_url)
    if page.locator("html").get_attribute("lang") != language:
        page.locator("form[action='/language/'] button").click()
    paths = ("/", f"/home/{balram}/", "/my/connections/", "/phones/", "/home/0000000000/")
    for path in paths:
        page.goto(f"{live_town.web_url}{path}")
        if page.locator(".demo-in").count():
            assert nothing_hangs_over(page), "/my/sign-in/"
            page.locator(".demo-in button").click()
            page.wait_for_url(f"**{path}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert nothing_hangs_over(page), path


def nothing_hangs_over(page: Page) -> bool:
    """Whether the page is no wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
