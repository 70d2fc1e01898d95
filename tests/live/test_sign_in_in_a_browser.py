"""In a real browser: invited by a code, a passkey made, signed in by it and by codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.cast import grid_of_cast
from tests.signing_in import add_staff

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "bijli sabke ghar aaye"
KEY = bytes(range(20))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="install Debian's chromium: apt-get install chromium"
    ),
]


@pytest.fixture
def address(committed_db: None, settings) -> Iterator[str]:
    """The product's pages on a free port of this machine, over the test's database."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    origin = f"http://localhost:{server.port}"
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [origin]
    yield origin
    server.terminate()


@pytest.fixture
def chromium(administrator: int, address: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


@pytest.fixture
def administrator(committed_db: None) -> int:
    """Rakesh, administrator of the East Division, with an app for codes."""
    staff_id = add_staff("rakesh", (Role.ADMINISTRATOR, grid_of_cast()["D1"]))
    people.give_sign_in(
        staff_id=staff_id, password=PASSWORD, totp_key=KEY, by=SYSTEM, now=clock.now()
    )
    return staff_id


def open_page(browser: Browser, address: str, *, with_passkeys: bool = False) -> Page:
    """A browser of somebody's own, in English, perhaps with a fingerprint reader."""
    context = browser.new_context(locale="en-IN")
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    if with_passkeys:
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        reader = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": reader})
    return page


def show_password(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in/?login={login}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_in_by_code(page: Page, address: str, login: str) -> None:
    show_password(page, address, login)
    page.get_by_label("Six digits from the app").fill(f"{TOTP(KEY).token():06d}")
    page.get_by_role("button", name="Sign in").click()


def test_somebody_is_added_comes_in_by_code_and_signs_in_with_a_passkey(
    address: str, chromium: Browser, administrator: int
) -> None:
    desk = open_page(chromium, address)
    sign_in_by_code(desk, address, "rakesh")
    desk.goto(f"{address}/desk/staff/")
    desk.get_by_role("link", name="Add a person").click()
    desk.get_by_label("Login").fill("suman")
    desk.get_by_label("Name in English").fill("Suman Rao")
    desk.get_by_label("Name in Hindi").fill("सुमन राव")
    desk.get_by_label("Role").select_option("junior_engineer")
    desk.get_by_label("Area").select_option(index=2)
    desk.get_by_label("Reason").fill("posted here")
    desk.get_by_role("button", name="Add and make a code").click()
    code = desk.locator(".code-shown").inner_text()

    own = open_page(chromium, address, with_passkeys=True)
    own.goto(f"{address}/sign-in/invited/?login=suman")
    own.get_by_label("Code you were given").fill(code)
    own.get_by_label("New password", exact=True).fill(PASSWORD)
    own.get_by_label("New password, again").fill(PASSWORD)
    own.get_by_role("button", name="Go on").click()
    own.get_by_label("Name of the passkey").fill("My phone")
    own.get_by_role("button", name="Make a passkey").click()
    own.wait_for_url(lambda url: "/sign-in/" not in url)
    own.goto(f"{address}/account/")
    expect(own.get_by_role("cell", name="My phone")).to_be_visible()

    own.locator("main").get_by_role("button", name="Sign out", exact=True).click()
    show_password(own, address, "suman")
    own.get_by_role("button", name="Use a passkey").click()
    own.wait_for_url(lambda url: "/sign-in/" not in url)
    own.goto(f"{address}/account/")
    expect(own.get_by_role("heading", name="My account")).to_be_visible()
    own.goto(f"{address}/account/passkey/")
    own.get_by_role("button", name="Make a passkey").click()
    expect(own.get_by_text("No passkey was made. Try again.")).to_be_visible()


def test_without_its_passkey_nobody_gets_past_the_second_page(
    address: str, chromium: Browser, administrator: int
) -> None:
    own = open_page(chromium, address, with_passkeys=True)
    sign_in_by_code(own, address, "rakesh")
    own.goto(f"{address}/account/passkey/")
    own.get_by_label("Name of the passkey").fill("My computer")
    own.get_by_role("button", name="Make a passkey").click()
    own.wait_for_url(f"{address}/account/")

    thief = open_page(chromium, address, with_passkeys=True)
    show_password(thief, address, "rakesh")
    thief.get_by_role("button", name="Use a passkey").click()
    expect(thief.get_by_text("The passkey was not shown.")).to_be_visible()
    thief.goto(f"{address}/account/")
    assert thief.url.startswith(f"{address}/sign-in/")
