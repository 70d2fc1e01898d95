"""What a consumer with a cheap phone and a weak network waits for, and pays for in bytes.

One home of a live town goes through its whole journey in Chromium, 360 x 740, in Hindi:
signed in, yesterday understood, recharged, dark still and looked into, lit, without network
and back, KYC finished, number changed. The network is 400 kbit/s wide and 400 ms late for
everything, the service worker too, and counts what it carries both ways. Then Lighthouse
looks at the five main pages of the same home, signed in, each loaded cold, with its own
slow phone (4 x slower processor, 1.6 Mbit/s, 150 ms); of several looks the best counts,
since whatever else the machine does only ever makes a page slower. `--quick` leaves KYC and
the number out, whose codes have to be waited for, and looks once.

Figures (`--json FILE` writes them):
    first_page_bytes         the home's page for the first time, all that comes down
    first_page_s             until it is loaded
    worker_bytes             what the service worker takes after that
    again_bytes, again_s     the same page once more
    <step>_s, <step>_bytes   each step of the journey, both ways, without waiting for codes
    <page>_performance, <page>_accessibility   Lighthouse's marks of 100
    <page>_largest_paint_ms  when the largest thing of the page was there, by Lighthouse
It fails where the first page takes more than 150,000 bytes, a mark of accessibility is not
100 or, but for `--quick`, one of performance is below 90.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.live.live_town import LiveTown  # noqa: E402
from tests.live.phone_journey import Journey, cookies_at, fault, five_pages  # noqa: E402
from tests.live.test_browser import CHROMIUM, PHONE, QUIET  # noqa: E402
from tests.live.weak_network import WeakNetwork  # noqa: E402

FIRST_PAGE_BYTES = 150_000
LEAST_PERFORMANCE = 90
ACCESSIBILITY = 100
LOOKS = 3
PORT_OF_DEVTOOLS = 9333
SETTLED_MS = 4_000
LIGHTHOUSE = Path(__file__).with_name("_phone_lighthouse.mjs")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the short journey, one look")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    with town() as held:
        number = held.prepare(dark=1)
        held.wait_until(lambda: held.state_of(number) == "off")
        figures = {**pages_of(held, number, looks=1 if chosen.quick else LOOKS)}
        figures |= journey_of(held, number, is_whole=not chosen.quick)
    for name, value in figures.items():
        print(f"{name:<32}{value:>12,}")
    if chosen.json:
        told = {"name": "phone", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(told, indent=2) + "\n")
    faults = faults_of(figures, is_quick=chosen.quick)
    for one in faults:
        print(f"too little: {one}")
    return 1 if faults else 0


def faults_of(figures: dict[str, float], *, is_quick: bool) -> list[str]:
    """The figures that are not as they must be."""
    least = {"accessibility": ACCESSIBILITY}
    if not is_quick:
        least["performance"] = LEAST_PERFORMANCE
    low = [
        f"{name} is {value}"
        for name, value in figures.items()
        if value < least.get(name.rpartition("_")[2], 0)
    ]
    if figures["first_page_bytes"] > FIRST_PAGE_BYTES:
        low.append(f"first_page_bytes is {figures['first_page_bytes']}")
    return low


@contextmanager
def town() -> Iterator[LiveTown]:
    """A town of three homes in a state where a Samagra id is enough for KYC."""
    folder = Path(tempfile.mkdtemp(prefix="bijlighar-phone-"))
    held = LiveTown(folder / "installation")
    held.environment["BIJLIGHAR_KYC_POLICY"] = "mp-2026"
    try:
        held.start()
        yield held
    finally:
        held.stop()
        shutil.rmtree(folder, ignore_errors=True)


def journey_of(held: LiveTown, number: str, *, is_whole: bool) -> dict[str, float]:
    """Every step's seconds and bytes, and those of the first page."""
    network = WeakNetwork(to_port=held.installation.web_port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
            figures = first_page(browser, held, network, number)
            page = browser.new_context(viewport=PHONE, locale="hi-IN").new_page()
            on = Journey(town=held, network=network, page=page, number=number)
            on.step("sign_in", on.sign_in)
            on.step("yesterday", on.understand_yesterday)
            fault(held, number, is_silent=True)
            on.step("recharge", on.recharge)
            on.step("complain", on.complain)
            fault(held, number, is_silent=False)
            on.step("lit", on.see_the_lamp_lit)
            on.step("offline", on.go_offline)
            on.step("back", on.come_back)
            if is_whole:
                on.step("kyc", on.finish_kyc)
                on.step("change_number", on.change_number)
            browser.close()
    finally:
        network.close()
    for one in on.steps:
        figures |= {f"{one.name}_s": one.seconds, f"{one.name}_bytes": one.bytes_carried}
    return figures


def first_page(
    browser: Browser, held: LiveTown, network: WeakNetwork, number: str
) -> dict[str, float]:
    """The home's page in a browser that never was here, and once more."""
    address = f"{network.url}/home/{number}/"
    context = browser.new_context(viewport=PHONE)
    context.add_cookies(cookies_at(held.web_url, number))
    page = context.new_page()
    figures: dict[str, float] = {}
    before, began = network.bytes_down, time.monotonic()
    page.goto(address)
    figures["first_page_s"] = round(time.monotonic() - began, 2)
    figures["first_page_bytes"] = network.bytes_down - before
    page.wait_for_timeout(SETTLED_MS)
    figures["worker_bytes"] = network.bytes_down - before - figures["first_page_bytes"]
    before, began = network.bytes_down, time.monotonic()
    page.goto(address)
    figures["again_s"] = round(time.monotonic() - began, 2)
    figures["again_bytes"] = network.bytes_down - before
    context.close()
    return figures


def pages_of(held: LiveTown, number: str, *, looks: int) -> dict[str, float]:
    """Lighthouse's marks of the five main pages, the best of several looks."""
    pages = five_pages(held.web_url, number)
    profile = Path(tempfile.mkdtemp(prefix="bijlighar-chromium-"))
    command = [
        *(str(CHROMIUM), "--headless=new", *QUIET, f"--user-data-dir={profile}"),
        *(f"--remote-debugging-port={PORT_OF_DEVTOOLS}", "about:blank"),
    ]
    chromium = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        held.wait_until(lambda: devtools_answer())
        let_in(cookies_at(held.web_url, number))
        return best_of([looked(pages) for _ in range(looks)])
    finally:
        chromium.terminate()
        chromium.wait()
        shutil.rmtree(profile, ignore_errors=True)


def devtools_answer() -> bool:
    """Whether the browser is there."""
    try:
        httpx.get(f"http://127.0.0.1:{PORT_OF_DEVTOOLS}/json/version")
    except httpx.HTTPError:
        return False
    return True


def let_in(cookies: list[Any]) -> None:
    """Sign the browser of Lighthouse in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(
            f"http://127.0.0.1:{PORT_OF_DEVTOOLS}"
        )
        browser.contexts[0].add_cookies(cookies)


def looked(pages: dict[str, str]) -> dict[str, dict[str, Any]]:
    """One look of Lighthouse at every page."""
    asked = {"port": PORT_OF_DEVTOOLS, "pages": pages}
    done = subprocess.run(
        ["node", str(LIGHTHOUSE), json.dumps(asked)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    for name, marks in found.items():
        print(f"{name}: {marks['performance']}, {', '.join(marks['failed'])}", flush=True)
    return found


def best_of(looks: list[dict[str, dict[str, Any]]]) -> dict[str, float]:
    """The figures of each page from the look that liked it best."""
    figures: dict[str, float] = {}
    for name in looks[0]:
        best = max((one[name] for one in looks), key=lambda marks: marks["performance"])
        figures[f"{name}_performance"] = best["performance"]
        figures[f"{name}_accessibility"] = min(one[name]["accessibility"] for one in looks)
        figures[f"{name}_largest_paint_ms"] = best["largest_paint_ms"]
    return figures


if __name__ == "__main__":
    sys.exit(main())
