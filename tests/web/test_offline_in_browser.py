"""In a real browser: what a phone shows without network, and how it comes back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from wsgiref.simple_server import WSGIServer, make_server

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from bijlighar.connections import service as connections
from tests.cast import connect
from tests.live.test_browser import CHROMIUM, PHONE, QUIET
from tests.notices.operators import push_private_key
from tests.signing_in import sign_in_consumer
from tests.web.test_grid_in_browser import AXE, RULES, Quiet, Served, pytestmark

__all__ = ["pytestmark"]
ASHA, BALRAM = "7310000001", "7310000002"
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
NOON = "2026-11-26T12:00:00+05:30"
AGES = (
    (0, "अभी-अभी का"),
    (MINUTE_MS, "एक मिनट पहले का"),
    (34 * MINUTE_MS, "35 मिनट पहले का"),
    (85 * MINUTE_MS, "आज सुबह 10:00 का"),
    (8 * HOUR_MS, "कल रात 2:00 का"),
    (7 * HOUR_MS + 20 * MINUTE_MS, "कल शाम 6:40 का"),
    (4 * HOUR_MS + 40 * MINUTE_MS, "कल दोपहर 2:00 का"),
    (25 * HOUR_MS, "24 नवंबर, 13:00 का"),
)
"""How much older than the line above, and what a phone says at noon of 26 November."""
CONTROLLED = """new Promise((done) => {
  const held = navigator.serviceWorker;
  if (held.controller) done();
  else held.addEventListener("controllerchange", done, { once: true });
}).then(() => null)"""
STORED = """async () => {
  const stored = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      const held = await cache.match(asked);
      stored[new URL(asked.url).pathname] = await held.text();
    }
  }
  return stored;
}"""
OFFERED = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => { window.wasAsked = true; };
  window.dispatchEvent(offer);
}"""
NOTICES = """async () => {
  const worker = await navigator.serviceWorker.ready;
  const shown = await worker.getNotifications();
  return shown.map(({ title, body, tag, data }) => [title, body, tag, data.path]);
}"""
BACK_DATED = """ms => {
  const held = JSON.parse(localStorage.getItem('bijlighar.kept'));
  for (const home of Object.values(held.homes)) home.heard_at -= ms;
  localStorage.setItem('bijlighar.kept', JSON.stringify(held));
}"""


@dataclass
class Site:
    """The product on one port, which can go away and come back."""

    port: int = 0
    server: WSGIServer | None = field(default=None, repr=False)
    is_over: Event = field(default_factory=Event, repr=False)
    product: StaticFilesHandler = field(
        default_factory=lambda: StaticFilesHandler(WSGIHandler()), repr=False
    )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.is_over = Event()
        self.server = make_server("127.0.0.1", self.port, self.answer, Served, Quiet)
        self.port = self.server.server_port
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, environ, start_response):
        """The product; its open lines, which need another server, say nothing here."""
        if not environ["PATH_INFO"].startswith("/live/"):
            return self.product(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return self.line()

    def line(self) -> Iterator[bytes]:
        yield b": open\n\n"
        self.is_over.wait()

    def stop(self) -> None:
        self.is_over.set()
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None


@pytest.fixture
def site(committed_db: None, settings) -> Iterator[Site]:
    """The cast's discom, with a key of its own for web push."""
    settings.NOTICES = {
        **settings.NOTICES,
        "push_private_key": push_private_key(),
    }
    connect("Asha", "Balram")
    site = Site()
    site.start()
    yield site
    site.stop()


def cookies_of(number: str) -> dict[str, str]:
    """The cookies of a phone whose owner is signed in."""
    client = Client(SERVER_NAME="localhost")
    sign_in_consumer(client, connections.home_of(consumer_number=number).mobile)
    return {name: held.value for name, held in client.cookies.items()}


@pytest.fixture
def phone(site: Site) -> Iterator[Callable[..., Page]]:
    """Opens phones; every cookie is made before the browser's loop runs in this thread."""
    made = {number: cookies_of(number) for number in (ASHA, BALRAM)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)

        def opened(number: str = ASHA, language: str = "hi", size=PHONE) -> Page:
            context = browser.new_context(viewport=size)
            sign_in(context, number, language)
            page = context.new_page()
            page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
            page.sign_in = lambda *who: sign_in(context, *who)
            return page

        def sign_in(context: BrowserContext, number: str, language: str) -> None:
            held = {**made[number], django_settings.LANGUAGE_COOKIE_NAME: language}
            context.add_cookies(
                [{"name": n, "value": v, "url": site.url} for n, v in held.items()]
            )

        yield opened
        browser.close()


def at_worker(page: Page) -> None:
    """Wait until the worker stands before this page."""
    page.evaluate(CONTROLLED)


SPEAKS = """async () => {
    const at = `/offline/${document.documentElement.lang}/`;
    while (!(await caches.match(at))) await new Promise((go) => setTimeout(go, 20));
}"""


def at_home(page: Page, site: Site, number: str = ASHA) -> None:
    """A home's page, with the worker ready for the hour without network."""
    page.goto(f"{site.url}/home/{number}/")
    at_worker(page)
    page.evaluate(SPEAKS)


FORGOTTEN = """async () => {
    for (const name of await caches.keys())
        await (await caches.open(name)).delete("/offline/en/");
}"""


def test_a_language_that_came_too_late_to_be_kept_leaves_the_other_page(
    site: Site, phone
) -> None:
    page = phone(language="en")
    at_home(page, site)
    page.evaluate(FORGOTTEN)
    site.stop()
    page.goto(f"{site.url}/home/{ASHA}/")
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page.locator(".kept-age")).to_be_visible()


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("BIJLIGHAR_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/offline-{name}.png", full_page=True)


def axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


def kept_by(page: Page) -> list[str]:
    """The numbers of the homes of which this phone keeps figures."""
    held = page.evaluate("localStorage.getItem('bijlighar.kept')")
    return list(json.loads(held)["homes"]) if held else []


def stored_by(page: Page) -> dict[str, str]:
    """Everything in the cache store that is text: address and content."""
    return page.evaluate(STORED)


@pytest.mark.parametrize(
    ("language", "none_is_new", "yesterday", "too_old"),
    [
        ("hi", "अभी का बैलेंस", "कल सुबह 11:00 का", "यह बहुत पुराना है, इस पर भरोसा न करें।"),
        (
            "en",
            "Balance now",
            "As of yesterday morning, 11:00",
            "This is too old to go by.",
        ),
    ],
    ids=["hi", "en"],
)
def test_without_network_the_last_figures_stand_with_their_age_and_never_as_new(
    site: Site, phone, language, none_is_new, yesterday, too_old
) -> None:
    page = phone(language=language)
    page.clock.set_fixed_time(NOON)
    at_home(page, site)
    expect(page.get_by_text(none_is_new)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_timeout(300)
    stored = stored_by(page)
    assert f"/offline/{language}/" in stored
    assert not [one for one, text in stored.items() if ASHA in one or ASHA in text]

    site.stop()
    page.goto(f"{site.url}/home/{ASHA}/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".kept-figure")).to_have_text("₹500.00")
    expect(page.locator(".kept-age")).not_to_be_empty()
    assert page.get_by_text(none_is_new).count() == 0
    assert page.locator(".panel").count() == 0
    assert axe(page) == []
    shot(page, f"fresh-{language}")

    page.evaluate(BACK_DATED, 25 * HOUR_MS)
    page.reload()
    expect(page.locator(".kept-age")).to_have_text(yesterday)
    assert page.locator(".kept-figure s").count() == 0
    shot(page, f"yesterday-{language}")

    page.evaluate(BACK_DATED, 3 * 24 * HOUR_MS)
    page.reload()
    expect(page.locator(".kept-figure s")).to_have_text("₹500.00")
    expect(page.get_by_text(too_old)).to_be_visible()
    assert axe(page) == []
    shot(page, f"old-{language}")

    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.locator("[data-offline-none]")).to_be_visible()
    assert page.locator(".kept").count() == 0
    shot(page, f"none-{language}")

    site.start()
    expect(page.locator("#supply")).to_be_visible(timeout=15_000)
    assert kept_by(page) == [ASHA]


def test_an_age_is_said_as_people_say_it(site: Site, phone) -> None:
    page = phone()
    page.clock.set_fixed_time(NOON)
    at_home(page, site)
    site.stop()
    for older_ms, words in AGES:
        page.evaluate(BACK_DATED, older_ms)
        page.goto(f"{site.url}/home/{ASHA}/")
        expect(page.locator(".kept-age")).to_have_text(words)


def test_a_phone_whose_clock_went_back_says_so_and_strikes_the_figure(
    site: Site, phone
) -> None:
    page = phone(language="en")
    at_home(page, site)
    page.evaluate(BACK_DATED, -5 * HOUR_MS)
    site.stop()
    page.goto(f"{site.url}/home/{ASHA}/")
    expect(page.locator(".kept-age")).to_contain_text("clock was changed")
    expect(page.locator(".kept-figure s")).to_be_visible()


def test_a_form_sent_without_network_says_so_and_loses_nothing(site: Site, phone) -> None:
    page = phone()
    at_home(page, site)
    own = page.locator("#own")
    own.fill("275")
    page.context.set_offline(True)
    own.press("Enter")
    said = page.locator(".recharge-own .unsent")
    expect(said).to_contain_text("कुछ नहीं भेजा गया")
    expect(own).to_have_value("275")
    expect(page).to_have_url(f"{site.url}/home/{ASHA}/")
    assert axe(page) == []
    shot(page, "unsent-hi")

    # The phone believes to be connected again, but nobody answers.
    site.stop()
    page.context.set_offline(False)
    expect(said).to_be_hidden()
    own.press("Enter")
    expect(said).to_be_visible(timeout=15_000)
    expect(own).to_have_value("275")

    site.start()
    own.press("Enter")
    expect(page.locator(".recharge .error")).to_be_visible(timeout=15_000)
    expect(page.locator("#own")).to_have_value("275")


def test_another_person_finds_nothing_and_signing_out_leaves_nothing(
    site: Site, phone
) -> None:
    page = phone()
    at_home(page, site)
    assert kept_by(page) == [ASHA]
    page.sign_in(BALRAM, "hi")
    page.goto(f"{site.url}/my/connections/")
    assert kept_by(page) == []
    at_home(page, site, BALRAM)
    assert kept_by(page) == [BALRAM]

    page.goto(f"{site.url}/my/connections/")
    page.locator("form[action='/my/sign-out/'] button").click()
    expect(page).to_have_url(f"{site.url}/my/sign-in/")
    assert page.evaluate("localStorage.length") == 0
    assert not [one for one in stored_by(page) if one.startswith("/home/")]
    at_worker(page)
    site.stop()
    page.goto(f"{site.url}/home/{BALRAM}/")
    expect(page.locator("[data-offline-none]")).to_be_visible()


def test_a_page_left_open_tells_its_age_until_it_hears_again(site: Site, phone) -> None:
    page = phone()
    page.clock.install()
    page.goto(f"{site.url}/home/{ASHA}/")
    age = page.locator("[data-age]")
    expect(age).to_be_hidden()
    site.stop()
    page.clock.fast_forward(5 * 60_000)
    expect(age).to_have_text("5 मिनट पहले का; नया देखने के लिए नेटवर्क चाहिए।")
    expect(page.get_by_text("अभी का बैलेंस")).to_be_hidden()
    expect(page.get_by_text("बिजली चालू है")).to_be_hidden()
    expect(page.get_by_text("तब बिजली चालू थी।")).to_be_visible()
    assert axe(page) == []
    shot(page, "open-hi")
    page.clock.fast_forward(2 * 60_000)
    expect(age).to_contain_text("7 मिनट पहले का")
    page.clock.fast_forward(80 * HOUR_MS)
    expect(page.locator(".panel-old .panel-figure")).to_be_visible()
    shot(page, "open-old-hi")
    site.start()
    page.clock.run_for(25_000)
    expect(age).to_be_hidden(timeout=15_000)
    expect(page.locator(".panel-aged, .panel-old")).to_have_count(0)
    expect(page.get_by_text("अभी का बैलेंस")).to_be_visible()


def test_the_site_is_offered_for_the_screen_once_the_browser_does(
    site: Site, phone
) -> None:
    page = phone()
    page.goto(f"{site.url}/home/{ASHA}/")
    button = page.locator("[data-install] button")
    expect(button).to_be_hidden()
    page.evaluate(OFFERED)
    expect(button).to_be_visible()
    assert axe(page) == []
    shot(page, "install-hi")
    button.click()
    assert page.evaluate("window.wasAsked") is True
    expect(button).to_be_hidden()


def test_what_keeps_a_browser_from_showing_messages_is_said(site: Site, phone) -> None:
    address = f"{site.url}/home/{ASHA}/notices/"
    page = phone()
    page.add_init_script(
        "if (!sessionStorage.asked) Object.defineProperty("
        "Notification, 'permission', { get: () => 'denied' });"
    )
    page.goto(address)
    said = page.locator("[data-push-said]")
    expect(said).to_contain_text("संदेश बंद किए हुए हैं")
    expect(page.locator("[data-push-add]")).to_be_hidden()
    shot(page, "push-denied-hi")

    page.evaluate("sessionStorage.asked = 'yes'")
    page.reload()
    add = page.locator("[data-push-add]")
    expect(add).to_be_visible()
    assert axe(page) == []
    shot(page, "push-offered-hi")

    page.add_init_script("delete window.PushManager")
    page.reload()
    expect(said).to_contain_text("नहीं दिखा सकता")
    expect(page.locator("[data-push-add]")).to_be_hidden()


def test_a_pushed_notice_is_shown_in_its_own_words_and_leads_to_what_it_says(
    site: Site, phone
) -> None:
    page = phone()
    page.context.grant_permissions(["notifications"])
    devtools = page.context.new_cdp_session(page)
    registered: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registered.extend(
            one["registrationId"] for one in told["registrations"] if not one["isDeleted"]
        ),
    )
    devtools.send("ServiceWorker.enable")
    at_home(page, site)
    words = "बिजली 14:05 बजे बंद होगी। कम से कम ₹340 का रीचार्ज कर लें।"
    led_to = {
        "n-17": ("/home/7310000001/#recharge",) * 2,
        "n-18": ("https://evil.example/home/1/", "/my/home/"),
        "n-19": ("//evil.example/home/1/", "/my/home/"),
        "n-20": ("javascript:alert(1)", "/my/home/"),
        "n-21": ("/desk/", "/my/home/"),
    }
    for tag in ("n-17", *led_to):
        told = {"title": "Bijlighar", "body": words, "tag": tag, "path": led_to[tag][0]}
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": site.url,
                "registrationId": registered[-1],
                "data": json.dumps(told, ensure_ascii=False),
            },
        )
    page.wait_for_timeout(500)
    shown = page.evaluate(NOTICES)
    wanted = [["Bijlighar", words, tag, path] for tag, (_, path) in led_to.items()]
    assert sorted(shown) == wanted, "the tag replaces a repetition; no click leads away"
