"""One person with a cheap phone and a weak network, step by step, in Hindi.

Nothing is taken from anywhere but the screen and the pretend phone; every step leaves the
seconds it took and the bytes that went over the network.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from playwright.sync_api import Page, expect

from tests.live.live_town import LiveTown
from tests.live.weak_network import WeakNetwork

NEW_NUMBER = "98123 45678"
SAMAGRA = "183456789"
CODE = re.compile(r"([0-9]{6}) आपका बिजलीघर कोड है")
PATIENCE_MS = 30_000
NEXT_CODE_AFTER_S = (0, 31, 61)
"""A number gets its second code after half a minute, its third a minute later (logins)."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one step cost."""

    name: str
    seconds: float
    bytes_carried: int


@dataclass(kw_only=True)
class Journey:
    """A phone at the pages of one dark home."""

    town: LiveTown
    network: WeakNetwork
    page: Page
    number: str
    look: Callable[[str], None] = lambda _name: None
    steps: list[Step] = field(default_factory=list)
    codes_at: dict[str, list[float]] = field(default_factory=dict)
    waited_s: float = 0.0

    def step(self, name: str, do: Callable[[], None]) -> None:
        """Do it, and keep what it cost until its end could be seen."""
        before, began = self.network.bytes_carried, time.monotonic()
        self.waited_s = 0.0
        do()
        seconds = time.monotonic() - began - self.waited_s
        self.look(name)
        self.steps.append(
            Step(
                name=name,
                seconds=round(seconds, 2),
                bytes_carried=self.network.bytes_carried - before,
            )
        )

    @property
    def home(self) -> str:
        return f"{self.network.url}/home/{self.number}/"

    @property
    def mobile(self) -> str:
        """The number that the connection has now."""
        return str(
            self.town.ask(
                "select mobile from connections_consumer where consumer_number = %s",
                self.number,
            )[0][0]
        )

    def sign_in(self) -> None:
        self.page.goto(f"{self.network.url}/my/home/")
        self.page.locator("input[name=mobile]").fill(self.mobile.removeprefix("+91"))
        self._press("form:has(input[name=mobile]) button")
        self._type_code(self.mobile)
        expect(self.page).to_have_url(self.home, timeout=PATIENCE_MS)
        expect(self.page.get_by_text("बिजली बंद है").first).to_be_visible(timeout=PATIENCE_MS)

    def understand_yesterday(self) -> None:
        """Every line of the slip, and that they come to what was deducted."""
        self.page.goto(f"{self.home}days/2026-04-12/")
        slip = self.page.locator(".slip").first
        expect(slip).to_be_visible()
        lines = slip.locator(".slip-lines tr:not([class]) td").all_inner_texts()
        total = paise(slip.locator(".slip-lines .slip-sum td").inner_text())
        assert sum(map(paise, lines)) == total > 0, (lines, total)
        self.page.locator(".back").first.click()
        expect(self.page.locator("#supply")).to_be_visible(timeout=PATIENCE_MS)

    def recharge(self) -> None:
        self.page.get_by_role("button", name="₹500").click()
        expect(self.page).to_have_url(re.compile("/recharges/.*/pay/"), timeout=PATIENCE_MS)
        self._press(".upi-button")
        expect(self.page).to_have_url(re.compile("/gateway/upi/"), timeout=PATIENCE_MS)
        self._press("button[value=pay]")
        expect(self.page).to_have_url(re.compile("/recharges/"), timeout=PATIENCE_MS)
        expect(self.page.locator(".panel-title")).to_have_text(
            re.compile("₹500.00 मिल गए"), timeout=PATIENCE_MS
        )

    def complain(self) -> None:
        """`Recharged and still dark`: the true cause is named, with no more than a tap."""
        self.page.goto(f"{self.home}complaints/")
        self._press("button[value=dark_after_recharge]")
        expect(self.page).to_have_url(
            re.compile("/complaints/[^/]+/$"), timeout=PATIENCE_MS
        )
        cause = "मीटर को चालू होने को कहा गया, पर उसने अभी हाँ नहीं की"
        expect(self.page.get_by_text(cause).first).to_be_visible()

    def see_the_lamp_lit(self) -> None:
        self.page.goto(self.home)
        lit = self.page.get_by_text("बिजली चालू है").first
        expect(lit).to_be_visible(timeout=2 * PATIENCE_MS)

    def change_number(self) -> None:
        self.page.goto(f"{self.network.url}/my/connections/{self.number}/number/")
        old = self.mobile
        self._wait_for_code_of(old)
        self.page.locator("input[name=mobile]").fill(NEW_NUMBER)
        self._press("form:has(input[name=mobile]) button")
        self._type_code("+91" + NEW_NUMBER.replace(" ", ""))
        expect(self.page.get_by_text("पुराना नंबर").first).to_be_visible(timeout=PATIENCE_MS)
        self._type_code(old)
        expect(self.page.get_by_text("नंबर बदल गया है")).to_be_visible(timeout=PATIENCE_MS)

    def finish_kyc(self) -> None:
        self.page.goto(f"{self.home}kyc/")
        identity = self.page.locator("form:has(input[value=identity])").first
        identity.locator("input[type=checkbox]").check()
        identity.locator("button").click()
        self._press(f"a[href='/home/{self.number}/kyc/papers/samagra/']")
        self.page.locator("input[name=number]").fill(SAMAGRA)
        self._wait_for_code_of(self.mobile)
        self._press("form.stack button")
        expect(self.page.locator("input[name=code]")).to_be_visible(timeout=PATIENCE_MS)
        self._type_code(self.mobile)
        expect(self.page.locator(".kyc-done")).to_be_visible(timeout=PATIENCE_MS)

    def go_offline(self) -> None:
        """The network goes; the phone shows what it last knew, and how old that is."""
        self.page.goto(self.home)
        self.page.wait_for_load_state("networkidle")
        self.network.go_away()
        self.page.goto(self.home)
        expect(self.page.locator("h1")).to_have_text("नेटवर्क नहीं है", timeout=PATIENCE_MS)
        expect(self.page.locator(".kept-age")).to_contain_text(re.compile("का"))
        expect(self.page.locator(".kept-figure")).to_contain_text("₹")
        assert self.page.locator(".panel").count() == 0

    def come_back(self) -> None:
        """Nobody presses anything."""
        self.network.come_back()
        expect(self.page.locator("#supply")).to_be_visible(timeout=PATIENCE_MS)

    def _press(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def _type_code(self, mobile: str) -> None:
        """The newest code on the pretend phone of that number."""
        self.page.locator("input[name=code]").wait_for(timeout=PATIENCE_MS)
        self.page.locator("input[name=code]").fill(self._newest_code(mobile))
        self._press("form:has(input[name=code]) button")

    def _newest_code(self, mobile: str) -> str:
        held = self.codes_at.setdefault(mobile, [])
        messages = f"{self.town.installation.town_url}/sms/v1/messages"
        found: list[str] = []

        def has_come() -> bool:
            told = httpx.get(messages, params={"to": mobile, "limit": "40"}).json()
            codes = (CODE.match(one["text"]) for one in told["messages"])
            found[:] = [code.group(1) for code in codes if code]
            return len(found) > len(held)

        self.town.wait_until(has_come)
        held.append(time.monotonic())
        return found[-1]

    def _wait_for_code_of(self, mobile: str) -> None:
        """As anybody waits who asks for one code after the other; no time of the step's."""
        held = self.codes_at.get(mobile, [])
        if held:
            until = held[-1] + NEXT_CODE_AFTER_S[len(held)]
            pause = max(0.0, until - time.monotonic())
            self.waited_s += pause
            time.sleep(pause)


def paise(text: str) -> int:
    """An amount from the screen: `−₹1,234.50` is −123450."""
    digits = re.sub(r"[^0-9]", "", text)
    return -int(digits) if "−" in text else int(digits)


def fault(town: LiveTown, number: str, *, is_silent: bool) -> None:
    """The meter of this home falls silent, or answers again."""
    (serial,) = town.ask(
        "select serial from connections_meter as m"
        " join connections_installation as i on i.meter_id = m.id"
        " join connections_connection as c on c.id = i.connection_id"
        " join connections_consumer as u on u.id = c.consumer_id"
        " where consumer_number = %s",
        number,
    )[0]
    faults = f"{town.installation.town_url}/faults"
    if is_silent:
        httpx.post(faults, json={"serial": serial, "fault": "silent"}).raise_for_status()
    else:
        httpx.delete(f"{faults}/{serial}").raise_for_status()


def five_pages(url: str, number: str) -> dict[str, str]:
    """The pages that a consumer looks at most."""
    home = f"{url}/home/{number}/"
    return {
        "home": home,
        "day": f"{home}days/2026-04-12/",
        "recharge": f"{home}recharge/",
        "bills": f"{home}bills/",
        "complaints": f"{home}complaints/",
    }


def cookies_at(url: str, number: str) -> list[dict[str, str]]:
    """The cookies of a browser in which the resident came in, for an address."""
    with httpx.Client() as client:
        client.get(f"{url}/").raise_for_status()
        form = {"home": number, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        client.post(f"{url}/demo/come-in/", data=form)
        return [{"name": n, "value": v, "url": url} for n, v in client.cookies.items()]
