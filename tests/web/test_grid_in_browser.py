"""In a real browser: the outline unfolds, and the map draws itself within the policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Page, expect, sync_playwright

from bijlighar.people.values import Role
from tests.cast import connect, grid_of_cast
from tests.live.live_town import ROOT
from tests.live.test_browser import CHROMIUM, DESK, PHONE, QUIET
from tests.signing_in import add_staff, client_of

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="install Debian's chromium: apt-get install chromium"
    ),
]


class Served(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Looking:
    """A page of somebody signed in, and everything that its browser complained about."""

    page: Page
    url: str
    complaints: list[str]

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def faults(self) -> list[str]:
        """What axe finds that is serious, and whether the page is too wide."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, rules)", RULES)
        faults = [
            f"{one['id']}: {one['nodes'][0]['html']}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        is_wide = self.page.evaluate(
            "document.documentElement.scrollWidth > window.innerWidth"
        )
        return faults + (["wider than the screen"] if is_wide else [])


@pytest.fixture
def server(committed_db: None, settings) -> Iterator[tuple[str, dict[str, int]]]:
    """The product over the cast's discom."""
    connect("Asha", "Balram")
    ids = grid_of_cast()
    handler = StaticFilesHandler(WSGIHandler())
    with make_server("127.0.0.1", 0, handler, Served, Quiet) as served:
        thread = Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}", ids
        finally:
            served.shutdown()
            thread.join()


@contextmanager
def looking(
    url: str,
    staff_id: int,
    *,
    size: dict[str, int] = DESK,
    language: str = "en",
    dark: bool = False,
) -> Iterator[Looking]:
    cookies = client_of(staff_id, language=language).cookies
    # Playwright's loop runs in this thread; the database is asked before it only.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        # The policy stays in force: scripts of the test go round it, the page's do not.
        context = browser.new_context(
            viewport=size, color_scheme="dark" if dark else "light"
        )
        context.add_cookies(
            [
                {"name": name, "value": held.value, "url": url}
                for name, held in cookies.items()
            ]
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield Looking(page=page, url=url, complaints=complaints)
        finally:
            picture(page)
            context.close()
            browser.close()


def picture(page: Page) -> None:
    """A screenshot where somebody wants to look: BIJLIGHAR_PICTURES names a folder."""
    folder = os.environ.get("BIJLIGHAR_PICTURES")
    if folder:
        name = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_outline_unfolds_what_is_asked_for_and_no_more(server, size, language):
    url, ids = server
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["C1"]))
    with looking(url, staff_id, size=size, language=language) as at:
        at.open("/desk/grid/")
        lines = at.page.locator(".tree-item")
        expect(lines).to_have_count(1)
        at.page.locator("details.tree-more > summary").first.press("Enter")
        expect(lines).to_have_count(3)
        at.page.locator("details.tree-more > summary").nth(1).click()
        expect(lines).to_have_count(5)
        assert at.faults() == []
        assert at.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["hi", "en"])
def test_a_nodes_page_and_its_forms_are_without_fault(server, size, language):
    url, ids = server
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["D1"]))
    with looking(url, staff_id, size=size, language=language) as at:
        at.open(f"/desk/grid/{ids['SD1']}/")
        for one in at.page.locator("details.more > summary").all():
            one.click()
        assert at.faults() == []
        assert at.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("query", ["?level=subdivision", "?month=2026-04&month=2026-05"])
def test_the_report_is_without_fault(server, size, query):
    url, ids = server
    staff_id = add_staff("superintendent", (Role.SUPERINTENDING_ENGINEER, ids["C1"]))
    with looking(url, staff_id, size=size) as at:
        at.open(f"/desk/grid/report/{query}")
        assert at.faults() == []
        assert at.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_map_draws_itself_without_tiles_and_within_the_policy(server, size, dark):
    url, ids = server
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["D1"]))
    with looking(url, staff_id, size=size, dark=dark) as at:
        at.open("/desk/grid/map/")
        marks = at.page.locator(".map .map-mark")
        expect(marks).to_have_count(7)
        expect(at.page.locator(".leaflet-control-scale-line")).to_be_visible()
        assert at.page.locator(".map-degree").count() > 4
        assert at.page.locator(".map img").count() == 0
        named = at.page.get_by_role("button", name="Station Road 33/11 kV").first
        expect(named).to_be_visible()
        named.press("Enter")
        expect(at.page.locator(".leaflet-popup")).to_contain_text("Open its page")
        at.page.locator(".map-show:visible").first.click()
        expect(at.page.locator(".leaflet-popup")).to_have_count(1)
        assert at.faults() == []
        assert at.complaints == []


def test_without_scripts_the_table_says_where_everything_stands(server):
    _url, ids = server
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["D1"]))
    page = client_of(staff_id).get("/desk/grid/map/").content.decode()
    assert 'class="map"' in page
    assert " hidden></div>" in page, "the empty map is not shown"
    assert page.count("<tr>") == 8
    assert django_settings.BIJLIGHAR["tiles_url"] == ""
