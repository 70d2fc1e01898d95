"""In a real browser: a consumer signs in by number and code, and shares the own connection.

Nothing is taken from anywhere but the screen: the code comes over the pretend phone.
"""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.live.live_town import LiveTown
from tests.live.test_browser import (
    PHONE,
    browser,
    nothing_hangs_over,
    open_page,
    pytestmark,
)

__all__ = ["browser", "pytestmark"]
SMS = re.compile(r"([0-9]{6}) is your Bijlighar code")


def type_code(page: Page) -> None:
    """Read the code off the pretend phone beside the form and type it."""
    sms = page.locator(".pretend-sms")
    expect(sms).to_have_text(SMS, timeout=20_000)
    found = SMS.search(sms.inner_text())
    assert found
    page.get_by_label("Code from the SMS").fill(found.group(1))
    assert nothing_hangs_over(page)
    page.locator("form:has(input[name=code]) button").click()


def test_a_consumer_signs_in_by_number_and_looks_after_connections(
    live_town: LiveTown, browser: Browser
) -> None:
    balram = live_town.prepare(dark=0)
    (own,) = live_town.ask(
        "select mobile from connections_consumer where consumer_number = %s", balram
    )[0]
    page = open_page(browser, PHONE, "en")
    page.goto(f"{live_town.web_url}/my/connections/")
    if page.locator("html").get_attribute("lang") != "en":
        page.locator("form[action='/language/'] button").click()
    page.get_by_label("Your mobile number").fill(own.removeprefix("+91"))
    page.get_by_role("button", name="Send the code").click()
    type_code(page)
    expect(page).to_have_url(re.compile("/my/connections/"))
    expect(page.get_by_text(balram)).to_be_visible()

    page.get_by_role("link", name="Family and number").first.click()
    page.get_by_label("Their mobile number").fill("98123 45678")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("••••••5678").first).to_be_visible()
    assert nothing_hangs_over(page)
    page.get_by_role("button", name="Remove ••••••5678").click()
    expect(page.get_by_text("Nobody but you.")).to_be_visible()
