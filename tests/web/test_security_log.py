"""What is written down of who came in, was refused or looked at; and what never is."""

from __future__ import annotations

import io
import json
import logging
import sys
from hashlib import sha256
from types import SimpleNamespace

import pytest
import structlog
from django.http import HttpResponse
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from bijlighar.run import logs
from bijlighar.web.entrance import Entrance
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of


@pytest.fixture
def nobody() -> Client:
    """A browser in which nobody has signed in."""
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def small(committed_db: None, settings) -> Client:
    """A help-desk clerk before addresses whose views do one thing each."""
    settings.ROOT_URLCONF = "tests.web.small_addresses"
    ids = grid_of_cast()
    client = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))
    client.raise_request_exception = False
    return client


def test_a_refusal_is_logged_with_who_and_where_and_without_what(small):
    with capture_logs() as lines:
        assert small.post("/staff-only/7/", {"why": "because I can"}).status_code == 403
    (line,) = [line for line in lines if line["event"] == "web.request.refused"]
    assert line["log_level"] == "warning"
    assert line["actor_kind"] == "staff"
    assert isinstance(line["actor_id"], int)
    assert (line["method"], line["screen"]) == ("POST", "staff_only")
    assert (line["address"], line["of"]) == ("127.0.0.1", {"staff_id": "7"})
    assert "because I can" not in json.dumps(line)


def test_what_somebody_looked_at_is_logged_by_id(small):
    with capture_logs() as lines:
        assert small.get("/seen/7/?mobile=9800000000").status_code == 200
    (line,) = [line for line in lines if line["event"] == "web.request.answered"]
    assert (line["screen"], line["of"]) == ("seen", {"connection_id": "7"})
    assert isinstance(line["actor_id"], int)
    assert "9800000000" not in json.dumps(line)


def test_an_object_that_is_not_there_for_somebody_is_logged_as_asked_for(small):
    with capture_logs() as lines:
        assert small.get("/seen/8/").status_code == 404
    (line,) = [line for line in lines if line["event"] == "web.request.refused"]
    assert (line["status"], line["of"]) == (404, {"connection_id": "8"})


def test_where_a_request_comes_from_is_not_what_its_headers_claim(small):
    with capture_logs() as lines:
        small.get(
            "/seen/7/", headers={"x-forwarded-for": "1.2.3.4", "x-real-ip": "1.2.3.4"}
        )
    assert {line["address"] for line in lines} == {"127.0.0.1"}


def test_a_missing_page_asked_for_by_nobody_is_logged_too(nobody):
    with capture_logs() as lines:
        nobody.get("/../../etc/passwd")
    (line,) = [line for line in lines if line["event"] == "web.request.refused"]
    assert (line["status"], line["screen"]) == (404, "none")


def test_a_forged_form_is_refused_and_logged():
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    with capture_logs() as lines:
        strict.post("/language/", {"language": "en"})
    (line,) = [line for line in lines if line["event"] == "web.request.refused"]
    assert line["status"] == 403


@pytest.mark.parametrize("login", ["nobody.here", "what if I typed my password"])
def test_a_refused_sign_in_is_logged_without_what_was_typed(nobody, committed_db, login):
    with capture_logs() as lines:
        nobody.post("/sign-in/", {"login": login, "password": "bijli sabke ghar"})
    (line,) = [line for line in lines if line["event"] == "people.sign_in.refused"]
    assert (line["factor"], line["because"]) == ("password", "wrong")
    assert line["address"] == "127.0.0.1"
    assert line["login_hash"] != sha256(login.encode()).hexdigest()[:12]
    assert [line["status"] for line in lines if "status" in line] == [422]
    assert login not in json.dumps(lines)
    assert "bijli" not in json.dumps(lines)


def test_a_locked_login_is_logged_as_such(nobody, committed_db):
    with capture_logs() as lines:
        for _ in range(6):
            nobody.post("/sign-in/", {"login": "nobody.here", "password": "wrong wrong"})
    because = [
        line["because"] for line in lines if line["event"] == "people.sign_in.refused"
    ]
    assert because[:4] == ["wrong"] * 4
    assert because[-1] == "locked"
    assert [line["status"] for line in lines if "status" in line][-1] == 429


def test_a_wrong_second_factor_is_logged_with_whose_it_was(committed_db, nobody):
    ids = grid_of_cast()
    staff_id = add_staff("anju", (Role.AUDITOR, ids["D1"]))
    people.give_sign_in(
        staff_id=staff_id,
        password="bijli sabke ghar aaye",
        totp_key=bytes(range(20)),
        by=SYSTEM,
        now=clock.now(),
    )
    nobody.post("/sign-in/", {"login": "anju", "password": "bijli sabke ghar aaye"})
    with capture_logs() as lines:
        nobody.post("/sign-in/second/", {"code": "000000"})
    (line,) = [line for line in lines if line["event"] == "people.sign_in.refused"]
    assert (line["factor"], line["staff_id"]) == ("second", staff_id)
    assert "000000" not in json.dumps(lines)


def test_a_secret_in_an_address_never_reaches_the_log():
    request = RequestFactory().get("/x/")
    request.resolver_match = SimpleNamespace(
        view_name="invitation", kwargs={"code": "very-secret", "staff_id": 7}
    )
    with capture_logs() as lines:
        Entrance(lambda _request: HttpResponse(status=403))(request)
    assert lines[0]["of"] == {"code": "…", "staff_id": "7"}


@pytest.fixture
def written(monkeypatch) -> io.StringIO:
    """What a process writes to its log."""
    held = io.StringIO()
    monkeypatch.setattr(sys, "stderr", held)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.write_logs()
    yield held
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_a_log_line_has_utc_and_masks_secrets(written):
    structlog.get_logger().warning(
        "people.sign_in.refused", password="hunter2", mobile="+919800000000", staff_id=7
    )
    line = json.loads(written.getvalue())
    assert line["timestamp"].endswith("Z")
    assert line["staff_id"] == 7
    assert (line["password"], line["mobile"]) == ("masked", "masked")


def test_nothing_typed_begins_a_log_line_of_its_own(written):
    structlog.get_logger().warning("x", path='a\n{"event": "forged"}')
    logging.getLogger("axes").warning("login %s", 'a\n{"event": "forged"}')
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"].splitlines()[0] for line in lines] == ["x", "login a"]


def test_an_unexpected_error_is_logged_with_its_cause_on_one_line(written):
    try:
        raise ValueError("what happened")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error")
    (line,) = written.getvalue().splitlines()
    held = json.loads(line)
    assert held["logger"] == "django.request"
    assert "ValueError: what happened" in held["exception"]
