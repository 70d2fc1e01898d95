"""Somebody of the demo's staff at a browser, signed in by the real forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect

from bijlighar.simulator.staff import DEMO_PASSWORD, demo_totp_key
from tests.live.live_town import LiveTown
from tests.live.test_browser import DESK, open_page


@dataclass(frozen=True, kw_only=True)
class At:
    """A browser at the desk of a live town."""

    town: LiveTown
    page: Page

    def go(self, path: str) -> None:
        """Open one of the product's pages, by the name under which passkeys work."""
        self.page.goto(url_of(self.town, path))

    def show_code(self) -> None:
        """Type the code that the person's app shows now."""
        self.page.locator("input[name=code]").fill(code_of(self.town))
        self.page.locator("form:has(input[name=code]) button").click()

    def sign_out(self) -> None:
        """By the menu under one's name."""
        self.page.locator("details.me summary").click()
        self.page.locator(".me-menu button").click()

    def show_password(self, login: str) -> None:
        """Type login and password."""
        self.page.locator("input[name=login]").fill(login)
        self.page.locator("input[name=password]").fill(DEMO_PASSWORD)
        self.page.locator("form:has(input[name=password]) button").click()


def url_of(town: LiveTown, path: str) -> str:
    """An address at localhost: a passkey belongs to a name, not to a bare address."""
    return town.web_url.replace("127.0.0.1", "localhost") + path


def code_of(town: LiveTown) -> str:
    """The code of the demo's staff at this moment."""
    key = demo_totp_key(secret=town.environment["BIJLIGHAR_SECRET_KEY"])
    return f"{totp(key):06d}"


@contextmanager
def at_desk(
    town: LiveTown,
    browser: Browser,
    login: str,
    *,
    language: str = "en",
    size: dict[str, int] = DESK,
    path: str = "/desk/",
) -> Iterator[At]:
    """Sign in with password and code, and stand on a page."""
    page = open_page(browser, size, f"{language}-IN")
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": url_of(town, "/")}]
    )
    at = At(town=town, page=page)
    try:
        at.go(f"/sign-in/?{urlencode({'next': path})}")
        at.show_password(login)
        at.show_code()
        expect(page.locator("form[action='/sign-out/']").first).to_be_attached()
        yield at
    finally:
        page.context.close()
