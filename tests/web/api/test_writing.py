"""Writes over the API: once a key, with the CSRF token, and never by a machine alone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import Role
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import FIRST, bearer, get, machine, post, token_of

ASHA, DEV = "7310000001", "7310000004"
AT_ONCE = 8


def wanted(number: str = ASHA, **changes: object) -> dict[str, object]:
    """A proposal as a program sends it."""
    return {
        "kind": "protect_connection",
        "consumer_number": number,
        "protection": "hospital",
        "why": "A ward with incubators",
        **changes,
    }


@pytest.fixture
def engineer(town) -> Client:
    """Who may propose in D1."""
    return client_of(add_staff("engineer", (Role.JUNIOR_ENGINEER, town["D1"])))


@pytest.fixture
def approver(town) -> Client:
    """Who may decide in D1."""
    return client_of(add_staff("approver", (Role.APPROVER, town["D1"])))


def test_what_one_proposes_another_approves(engineer, approver) -> None:
    made = post(engineer, "/proposals", wanted(), 201)
    assert made["state"] == "open"
    assert get(approver, "/proposals")["proposals"][0]["proposal_id"] == made["proposal_id"]
    decided = post(
        approver,
        f"/proposals/{made['proposal_id']}/decision",
        {"approve": True, "seen_hash": made["hash"], "why": "Seen on site"},
        200,
    )
    assert (decided["state"], decided["decided_by_name"]) == ("approved", "Approver")
    assert get(engineer, f"/proposals/{made['proposal_id']}") == decided


def test_nobody_decides_on_what_they_proposed_or_did_not_see(engineer, approver) -> None:
    made = post(engineer, "/proposals", wanted(), 201)
    address = f"/proposals/{made['proposal_id']}/decision"
    yes = {"approve": True, "seen_hash": made["hash"], "why": "Mine"}
    assert post(engineer, address, yes, 403)["code"] == "may_not_decide"
    unseen = {**yes, "seen_hash": "0" * 64}
    assert post(approver, address, unseen, 409)["code"] == "may_not_decide"
    assert get(approver, f"/proposals/{made['proposal_id']}")["state"] == "open"


def test_a_decision_needs_the_second_factor_shown_lately(engineer, approver) -> None:
    made = post(engineer, "/proposals", wanted(), 201)
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_signin set factor_shown_at = factor_shown_at - interval '1 hour'"
        )
    yes = {"approve": True, "seen_hash": made["hash"], "why": "Late"}
    address = f"/proposals/{made['proposal_id']}/decision"
    assert post(approver, address, yes, 403)["code"] == "second_factor_is_old"


def test_what_lies_outside_cannot_be_proposed_or_decided(town, engineer) -> None:
    assert post(engineer, "/proposals", wanted(DEV), 404)["code"] == "unknown_connection"
    made = post(engineer, "/proposals", wanted(), 201)
    elsewhere = client_of(add_staff("elsewhere", (Role.APPROVER, town["D2"])))
    yes = {"approve": True, "seen_hash": made["hash"], "why": "Far away"}
    address = f"/proposals/{made['proposal_id']}"
    assert post(elsewhere, f"{address}/decision", yes, 404)["code"] == "unknown_proposal"
    assert get(elsewhere, address, 404)["code"] == "unknown_proposal"


def test_the_same_key_is_answered_and_acts_once(engineer) -> None:
    first = post(engineer, "/proposals", wanted(), 201, key="one")
    written = len(audited("proposals.proposal.made"))
    assert post(engineer, "/proposals", wanted(), 201, key="one") == first
    assert len(get(engineer, "/proposals")["proposals"]) == 1
    assert len(audited("proposals.proposal.made")) == written
    other = post(engineer, "/proposals", wanted(protection="police"), 422, key="one")
    assert other["code"] == "idempotency_key_reused"


def test_a_key_belongs_to_who_chose_it_and_to_a_day(town, engineer) -> None:
    first = post(engineer, "/proposals", wanted(), 201, key="one")
    another = client_of(add_staff("another", (Role.JUNIOR_ENGINEER, town["D1"])))
    theirs = post(another, "/proposals", wanted(protection="police"), 201, key="one")
    assert theirs["proposal_id"] != first["proposal_id"]
    tomorrow = clock.real_now() + timedelta(hours=25)
    assert people.forget_answers(real_now=tomorrow) == 2
    assert post(engineer, "/proposals", wanted(), 409, key="one")["code"] == (
        "already_proposed"
    )


def test_a_write_that_fails_leaves_its_key_free(engineer) -> None:
    post(engineer, "/proposals", wanted(DEV), 404, key="one")
    post(engineer, "/proposals", wanted(), 201, key="one")


def test_many_at_once_with_one_key_act_once(town) -> None:
    staff_id = add_staff("engineer", (Role.JUNIOR_ENGINEER, town["D1"]))

    def ask(_: int) -> tuple[int, bytes]:
        try:
            answer = client_of(staff_id).post(
                f"{FIRST}/proposals",
                json.dumps(wanted()),
                content_type="application/json",
                headers={"Idempotency-Key": "one"},
            )
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(ask, range(AT_ONCE * 3)))
    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert {json.loads(body)["code"] for status, body in answers if status == 409} <= {
        "idempotency_key_in_flight"
    }
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from proposals_proposal")
        assert cursor.fetchone() == (1,)


def test_a_session_writes_with_its_csrf_token_only(town) -> None:
    browser = client_of(add_staff("engineer", (Role.JUNIOR_ENGINEER, town["D1"])))
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    strict.cookies = browser.cookies
    assert post(strict, "/proposals", wanted(), 403)["code"] == "csrf"
    strict.cookies["csrftoken"] = "a" * 32
    answer = strict.post(
        f"{FIRST}/proposals",
        json.dumps(wanted()),
        content_type="application/json",
        headers={"Idempotency-Key": "one", "X-CSRFToken": "a" * 32},
    )
    assert answer.status_code == 201, answer.content


def test_a_token_that_is_worth_nothing_does_not_fall_back_on_the_session(engineer) -> None:
    answer = engineer.get(f"{FIRST}/me", headers={"Authorization": "Bearer nothing"})
    assert answer.status_code == 401


def test_a_machine_client_proposes_and_decides_nothing(town, engineer) -> None:
    made = post(engineer, "/proposals", wanted(), 201)
    client = bearer(token_of(machine(town, "proposals:read", "connections:read")))
    assert get(client, "/proposals")["proposals"][0]["hash"] == made["hash"]
    assert post(client, "/proposals", wanted(), 403)["code"] == "not_allowed"
    yes = {"approve": True, "seen_hash": made["hash"], "why": "A machine"}
    address = f"/proposals/{made['proposal_id']}/decision"
    assert post(client, address, yes, 403)["code"] == "not_allowed"


def test_fields_that_nobody_asked_for_are_refused(engineer) -> None:
    refused = post(engineer, "/proposals", wanted(made_by=1), 400)
    assert (refused["code"], refused["field"]) == ("invalid", "made_by")


def audited(action: str) -> list[object]:
    """The records of one action."""
    with connection.cursor() as cursor:
        cursor.execute("select seq from people_auditrecord where action = %s", [action])
        return cursor.fetchall()
