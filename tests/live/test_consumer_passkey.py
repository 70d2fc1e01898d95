"""In a real browser: a passkey is made after a code, and lets its owner in without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bijlighar.logins import rules
from tests.door import asked
from tests.live.test_sign_in_in_a_browser import CHROMIUM, QUIET, address, pytestmark
from tests.signing_in import sign_in_consumer

__all__ = ["address", "pytestmark"]
MOBILE = "+919812345678"


@pytest.fixture
def chromium(address: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


def phone_of(browser: Browser, address: str) -> Page:
    """A phone with a screen lock, signed in by a code."""
    signed_in = Client(SERVER_NAME="localhost")
    apart(sign_in_consumer, signed_in, MOBILE)
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_cookies(
        [
            {"name": name, "value": held.value, "url": address}
            for name, held in signed_in.cookies.items()
        ]
        + [{"name": "django_language", "value": "en", "url": address}]
    )
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    return page


def shows_passkey(page: Page, address: str) -> None:
    page.goto(f"{address}/my/sign-in/")
    page.get_by_role("button", name="I have a passkey on this phone").click()


def test_a_passkey_is_a_way_in_until_it_is_removed_or_the_number_idle(
    chromium: Browser, address: str
) -> None:
    page = phone_of(chromium, address)
    page.goto(f"{address}/my/devices/")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("Next time you need no code")).to_be_visible()

    page.goto(f"{address}/my/connections/")
    page.get_by_role("button", name="Sign out").click()
    shows_passkey(page, address)
    expect(page.get_by_text("••••••5678")).to_be_visible()
    still = "select count(*) from logins_signin where ended_at is null"
    assert apart(asked, still) == [(1,)]

    page.get_by_role("button", name="Sign out").click()
    let_number_idle(rules.NUMBER_IS_IDLE_AFTER)
    shows_passkey(page, address)
    expect(page.get_by_text("does not count here any more")).to_be_visible()

    let_number_idle(-rules.NUMBER_IS_IDLE_AFTER)
    shows_passkey(page, address)
    expect(page.get_by_text("••••••5678")).to_be_visible()
    page.goto(f"{address}/my/devices/")
    page.get_by_role("button", name="Remove this passkey").click()
    page.goto(f"{address}/my/connections/")
    page.get_by_role("button", name="Sign out").click()
    shows_passkey(page, address)
    expect(page.get_by_text("does not count here any more")).to_be_visible()


def let_number_idle(span: timedelta) -> None:
    """The number proved itself by a code so much earlier."""
    apart(
        asked,
        "update logins_login set last_signed_in_at = last_signed_in_at - %s returning 1",
        span,
    )


def apart(do: Callable[..., Any], *arguments: object) -> Any:
    """Ask the database from another thread: the browser's own runs a loop."""

    def closing() -> Any:
        try:
            return do(*arguments)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(closing).result()
