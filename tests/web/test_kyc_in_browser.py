"""In a real browser: KYC on a cheap phone and at the desk can be used by everybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.flow import send_code
from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import PaperKind, Purpose
from bijlighar.people.values import Role
from tests.cast import ROOT_KEY
from tests.kyc.papers import ACCOUNT, IFSC, LIKE, PAN, as_file, card, pan_card
from tests.live.test_browser import CHROMIUM, DESK, PHONE, QUIET
from tests.signing_in import add_staff, sign_in_consumer
from tests.web.test_grid_in_browser import Looking, looking, pytestmark, server

__all__ = ["pytestmark", "server"]
HOME = "/home/7310000001/kyc/"
SIZE_WHEN_SMALLER = """async () => {
  const input = document.querySelector('[data-photo]');
  while (input.files[0].name !== 'photo.jpg') {
    await new Promise((done) => setTimeout(done, 50));
  }
  return input.files[0].size;
}"""


@pytest.fixture
def town(server, settings):
    """The product in a state that takes Samagra ids."""
    settings.BIJLIGHAR = {
        **settings.BIJLIGHAR,
        "root_key": ROOT_KEY,
        "kyc_policy": "mp-2026",
    }
    settings.IS_DEMO = False
    return server


@pytest.fixture
def heard(monkeypatch) -> list[str]:
    """The codes on their way to phones."""
    codes: list[str] = []
    monkeypatch.setattr(
        send_code,
        "tell",
        lambda *, new, now: codes.extend(one.parameters["code"] for one in new),
    )
    return codes


def cookies_of(mobile: str, language: str) -> dict[str, str]:
    """The cookies of a phone that is signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    sign_in_consumer(client, mobile)
    return {name: held.value for name, held in client.cookies.items()}


def shot(page: Page, name: str) -> None:
    """A screenshot where somebody wants to look."""
    folder = os.environ.get("BIJLIGHAR_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/kyc-{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "size"),
    [("hi", PHONE), ("en", {"width": 320, "height": 640})],
    ids=["hi-phone", "en-small"],
)
def test_a_consumer_agrees_is_refused_an_aadhaar_number_and_is_done(
    town, heard, tmp_path: Path, language, size
):
    url, _ids = town
    mobile = connections.home_of(consumer_number="7310000001").mobile
    cookies = cookies_of(mobile, language)
    photo = tmp_path / "pan.jpg"
    large = card("INCOME TAX", "ASHA", PAN, size=(4000, 2600), text_px=150)
    grain = Image.effect_noise(large.size, 60).convert("RGB")
    photo.write_bytes(as_file(Image.blend(large, grain, 0.15), quality=92))
    assert photo.stat().st_size > 1_000_000
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        context = browser.new_context(viewport=size)
        context.add_cookies(
            [{"name": n, "value": v, "url": url} for n, v in cookies.items()]
        )
        at = Looking(page=context.new_page(), url=url, complaints=[])
        page, look = at.page, f"{language}-{size['width']}"

        def seen(name: str) -> None:
            shot(page, f"{look}-{name}")
            faults.extend(f"{name}: {one}" for one in at.faults())

        at.open(HOME)
        seen("1-agree")
        identity = page.locator("form:has(input[value=identity])").first
        identity.locator("input[type=checkbox]").check()
        identity.locator("button").click()
        seen("2-ways")
        page.locator(f"a[href='{HOME}papers/pan/']").click()
        seen("3-paper")
        page.locator("input[name=number]").fill(LIKE)
        page.locator("input[name=file]").set_input_files(photo)
        # What goes over the thin network is a small part of what the camera made.
        sent = page.evaluate(SIZE_WHEN_SMALLER)
        assert sent * 3 < photo.stat().st_size
        page.locator("form.stack button").click()
        expect(page.locator("main [role=alert]")).to_be_visible()
        seen("4-refused")
        page.locator("main a.button").click()
        page.locator("input[name=number]").fill("ABC")
        page.locator("input[name=file]").set_input_files(photo)
        page.locator("form.stack button").click()
        expect(page.locator(".field-error").first).to_be_visible()
        seen("5-wrong")
        page.locator("input[name=number]").fill(PAN)
        page.locator("input[name=file]").set_input_files(photo)
        page.locator("form.stack button").click()
        expect(page.locator(".kyc-waiting")).to_be_visible()
        seen("6-waiting")
        page.locator(f"a[href='{HOME}papers/samagra/']").click()
        page.locator("input[name=number]").fill("183456789")
        page.locator("form.stack button").click()
        expect(page.locator("input[name=code]")).to_be_visible()
        seen("7-code")
        page.locator("input[name=code]").fill(heard[-1])
        page.locator("form.stack button").click()
        expect(page.locator(".kyc-done")).to_be_visible()
        benefit = page.locator("form:has(input[value=benefit])").first
        benefit.locator("input[type=checkbox]").check()
        benefit.locator("button").click()
        page.locator(f"a[href='{HOME}bank/']").click()
        seen("8-bank")
        for name, typed in (
            ("account", ACCOUNT),
            ("again", ACCOUNT),
            ("ifsc", IFSC),
            ("holder", "Asha Devi"),
        ):
            page.locator(f"input[name={name}]").fill(typed)
        page.locator("form.stack button").click()
        # The next code may be asked for after half a minute only: that is told, and what
        # was typed stays.
        expect(page.locator(".error[role=alert]")).to_be_visible()
        expect(page.locator("input[name=account]")).to_have_value(ACCOUNT)
        seen("9-wait")
        context.close()
        browser.close()
    assert faults == []


@pytest.mark.parametrize(
    ("language", "size"), [("hi", PHONE), ("en", DESK)], ids=["hi-phone", "en-desk"]
)
def test_the_desk_sees_progress_and_looks_at_a_paper(town, language, size):
    url, ids = town
    home = connections.home_of(consumer_number="7310000001")
    now = clock.now()
    kyc.consent(
        connection_id=home.connection_id,
        purpose=Purpose.IDENTITY,
        language="hi",
        channel="home",
        now=now,
    )
    paper = kyc.show_paper(
        connection_id=home.connection_id,
        kind=PaperKind.PAN,
        typed=PAN,
        content=pan_card(),
        now=now,
    )
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["C1"]))
    faults: list[str] = []
    with looking(url, staff_id, size=size, language=language) as at:
        for name, path in (
            ("progress", "/desk/kyc/"),
            ("below", f"/desk/kyc/?below={ids['C1']}"),
            ("waiting", "/desk/kyc/waiting/"),
            ("check", f"/desk/kyc/papers/{paper.paper_id}/"),
        ):
            at.open(path)
            if name == "check":
                expect(at.page.locator(".kyc-pages img")).to_be_visible()
            shot(at.page, f"desk-{language}-{name}")
            faults += [f"{name}: {one}" for one in at.faults()]
        at.page.locator("button[value=reject]").click()
        expect(at.page.locator("#why-error")).to_be_visible()
        shot(at.page, f"desk-{language}-why")
        at.page.locator("button[value=accept]").click()
        expect(at.page.locator(".empty")).to_be_visible()
        assert [said for said in at.complaints if "422" not in said] == []
    assert faults == []
