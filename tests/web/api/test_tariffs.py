"""Tariffs by the API: what is known, what a use costs, and every refusal in one form."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from bijlighar.people.values import Role
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import FIRST, bearer, get, machine, token_of

PRICE = f"{FIRST}/tariffs/price"
BILL = {
    "category": "LMV-1.10B",
    "day": "2026-06-03",
    "units_kwh": 250,
    "sanctioned_load_kw": 2,
    "recorded_md_kw": 2,
    "fppas_pct": 10,
    "days": 30,
}


@pytest.fixture
def program(town) -> Client:
    """A machine client that may read areas only."""
    return bearer(token_of(machine(town, "areas:read")))


def ask(client: Client, body: object, status: int = 200):
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    answer = client.post(PRICE, sent, content_type="application/json")
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_a_printed_bill_is_priced_without_any_scope_and_without_a_key(program):
    priced = ask(program, BILL)
    assert priced["net_energy"] == "1425.00"
    assert priced["heads"]["fixed"] == "220.00"
    assert priced["heads_paise"]["fppas"] == 16450
    assert priced["bill_rounded_rupees"] == "1900.00"
    assert sum(line["amount_paise"] for line in priced["lines"]) == priced["total_paise"]
    assert {one["code"] for one in priced["warnings"]} == {"low_confidence"}
    assert len(priced["order"]["sha256"]) == 64


def test_a_person_of_the_staff_may_ask_too(town):
    clerk = client_of(add_staff("clerk", (Role.CHIEF_ENGINEER, town["D1"])))
    assert ask(clerk, BILL)["total"] == "1899.98"


def test_nobody_unknown_is_answered(town):
    assert ask(Client(SERVER_NAME="localhost"), BILL, 401)["code"] == "not_signed_in"


def test_the_body_must_say_that_it_is_json(program):
    answer = program.post(PRICE, json.dumps(BILL), content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"units": 40}, "units", "did you mean units_kwh?"),
        ({"units_kwh": -1}, "units_kwh", "is negative"),
        ({"units_kwh": None}, "units_kwh", "is null"),
        ({"units_kwh": "1e5"}, "units_kwh", "must be a number"),
        ({"units_kwh": 1e300}, "units_kwh", "more digits"),
        ({"units_kwh": 0.0001}, "units_kwh", "more than 3 decimals"),
        ({"sanctioned_load_kw": 0}, "sanctioned_load_kw", "zero"),
        ({"category": "LMV-1.10A"}, "sanctioned_load_kw", "not for 2 kW"),
        ({"category": "LMV-1.10C"}, "category", "did you mean"),
        ({"day": "2019-06-03"}, "day", "no order is known"),
        ({"day": "2099-06-03"}, "day", "after today"),
        ({"state": "XX"}, "state", "is a category of"),
        ({"fppas_pct": 101}, "fppas_pct", "outside"),
        ({"windows": {"09:00-17:00": 4}}, "windows", "is no time of day"),
        ({"category": "\ud800"}, "category", ""),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_field(program, change, field, said):
    sent = json.dumps({**BILL, **change})
    answer = program.post(PRICE, sent, content_type="application/json")
    assert answer.status_code in (400, 422), answer.content
    told = json.loads(answer.content)
    assert told["field"] == field
    assert said in told["message"]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "1", '"x"', b"\xff", "[" * 50_000, '{"units_kwh": NaN}'],
)
def test_no_body_breaks_it(program, body):
    answer = program.post(PRICE, body, content_type="application/json")
    assert answer.status_code in (400, 415, 422), answer.content
    assert set(json.loads(answer.content)) == {"code", "message", "field"}


def test_a_field_that_stands_twice_is_refused(program):
    twice = json.dumps(BILL)[:-1] + ', "units_kwh": 1}'
    told = ask(program, twice, 422)
    assert (told["field"], told["message"]) == ("units_kwh", "units_kwh: stands twice.")


def test_the_list_names_every_category_with_its_order(program):
    found = get(program, "/tariffs", on="2026-06-03", state="UP")["tariffs"]
    urban = next(one for one in found if one["category"] == "LMV-1.10B")
    assert urban["name"]["hi"] == "शहरी घरेलू"
    assert urban["in_force_from"] == "2024-10-01"
    assert len(get(program, "/tariffs")["tariffs"]) > len(found)
    assert get(program, "/tariffs", state="nowhere")["tariffs"] == []
