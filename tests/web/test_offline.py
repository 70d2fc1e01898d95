"""What an installed site asks for: the worker, the manifest, the page without network."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from bijlighar.connections import service as connections
from bijlighar.logins.values import SignedIn
from bijlighar.web import bundles
from bijlighar.web.offline import worker
from bijlighar.web.offline.kept import mark_of
from tests.cast import connect
from tests.signing_in import ResidentClient, sign_in_consumer

ASHA = "7310000001"
LANGUAGES = ("hi", "en")
KEPT = re.compile(r'<data hidden data-kept value="([^"]*)"></data>')
WHOSE = re.compile(r'<meta name="whose" content="([^"]*)">')


@pytest.fixture
def nobody() -> Client:
    """A browser in which nobody is signed in."""
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def asha(committed_db: None) -> Client:
    """Asha's phone."""
    connect("Asha", "Balram")
    client = Client(SERVER_NAME="localhost")
    sign_in_consumer(client, connections.home_of(consumer_number=ASHA).mobile)
    return client


def held_by(script: str) -> dict[str, object]:
    """What the worker says that it keeps."""
    told = re.search(r"^const HELD = (.*);$", script, re.MULTILINE)
    assert told
    return json.loads(told.group(1))


# The worker


def test_the_worker_reigns_over_the_whole_site_and_may_fetch_from_here_only(nobody):
    answer = nobody.get("/sw.js")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert not [part for part in policy if "unsafe" in part or "*" in part]


