"""In a real browser: staff sign in, look around their area, and decide in pairs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.live.desk_browser import at_desk, url_of
from tests.live.live_town import ROOT, LiveTown
from tests.live.test_browser import CHROMIUM, DESK, PHONE, QUIET, nothing_hangs_over

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
GRAVE = {"serious", "critical"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="install Debian's chromium: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Iterator[LiveTown]:
    """One town for the whole file: nobody here changes what another one looks at."""
    town = LiveTown(tmp_path_factory.mktemp("desk") / "installation", homes=12)
    try:
        town.start()
        town.prepare(dark=1)
        yield town
    finally:
        town.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


def number_at(town: LiveTown, code: str) -> str:
    """The consumer number of some home below a part of the grid."""
    return str(
        town.ask(
            "select min(consumer_number) from connections_consumer as u"
            " join connections_connection as c on c.consumer_id = u.id"
            " join grid_reach as r on r.node_id = c.transformer_id"
            " join grid_node as n on n.id = r.area_id where n.code = %s",
            code,
        )[0][0]
    )


def names_of(town: LiveTown, number: str) -> tuple[str, str]:
    """A home's name in both languages."""
    return town.ask(
        "select name_en, name_hi from connections_consumer where consumer_number = %s",
        number,
    )[0]


def with_authenticator(page: Page) -> None:
    """The computer gets a built-in authenticator whose owner always agrees."""
    devtools = page.context.new_cdp_session(page)
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
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_is_made_and_opens_the_desk_next_time(town, browser) -> None:
    with at_desk(town, browser, "chief", path="/account/passkey/") as at:
        with_authenticator(at.page)
        at.page.get_by_label("Name of the passkey").fill("The office computer")
        at.page.get_by_role("button", name="Make a passkey").click()
        expect(at.page.get_by_text("The office computer")).to_be_visible()
        at.sign_out()
        expect(at.page).to_have_url(re.compile("/sign-in/"))

        at.go("/sign-in/?next=/account/")
        at.show_password("chief")
        at.page.get_by_role("button", name="Use a passkey").click()
        expect(at.page).to_have_url(re.compile("/account/$"))


def test_a_wrong_code_opens_nothing(town, browser) -> None:
    with at_desk(town, browser, "cashier", path="/account/") as at:
        at.sign_out()
        at.go("/sign-in/")
        at.show_password("cashier")
        at.page.locator("input[name=code]").fill("000000")
        at.page.locator("form:has(input[name=code]) button").click()
        expect(at.page.locator(".field-error").first).to_be_visible()
        at.go("/desk/connections/")
        expect(at.page).to_have_url(re.compile("/sign-in/"))


def test_a_clerk_finds_a_home_by_its_name_in_either_script(town, browser) -> None:
    own, other = number_at(town, "D1"), number_at(town, "D2")
    latin, hindi = names_of(town, own)
    with at_desk(town, browser, "helpdesk", path="/desk/search/") as at:
        at.page.wait_for_load_state()  # What is typed before is sent by no script.
        box = at.page.locator("#search-term")
        found = at.page.locator(f"#search-found a[href*='/desk/connections/{own}/']")
        for typed in (latin, hindi, own):
            box.fill(typed)
            expect(found).to_be_visible()
        box.fill(other)
        expect(at.page.locator(f"a[href*='/desk/connections/{other}/']")).to_have_count(0)
        box.fill(own)
        found.click()
        expect(at.page.locator("main h1")).to_contain_text(latin)
        expect(at.page.locator("main")).to_contain_text(own)
        answer = at.page.goto(url_of(town, f"/desk/connections/{other}/"))
        assert answer is not None
        assert answer.status == 404


def test_a_picked_area_narrows_everything_until_it_is_let_go(town, browser) -> None:
    near, far = number_at(town, "T1"), number_at(town, "T4")
    (area_id,) = town.ask("select id from grid_node where code = 'SD1'")[0]
    with at_desk(town, browser, "executive", path="/desk/areas/") as at:
        at.page.locator("a.area-below").first.click()
        at.page.locator(f"a.area-pick[href*='area={area_id}&']").click()
        at.go("/desk/connections/")
        main = at.page.locator("main")
        expect(main).to_contain_text(near)
        expect(main).not_to_contain_text(far)
        at.go("/desk/areas/pick/?area=&next=/desk/connections/")
        expect(main).to_contain_text(far)


