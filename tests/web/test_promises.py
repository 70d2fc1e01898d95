"""What docs/reference/security.md promises of signing in and of files, tried out."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.oath import TOTP

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Right, Role
from bijlighar.web import streaming
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of, viewer
from tests.web.test_typed_text import pages

PASSWORD = "  Bijli sabke घर aaye, raat bhar aur din bhar, barish ho ya dhoop, hamesha 7!  "
KEY = bytes(range(20))
SECRET_WORDS = {"code", "key", "password", "secret", "session", "token", "otp", "mobile"}

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def ids() -> dict[str, int]:
    return grid_of_cast()


@pytest.fixture
def anju(ids: dict[str, int]) -> int:
    """Somebody with a long password that has blanks at both ends."""
    staff_id = add_staff("anju", (Role.AUDITOR, ids["D1"]))
    people.give_sign_in(
        staff_id=staff_id, password=PASSWORD, totp_key=KEY, by=SYSTEM, now=clock.now()
    )
    return staff_id


def tries(password: str) -> int:
    """The status that a password is answered with: 302 leads to the second factor."""
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.0.0.{len(password)}")
    return client.post("/sign-in/", {"login": "anju", "password": password}).status_code


def test_a_password_is_compared_letter_by_letter_as_it_was_typed(anju):
    assert len(PASSWORD) > 72
    assert tries(PASSWORD) == 302
    for other in (PASSWORD.strip(), PASSWORD.lower(), PASSWORD[:72], PASSWORD[:-1] + "."):
        assert tries(other) == 422, other


def test_a_password_does_not_grow_old(anju, monkeypatch):
    later = clock.real_now() + timedelta(days=3 * 365)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert tries(PASSWORD) == 302


@pytest.mark.parametrize("address", ["/sign-in/", "/sign-in/invited/"])
def test_passwords_are_masked_and_managers_may_fill_them_in(address):
    page = Client(SERVER_NAME="localhost").get(address).content.decode()
    fields = [one for one in re.findall(r"<input[^>]*>", page) if "password" in one]
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "readonly" not in field
    assert "onpaste" not in page


def code_at(seconds: float) -> str:
    totp = TOTP(KEY)
    totp.time = clock.real_now().timestamp() + seconds
    return f"{totp.token():06d}"


@pytest.mark.parametrize(("away_s", "is_good"), [(-90, False), (0, True), (90, False)])
def test_an_apps_code_lives_for_its_half_minute_and_a_step_around_it(anju, away_s, is_good):
    """By the server's clock, whatever the request claims; each is good once."""
    code = code_at(away_s)
    assert people.check_totp(staff_id=anju, code=code) is is_good
    assert people.check_totp(staff_id=anju, code=code) is False


def test_a_passkeys_question_holds_512_random_bits(anju):
    asked = [
        json.loads(people.ask_to_add_passkey(staff_id=anju).options)["challenge"]
        for _ in range(2)
    ]
    assert asked[0] != asked[1]
    assert {len(urlsafe_b64decode(one + "==")) for one in asked} == {64}


def test_signing_out_tells_the_browser_to_forget(anju):
    answer = client_of(anju).post("/sign-out/")
    assert answer.status_code == 302
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert '"storage"' in answer.headers["Clear-Site-Data"]


def test_every_page_of_the_desk_offers_to_sign_out(ids):
    """Whole pages; a fragment is a part of one."""
    client = client_of(
        add_staff("everybody", *((role, ids["NDVN"]) for role in Role)), language="en"
    )
    without = []
    for address in pages():
        answer = client.get(address)
        if answer.status_code == 200 and not answer.streaming:
            page = answer.content.decode(errors="replace")
            if "<!doctype html>" in page.lower() and 'action="/sign-out/"' not in page:
                without.append(address)
        answer.close()
    assert without == []


def routes(patterns: list[object] | None = None, prefix: str = "") -> list[str]:
    found: list[str] = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(getattr(one, "pattern", ""))
        if isinstance(one, URLResolver):
            found += routes(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            found.append(route)
    return found


def test_no_address_has_a_place_for_a_secret():
    names = {name for route in routes() for name in re.findall(r"<(?:\w+:)?(\w+)>", route)}
    assert len(names) > 5
    assert [one for one in names if SECRET_WORDS & set(one.split("_"))] == []


# Files that leave the product


def request_of(ids: dict[str, int]):
    request = RequestFactory().get("/desk/x/")
    request.viewer = viewer(add_staff("taker", (Role.EXECUTIVE_ENGINEER, ids["D1"])))
    request.reach = request.viewer.scope(Right.EXPORT)
    return request


def test_a_file_is_sent_to_be_kept_and_never_shown(ids):
    request = request_of(ids)
    for made in (streaming.csv_stream, streaming.xlsx_stream):
        response = made(request, ["Name"], lambda: [["<script>"]], name="homes")
        ending = "csv" if made is streaming.csv_stream else "xlsx"
        told = response.headers["Content-Disposition"]
        assert told == f'attachment; filename="homes.{ending}"'
        assert response.headers["Cache-Control"] == "no-store"
        assert not response.headers["Content-Type"].startswith("text/html")
        b"".join(response.streaming_content)


def test_exports_wait_for_their_turn_and_are_told_when_it_does_not_come(ids, monkeypatch):
    monkeypatch.setattr(streaming, "_turns", BoundedSemaphore(1))
    monkeypatch.setattr(streaming, "WAIT_FOR_TURN_S", 0.01)
    request = request_of(ids)
    first = streaming.csv_stream(request, ["Name"], lambda: [["a"]], name="a")
    assert streaming._turns.acquire(timeout=1)
    with pytest.raises(streaming.TooManyExports):
        b"".join(first.streaming_content)
    streaming._turns.release()
    second = streaming.csv_stream(request, ["Name"], lambda: [["a"]], name="a")
    assert b"".join(second.streaming_content).endswith(b"a\r\n")
