"""Whatever is sent, the answer is `{code, message, field}` with the status that fits."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from bijlighar.people.values import Role
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import FIRST

GOOD = {"HTTP_IDEMPOTENCY_KEY": "one", "content_type": "application/json"}


@pytest.fixture
def engineer(town) -> Client:
    """Who may propose in D1."""
    return client_of(add_staff("engineer", (Role.JUNIOR_ENGINEER, town["D1"])))


def refused(answer, status: int) -> dict[str, object]:
    """The body of a refusal, after a look at its form."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    told = json.loads(answer.content)
    assert set(told) == {"code", "message", "field"}
    return told


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"kind": NaN}',
        b"[" * 100_000,
        b"1" * 9_000,
    ],
)
def test_a_body_that_is_no_proposal(engineer, body: bytes) -> None:
    kind = {"CONTENT_TYPE": "application/json", "HTTP_IDEMPOTENCY_KEY": "one"}
    refused(engineer.generic("POST", f"{FIRST}/proposals", body, **kind), 400)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("why", "a\0b"),
        ("why", "\ud800"),
        ("why", "  "),
        ("why", "x" * 1_001),
        ("consumer_number", "731000000\n"),
        ("consumer_number", 7310000001),
        ("protection", "everybody"),
        ("kind", "grid_rename"),
    ],
)
def test_a_wrong_value_is_named(engineer, name: str, value: object) -> None:
    body = {
        "kind": "protect_connection",
        "consumer_number": "7310000001",
        "protection": "hospital",
        "why": "A ward",
        name: value,
    }
    told = refused(engineer.post(f"{FIRST}/proposals", json.dumps(body), **GOOD), 400)
    assert told["field"] == name


def test_a_form_is_no_json(engineer) -> None:
    answer = engineer.post(f"{FIRST}/proposals", {"kind": "x"}, HTTP_IDEMPOTENCY_KEY="a")
    assert refused(answer, 415)["code"] == "wrong_content_type"


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "ä"])
def test_a_write_needs_a_key(engineer, key: str) -> None:
    answer = engineer.post(
        f"{FIRST}/proposals", b"{}", **{**GOOD, "HTTP_IDEMPOTENCY_KEY": key}
    )
    assert refused(answer, 400)["field"] == "Idempotency-Key"


def test_more_than_is_taken_in(engineer) -> None:
    answer = engineer.post(f"{FIRST}/proposals", b'"' + b"x" * 3_000_000 + b'"', **GOOD)
    assert refused(answer, 413)["code"] == "too_large"


@pytest.mark.parametrize(
    "path",
    [
        "/connections?q=%00",
        "/connections?limit=99999999999999999999999",
        "/connections?limit=abc",
        "/connections?below=9223372036854775808",
        "/connections?cursor=%00",
        "/connections?cursor=%ff%fe",
        "/connections?supply=maybe",
        "/areas?day=2026-02-30",
        "/areas/0",
        "/areas/one",
        "/areas/99999999999999999999",
        "/connections/%00",
        "/connections/%ff",
        "/connections/7310000001/readings?month=2026-00",
    ],
)
def test_an_address_that_makes_no_sense(engineer, path: str) -> None:
    refused(engineer.get(FIRST + path), 400)


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1/", "/api/v2/me", "/api/v1/nothing", "/api/v1/me/", "/api/%00"],
)
def test_an_address_that_is_not_there(town, path: str) -> None:
    assert refused(Client(SERVER_NAME="localhost").get(path), 404)["code"] == "not_found"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW"])
def test_a_method_that_is_not_for_this(engineer, method: str) -> None:
    answer = engineer.generic(method, f"{FIRST}/proposals")
    assert refused(answer, 405)["code"] == "method_not_allowed"
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert engineer.generic(method, f"{FIRST}/openapi.json").status_code == 405


def test_the_description_names_every_refusal(town) -> None:
    described = Client(SERVER_NAME="localhost").get(f"{FIRST}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for methods in described["paths"].values():
        for operation in methods.values():
            assert operation["security"]
            assert {"400", "401", "403", "404", "405", "422", "429"} <= set(
                operation["responses"]
            )


def test_the_days_at_the_ends_of_time_break_nothing(engineer) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        assert engineer.get(f"{FIRST}/areas?day={day}").status_code == 200
        address = f"{FIRST}/connections/7310000001/blocks?day={day}"
        assert engineer.get(address).status_code == 200