def test_a_proposal_of_one_is_decided_by_another_and_leaves_a_trail(town, browser) -> None:
    number = number_at(town, "SS1")
    with at_desk(town, browser, "junior", path=f"/desk/proposals/protect/{number}/") as at:
        at.page.locator("select[name=kind], input[name=kind][value=hospital]").first.click()
        select = at.page.locator("select[name=kind]")
        if select.count():
            select.select_option("hospital")
        at.page.locator("textarea[name=why], input[name=why]").fill("Ward of ten beds")
        at.page.locator("main form button").last.click()
        expect(at.page).to_have_url(re.compile("/desk/proposals/[0-9a-f-]{36}/"))
        address = at.page.url
        expect(at.page.locator("button[value=approve]")).to_have_count(0)
    with at_desk(town, browser, "approver", path="/desk/proposals/") as at:
        at.page.locator(
            f"a[href='{address.partition('/desk')[1]}{address.partition('/desk')[2]}']"
        ).first.click()
        at.page.locator("textarea[name=why], input[name=why]").first.fill("Seen on site")
        at.page.get_by_role("button", name="Approve").click()
        expect(at.page.locator("main")).to_contain_text("Seen on site")
    assert town.ask(
        "select count(*) from connections_protection as p"
        " join connections_connection as c on c.id = p.connection_id"
        " join connections_consumer as u on u.id = c.consumer_id"
        " where consumer_number = %s and p.ends_at is null",
        number,
    ) == [(1,)]
    with at_desk(town, browser, "auditor", path="/desk/audit/") as at:
        expect(at.page.locator("main")).to_contain_text("Anwar Siddiqui")


WALKS = {
    "admin": ("/account/", "/desk/staff/", "/desk/staff/new/", "/desk/clients/"),
    "assistant": (
        "/desk/",
        "/desk/search/?q=73",
        "/desk/connections/",
        "/desk/connections/{number}/",
        "/desk/areas/",
        "/desk/grid/",
        "/desk/grid/map/",
        "/desk/proposals/",
        "/desk/proposals/protect/{number}/",
    ),
    "datacentre": (
        "/desk/masters/imports/",
        "/desk/masters/imports/new/",
        "/desk/masters/exports/",
    ),
    "director": ("/desk/audit/", "/desk/grid/report/"),
}


@pytest.mark.parametrize(
    ("language", "size"), [("hi", PHONE), ("en", DESK)], ids=["hi-phone", "en-desk"]
)
@pytest.mark.parametrize("login", WALKS)
def test_every_page_can_be_used_by_everybody(
    town, browser, login: str, language: str, size: dict[str, int]
) -> None:
    """axe finds nothing grave, nothing hangs over the edge, no script fails."""
    number = number_at(town, "SS1")
    faults = []
    with at_desk(
        town, browser, login, language=language, size=size, path="/account/"
    ) as at:
        for path in WALKS[login]:
            answer = at.page.goto(url_of(town, path.format(number=number)))
            assert answer is not None
            assert answer.status == 200, path
            expect(at.page.locator("html")).to_have_attribute("lang", language)
            assert nothing_hangs_over(at.page), path
            faults += [f"{path}: {fault}" for fault in grave_faults(at.page)]
    assert faults == []


@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_pages_before_the_sign_in_can_be_used_by_everybody(
    town, browser, language: str
) -> None:
    page = browser.new_page(viewport=PHONE)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": url_of(town, "/")}]
    )
    faults = []
    for path in ("/", "/tour/1/", "/sign-in/", "/sign-in/invited/"):
        page.goto(url_of(town, path))
        assert nothing_hangs_over(page), path
        faults += [f"{path}: {fault}" for fault in grave_faults(page)]
    page.close()
    assert faults == []


def grave_faults(page: Page) -> list[str]:
    """What axe calls serious or critical, with the first place of each."""
    page.evaluate(Path(AXE).read_text())
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]
