"""What holds for every page: nothing inline, closed outside the demo, Hindi first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.test import Client
from django.urls import reverse

from bijlighar.web import bundles
from bijlighar.web.security_headers import content_security_policy
from tools import messages

WEB = Path(bundles.__file__).parent
INLINE = re.compile(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|javascript:")


def test_every_sentence_has_its_hindi():
    hindi = messages.read(messages.ROOT / messages.HINDI)
    assert messages.faults_of(hindi, messages.collect(messages.ROOT)) == []


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_script_or_style(path):
    assert not INLINE.search(path.read_text())


def test_forms_lead_here_and_to_the_gateway_only():
    policy = content_security_policy(gateway_url="https://pay.example:8443/gateway/v1")
    assert "form-action 'self' https://pay.example:8443;" in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none';")


@pytest.mark.parametrize("name", sorted(bundles.BUNDLES))
def test_a_bundle_may_be_kept_for_ever_at_its_address(name, client):
    address = bundles.address_of(name)
    answer = client.get(
        address, headers={"accept-encoding": "gzip"}, SERVER_NAME="localhost"
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    old = reverse("bundle", kwargs={"digest": "0" * 16, "name": name})
    assert client.get(old, SERVER_NAME="localhost").headers["Cache-Control"] == "no-cache"


def test_bundles_hold_every_style_and_script():
    held = {path for paths in bundles.BUNDLES.values() for path in paths}
    made = {
        path.relative_to(WEB / "static").as_posix()
        for path in (WEB / "static").rglob("*")
        if path.suffix in {".css", ".js"}
    }
    assert made <= held


def fonts_named() -> list[str]:
    style = (WEB / "static/web/css/fonts.css").read_text()
    return re.findall(r'url\("/static/([^"]+)"\)', style)


def test_fonts_are_served_as_set_up_cut_them():
    found = [FileSystemFinder().find(path) for path in fonts_named()]
    assert len(found) == 4
    assert {Path(path).parent.name for path in found} == {".bijlighar-fonts"}


def test_where_none_were_cut_the_whole_fonts_are_served(settings):
    settings.STATICFILES_DIRS = [
        (prefix, folder)
        for prefix, folder in settings.STATICFILES_DIRS
        if folder.name != ".bijlighar-fonts"
    ]
    assert all(FileSystemFinder().find(path) for path in fonts_named())


@pytest.mark.parametrize(
    "address", ["/phones/", "/live/", "/live/start/", "/demo/clock/ribbon/"]
)
def test_outside_the_demo_screens_are_closed(address, settings):
    settings.IS_DEMO = False
    answer = Client(SERVER_NAME="localhost").get(address)
    assert answer.status_code == 403
    assert "Content-Security-Policy" in answer.headers


def test_hindi_is_first_whatever_the_phone_is_set_to(hindi):
    page = hindi.get("/nowhere/")
    assert page.status_code == 404
    assert '<html lang="hi">' in page.content.decode()
    assert "ऐसा कोई पन्ना नहीं है" in page.content.decode()


def test_a_chosen_language_stays(hindi):
    answer = hindi.post("/language/", {"language": "en", "next": "/desk/?show=dark"})
    assert answer.headers["Location"] == "/desk/?show=dark"
    assert '<html lang="en">' in hindi.get("/nowhere/").content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"]
)
def test_choosing_a_language_never_leads_elsewhere(hindi, elsewhere):
    answer = hindi.post("/language/", {"language": "en", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_an_old_page_is_told_what_to_do_in_both_languages():
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    told = strict.post("/language/", {"language": "en"})
    assert told.status_code == 403
    assert "यह पन्ना पुराना हो गया है" in told.content.decode()
    assert "This page has grown old" in told.content.decode()
