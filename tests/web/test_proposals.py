"""Pages of proposals: who sees, makes, decides; every refusal in a sentence."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import ProtectionKind
from bijlighar.flow.propose import propose
from bijlighar.flow.protect_connection import PROTECT, protect_payload
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, client_of, viewer


class Office:
    """East Division: an engineer who proposes, an approver who decides."""

    def __init__(self) -> None:
        self.ids = grid_of_cast()
        (self.chanda,) = connect("Chanda")
        division = self.ids["D1"]
        self.maker_id = add_staff("maker", (Role.EXECUTIVE_ENGINEER, division))
        self.checker_id = add_staff("checker", (Role.APPROVER, division))
        self.maker, self.checker = client_of(self.maker_id), client_of(self.checker_id)
        self.form = reverse("propose_protection", args=[self.chanda.consumer_number])

    def proposed(self, kind: ProtectionKind = ProtectionKind.HOSPITAL) -> str:
        """The address of a new proposal."""
        made = propose(
            kind=PROTECT,
            payload=protect_payload(connection_id=self.chanda.connection_id, kind=kind),
            why="forty beds",
            by=viewer(self.maker_id),
            now=clock.now(),
        )
        return reverse("proposal", args=[made])

    def decide(self, address: str, client: Client | None = None, **changes: str):
        """Press a button of the page as it stands."""
        page = self.checker.get(address).content.decode()
        found = re.search(r'name="seen_hash" value="([0-9a-f]{64})"', page)
        posted = {
            "decision": "approve",
            "why": "seen the beds",
            "seen_hash": found[1] if found else "",
        }
        return (client or self.checker).post(f"{address}decide/", {**posted, **changes})

    def is_protected(self) -> bool:
        number = self.chanda.connection_id
        return bool(connections.protections_on(connection_ids=[number], now=clock.now()))


@pytest.fixture
def office(committed_db: None) -> Office:
    return Office()


# From the form to the record


def test_an_engineer_proposes_an_approver_approves_and_it_is_so(office: Office) -> None:
    page = office.maker.get(office.form)
    assert page.status_code == 200
    assert "Hospital" in page.content.decode()
    made = office.maker.post(office.form, {"kind": "hospital", "why": "forty beds"})
    assert made.status_code == 302
    assert "forty beds" in office.checker.get(made.url).content.decode()
    decided = office.decide(made.url)
    assert (decided.status_code, decided.url) == (302, made.url)
    assert office.is_protected()
    after = office.checker.get(made.url).content.decode()
    assert "Approved" in after
    assert "Records in the audit trail" in after
    assert "Your decision" not in after


def test_what_is_refused_says_why(office: Office) -> None:
    address = office.proposed()
    assert office.decide(address, decision="refuse", why="a clinic").status_code == 302
    page = office.maker.get(address).content.decode()
    assert "Refused" in page
    assert "a clinic" in page
    assert not office.is_protected()


def test_the_end_of_a_protection_is_proposed_on_the_same_page(office: Office) -> None:
    office.decide(office.proposed())
    page = office.maker.get(office.form).content.decode()
    choice = re.search(r'value="(end:\d+)"', page)[1]
    made = office.maker.post(office.form, {"kind": choice, "why": "it moved away"})
    assert made.status_code == 302
    assert office.decide(made.url).status_code == 302
    assert office.is_protected()
    assert "protected until" in office.maker.get(office.form).content.decode()


def test_the_maker_withdraws(office: Office) -> None:
    address = office.proposed()
    assert "Withdraw the proposal" in office.maker.get(address).content.decode()
    assert "Withdraw the proposal" not in office.checker.get(address).content.decode()
    gone = office.maker.post(f"{address}withdraw/")
    assert gone.status_code == 302
    assert "Withdrawn" in office.maker.get(address).content.decode()
    again = office.maker.post(f"{address}withdraw/")
    assert again.status_code == 409
    assert "decided already" in again.content.decode()


# Refusals


def test_nobody_else_withdraws(office: Office) -> None:
    answer = office.checker.post(f"{office.proposed()}withdraw/")
    assert answer.status_code == 403
    assert "Only who made a proposal" in answer.content.decode()


def test_the_maker_is_told_that_somebody_else_decides(office: Office) -> None:
    people.grant_role(
        staff_id=office.maker_id,
        role=Role.APPROVER,
        area_id=office.ids["D1"],
        by=SYSTEM,
        now=clock.now(),
    )
    address = office.proposed()
    page = office.maker.get(address).content.decode()
    assert "somebody else must decide" in page
    assert "Your decision" not in page
    answer = office.decide(address, office.maker)
    assert answer.status_code == 403
    assert "somebody else must decide" in answer.content.decode()


def test_who_may_not_decide_is_told_so(office: Office) -> None:
    address = office.proposed()
    auditor = client_of(add_staff("auditor", (Role.AUDITOR, office.ids["D1"])))
    assert "waits for somebody who may" in auditor.get(address).content.decode()
    answer = office.decide(address, auditor)
    assert answer.status_code == 403
    assert "You have no right to decide" in answer.content.decode()
    assert not office.is_protected()


def test_a_page_that_showed_something_else_decides_nothing(office: Office) -> None:
    address = office.proposed()
    for seen_hash in ("", "0" * 64):
        answer = office.decide(address, seen_hash=seen_hash)
        assert answer.status_code == 409
        assert "Read it again here" in answer.content.decode()
    assert not office.is_protected()


def test_a_decision_needs_a_reason_beside_which_the_mistake_is_told(office) -> None:
    address = office.proposed()
    answer = office.decide(address, why="  ")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'aria-describedby="why-problem"' in page
    assert "Say why" in page
    assert office.decide(address, decision="perhaps").status_code == 422


def test_a_second_decision_is_too_late(office: Office) -> None:
    address = office.proposed()
    office.decide(address)
    answer = office.decide(address)
    assert answer.status_code == 409
    assert "decided already" in answer.content.decode()


def test_what_was_overtaken_is_told_and_closed_as_void(office: Office) -> None:
    address = office.proposed()
    connections.protect(
        connection_id=office.chanda.connection_id,
        kind=ProtectionKind.COLD_CHAIN,
        why="a fridge",
        now=clock.now(),
    )
    page = office.checker.get(address).content.decode()
    assert "Nobody can approve this any more" in page
    assert "has changed since it was proposed" in page
    assert office.decide(address, decision="refuse", why="").status_code == 302
    assert "Void" in office.checker.get(address).content.decode()


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"why": "because"}, "Choose what the connection is protected as"),
        ({"kind": "cinema", "why": "because"}, "Choose what the connection"),
        ({"kind": "end:999", "why": "because"}, "has ended, or is about to"),
        ({"kind": "end:x", "why": "because"}, "Choose what the connection"),
        ({"kind": "hospital", "why": ""}, "Say why"),
        ({"kind": "hospital", "why": "x" * 1_001}, "Say why"),
    ],
)
def test_a_wrong_form_says_what_to_do_and_keeps_what_was_typed(office, posted, said):
    answer = office.maker.post(office.form, posted)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert posted["why"] in page


def test_the_same_is_not_proposed_twice(office: Office) -> None:
    office.proposed()
    answer = office.maker.post(office.form, {"kind": "hospital", "why": "again"})
    assert answer.status_code == 422
    assert "proposed already" in answer.content.decode()


def test_a_factor_shown_long_ago_is_asked_for_before_the_decision(office: Office) -> None:
    address = office.proposed()
    decide = f"{address}decide/"
    assert office.checker.get(decide).url == address
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_signin"
            " set factor_shown_at = factor_shown_at - interval '11 minutes'"
        )
    page = office.checker.get(address).content.decode()
    assert "show it again" in page
    assert 'name="why"' not in page
    for answer in (office.checker.get(decide), office.decide(address)):
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("sign_in_second"))
    assert not office.is_protected()


# Who sees what


def test_another_area_sees_no_proposal_and_no_form(office: Office) -> None:
    address = office.proposed()
    west = client_of(
        add_staff(
            "west",
            (Role.EXECUTIVE_ENGINEER, office.ids["D2"]),
            (Role.APPROVER, office.ids["D2"]),
        )
    )
    assert west.get(address).status_code == 404
    assert west.post(f"{address}decide/", {"decision": "approve"}).status_code == 404
    assert west.post(f"{address}withdraw/").status_code == 404
    assert west.get(office.form).status_code == 404
    assert west.post(office.form, {"kind": "hospital", "why": "x"}).status_code == 404
    assert "forty beds" not in west.get(reverse("proposals")).content.decode()
    assert office.checker.get(reverse("proposal", args=[uuid4()])).status_code == 404


def test_without_the_right_the_pages_stay_closed(office: Office) -> None:
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, office.ids["D1"])))
    for address in (reverse("proposals"), office.proposed(), office.form):
        assert clerk.get(address).status_code == 403
    assert Client(SERVER_NAME="localhost").get(office.form).status_code == 302


def test_the_list_begins_with_what_waits_for_the_reader(office: Office) -> None:
    office.decide(office.proposed(ProtectionKind.POLICE), decision="refuse", why="no")
    office.proposed()
    first = office.checker.get(reverse("proposals")).content.decode()
    assert "Hospital" in first
    assert "Police" not in first
    everything = office.checker.get(reverse("proposals"), {"show": "all"})
    assert "Police" in everything.content.decode()
    refused = office.checker.get(
        reverse("proposals"), {"show": "all", "state": "refused"}
    ).content.decode()
    assert "Hospital" not in refused
    assert "Police" in refused
    assert "For me to decide" not in office.maker.get(reverse("proposals")).content.decode()


@pytest.mark.parametrize("sort", ["kind", "-state", "maker", "-made_at", "expires_at"])
def test_the_list_sorts_by_every_column_and_bears_nonsense(office, sort) -> None:
    office.proposed()
    for query in (
        {"sort": sort},
        {"kind": "x", "state": "y", "maker": "%'\0", "page": "9"},
    ):
        answer = office.maker.get(reverse("proposals"), {"show": "all", **query})
        assert answer.status_code == 200


@pytest.mark.parametrize("language", ["hi", "en"])
def test_pages_speak_the_readers_language(office: Office, language: str) -> None:
    reader = client_of(office.checker_id, language=language)
    page = reader.get(office.proposed()).content.decode()
    assert ("Maker" in page) == (language == "en")
    assert ("maker जी" in page) == (language == "hi")
