"""In a real browser: the pages of use on a phone, on a small one and on a desk."""

from __future__ import annotations

import os
from datetime import date

import pytest
from playwright.sync_api import Page, sync_playwright

from bijlighar.budgets import service as budgets
from bijlighar.budgets.values import Measure
from bijlighar.kernel.ist import ONE_DAY
from tests.charges.test_service import noon
from tests.live.test_browser import CHROMIUM, DESK, PHONE, QUIET
from tests.web.test_grid_in_browser import AXE, RULES, pytestmark, server
from tests.web.test_kyc_in_browser import cookies_of
from tests.web.test_use import asha, at, live_from_march

__all__ = ["asha", "at", "pytestmark", "server"]
HOME = "/home/7310000001/"
PAGES = {
    "home": HOME,
    "month": f"{HOME}use/",
    "april": f"{HOME}use/months/2026-04/",
    "day": f"{HOME}use/days/2026-05-09/",
    "year": f"{HOME}use/years/2026/",
    "empty": f"{HOME}use/years/2024/",
    "budget": f"{HOME}use/budget/",
    "files": f"{HOME}use/files/",
    "files-wrong": f"{HOME}use/files/days/?first=2026-05-05&last=2026-05-01",
}
LOOKS = {"hi-phone": ("hi", PHONE), "en-desk": ("en", DESK)}
NARROW = {"width": 320, "height": 640}
WIDE = "document.documentElement.scrollWidth > window.innerWidth"


def faults(page: Page) -> list[str]:
    """Everything that axe finds, however slight, and whether the page is too wide."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    said = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]
    said += ["too wide"] * page.evaluate(WIDE)
    page.set_viewport_size(NARROW)
    return said + ["too wide at 320"] * page.evaluate(WIDE)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_use_can_be_used_by_everybody(server, at, look, settings):
    settings.IS_DEMO = False
    language, size = LOOKS[look]
    home = live_from_march("Chanda")
    at(date(2026, 5, 10) + ONE_DAY)
    budgets.set_budget(
        connection_id=home.connection_id,
        measure=Measure.RUPEES,
        amount=1_000_00,
        now=noon(date(2026, 5, 11)),
    )
    url, _ids = server
    cookies = cookies_of(home.mobile, language)
    pages = {n: p.replace("7310000001", home.consumer_number) for n, p in PAGES.items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        context = browser.new_context(viewport=size)
        context.add_cookies(
            [{"name": n, "value": v, "url": url} for n, v in cookies.items()]
        )
        page, complaints = context.new_page(), list[str]()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        found = {}
        for name, path in pages.items():
            page.set_viewport_size(size)
            page.goto(url + path)
            _picture(page, f"use-{look}-{name}")
            found[name] = faults(page)
        context.close()
        browser.close()
    assert {name: one for name, one in found.items() if one} == {}
    assert complaints == []


def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("BIJLIGHAR_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