def test_a_worker_that_did_not_change_is_not_sent_again(nobody):
    first = nobody.get("/sw.js")
    again = nobody.get("/sw.js", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_it_keeps_what_is_the_same_for_everybody_and_all_of_it_is_there(nobody):
    held = held_by(nobody.get("/sw.js").content.decode())
    kept = [*held["files"], *held["fonts"], *held["pages"].values()]
    assert bundles.address_of("consumer.css") in kept
    assert bundles.address_of("consumer.js") in kept
    assert not [address for address in kept if address.startswith(("/home/", "/my/"))]
    for address in (*held["files"][:2], *held["pages"].values()):
        assert nobody.get(address).status_code == 200, address
    for address in (*held["files"][2:], *held["fonts"], held["icon"], held["badge"]):
        assert finders.find(address.removeprefix("/static/")), address


def test_the_worker_hears_pages_of_this_site_only(nobody):
    script = nobody.get("/sw.js").content.decode()
    (heard,) = re.findall(r'addEventListener\("message",[^}]*?\{\n(.*)\n', script)
    assert heard.strip() == "if (event.origin !== self.location.origin) return;"


def test_its_version_follows_the_content_of_what_it_keeps(nobody, monkeypatch):
    version = worker.held().version
    worker.held.cache_clear()
    assert worker.held().version == version, "the same content, the same version"
    original = worker._content

    def changed(path: str) -> bytes:
        return original(path) + (b" " if path == "web/lamp.svg" else b"")

    monkeypatch.setattr(worker, "_content", changed)
    worker.held.cache_clear()
    try:
        assert worker.held().version != version
    finally:
        worker.held.cache_clear()


# The page without network


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_without_network_is_nobodys_and_of_no_moment(asha, nobody, language):
    own, strangers = (one.get(f"/offline/{language}/") for one in (asha, nobody))
    assert own.content == strangers.content
    assert own.headers["Content-Language"] == language
    text = own.content.decode()
    assert f'<html lang="{language}">' in text
    assert "csrf" not in text
    assert ASHA not in text
    assert not own.cookies
    assert "default-src 'none'" in own.headers["Content-Security-Policy"]


def test_there_is_none_in_a_language_that_we_do_not_speak(nobody):
    assert nobody.get("/offline/fr/").status_code == 404
    assert nobody.get("/manifest/fr.webmanifest").status_code == 404


def test_whether_we_are_reached_is_answered_without_a_word(nobody):
    answer = nobody.get("/offline/here/")
    assert answer.status_code == 204
    assert answer.headers["Cache-Control"] == "no-store"


# What a phone may keep


def test_a_home_gives_its_dated_figures_to_its_own_script_and_no_store(asha):
    answer = asha.get(f"/home/{ASHA}/")
    told = KEPT.search(answer.content.decode())
    assert told
    figures = json.loads(told.group(1).replace("&quot;", '"'))
    assert figures == {
        "number": ASHA,
        "name": {"hi": "आशा देवी", "en": "Asha"},
        "balance": "₹500.00",
        "charged_through": None,
        "supply": "on",
        "lasts_until": None,
        "lasts_part": None,
    }
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_say_whose_they_are_by_a_mark_that_tells_others_nothing(asha):
    found = WHOSE.search(asha.get(f"/home/{ASHA}/").content.decode())
    assert found
    assert re.fullmatch(r"[0-9a-f]{16}", found.group(1))
    assert WHOSE.search(asha.get("/my/devices/").content.decode())[1] == found.group(1)
    balram = ResidentClient(SERVER_NAME="localhost")
    other = WHOSE.search(balram.get("/home/7310000002/").content.decode())
    assert other
    assert other.group(1) != found.group(1)


def test_the_mark_is_the_persons_not_the_sign_ins():
    at = datetime(2026, 4, 1, tzinfo=UTC)
    phone, desk = (
        SignedIn(login_id=7, mobile="+919876500001", sign_in_id=one, signed_in_at=at)
        for one in (1, 2)
    )
    assert mark_of(phone) == mark_of(desk)


def test_signing_out_clears_everything_that_the_browser_kept(asha):
    answer = asha.post("/my/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


# Installed


@pytest.mark.parametrize(
    ("language", "name", "shortcuts"),
    [
        ("hi", "बिजलीघर", ["रीचार्ज करें", "शिकायत करें"]),
        ("en", "Bijlighar", ["Recharge", "Complain"]),
    ],
)
def test_the_manifest_speaks_the_pages_language(nobody, language, name, shortcuts):
    answer = nobody.get(f"/manifest/{language}.webmanifest")
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    told = answer.json()
    assert told["short_name"] == name
    assert told["lang"] == language
    assert [one["name"] for one in told["shortcuts"]] == shortcuts
    assert told["display"] == "standalone"
    assert told["start_url"] == "/my/home/"


def test_both_languages_are_one_application(nobody):
    ids = {nobody.get(f"/manifest/{one}.webmanifest").json()["id"] for one in LANGUAGES}
    assert len(ids) == 1


def test_every_picture_is_as_large_as_the_manifest_says(nobody):
    icons = nobody.get("/manifest/hi.webmanifest").json()["icons"]
    assert {"any", "maskable"} == {one["purpose"] for one in icons}
    assert {"192x192", "512x512"} <= {one["sizes"] for one in icons}
    for one in icons:
        found = finders.find(one["src"].removeprefix("/static/"))
        with Image.open(found) as picture:
            assert f"{picture.width}x{picture.height}" == one["sizes"]


def test_a_maskable_picture_reaches_every_edge():
    """What a phone cuts off is background: a corner that is clear would show through."""
    found = finders.find("web/icons/maskable-512.png")
    with Image.open(found) as picture:
        shown = picture.convert("RGBA")
        corners = {shown.getpixel((x, y)) for x in (0, 511) for y in (0, 511)}
    assert corners == {(0x10, 0x17, 0x3A, 255)}


def test_pictures_are_drawn_from_the_outlines_that_lie_beside_them():
    from tools import icons

    drawn = Image.open(BytesIO(icons.drawn("lamp", 192))).convert("RGBA")
    with Image.open(finders.find("web/icons/lamp-192.png")) as held:
        assert held.convert("RGBA").tobytes() == drawn.tobytes()


def test_the_way_in_leads_to_the_one_home_of_a_person(asha):
    assert asha.get("/my/home/").headers["Location"] == f"/home/{ASHA}/"
    assert asha.get("/my/home/recharge/").headers["Location"] == f"/home/{ASHA}/#recharge"
    answer = asha.get("/my/home/complaints/")
    assert answer.headers["Location"] == f"/home/{ASHA}/complaints/"


def test_who_is_not_signed_in_comes_back_to_it_afterwards(nobody):
    answer = nobody.get("/my/home/complaints/")
    assert answer.headers["Location"] == "/my/sign-in/?next=%2Fmy%2Fhome%2Fcomplaints%2F"


def test_whose_number_has_no_home_picks_from_the_list(committed_db):
    client = Client(SERVER_NAME="localhost")
    sign_in_consumer(client, "+919999999999")
    assert client.get("/my/home/").headers["Location"] == "/my/connections/"
