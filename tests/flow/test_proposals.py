"""One proposes, another decides: who may propose, and who may decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from bijlighar.flow import decide_proposal
from bijlighar.flow.proposal_kind import NotProposable
from bijlighar.flow.proposal_kinds import KINDS, decider
from bijlighar.flow.propose import MayNotPropose, propose
from bijlighar.flow.protect_connection import (
    PROTECT,
    protect_payload,
)
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, ActorKind, Right, Role, Scope
from bijlighar.proposals import service as proposals
from bijlighar.proposals.service import (
    AlreadyProposed,
    NoReason,
    UnknownProposal,
)
from bijlighar.proposals.values import Asked, Refusal, State
from bijlighar.supply import service as supply
from tests.flow.proposing import HOSPITAL, HOUR, NOON, Office, change_contact, records
from tests.signing_in import add_staff, viewer


@pytest.fixture
def office(db: None) -> Office:
    return Office()


# From the proposal to the change


def test_what_one_proposes_and_another_approves_is_done(office: Office) -> None:
    held = office.proposed()
    assert held.state is State.OPEN
    assert not office.is_protected()
    done = office.decided(held)
    assert (done.state, done.decided_by, done.decided_why) == (
        State.APPROVED,
        office.checker,
        "seen the beds",
    )
    assert office.is_protected()


def test_what_is_refused_is_not_done(office: Office) -> None:
    held = office.proposed()
    assert office.decided(held, approve=False).state is State.REFUSED
    assert not office.is_protected()


def test_a_proposal_waits_for_a_week(office: Office) -> None:
    held = office.proposed()
    assert held.expires_at == NOON + timedelta(days=7)


def test_the_trail_names_maker_checker_reason_and_proposal(office: Office) -> None:
    held = office.proposed()
    office.decided(held)
    made, approved = records("proposal", held.proposal_id)
    assert (made["action"], made["actor"]["id"]) == (
        "proposals.proposal.made",
        office.maker,
    )
    assert made["why"] == "forty beds"
    assert made["after"]["hash"] == approved["after"]["hash"] == held.hash
    assert (approved["action"], approved["actor"]["id"]) == (
        "proposals.proposal.approved",
        office.checker,
    )
    (done,) = records("connection", office.chanda.connection_id)
    assert done["action"] == "connections.connection.protected"
    assert done["actor"]["id"] == done["approved_by_id"] == office.checker
    assert done["after"]["proposed_by_id"] == office.maker
    assert done["proposal_id"] == str(held.proposal_id)
    assert done["place_id"] == office.ids["T1"] or done["place_id"] == held.place_id


def test_every_kind_has_rights_of_its_own_that_no_single_role_holds_both(db: None) -> None:
    from bijlighar.people.rules import RIGHTS

    for kind in KINDS.values():
        assert kind.making is not kind.approving
        for held in RIGHTS.values():
            assert not {kind.making, kind.approving} <= held


# Who may propose


def test_nobody_proposes_without_the_right_over_the_place(office: Office) -> None:
    clerk = add_staff("clerk", (Role.HELP_DESK_CLERK, office.division), now=NOON)
    west = add_staff("west", (Role.JUNIOR_ENGINEER, office.ids["D2"]), now=NOON)
    payload = protect_payload(connection_id=office.chanda.connection_id, kind=HOSPITAL)
    for staff_id in (clerk, west, office.checker):
        with pytest.raises(MayNotPropose):
            office.propose(PROTECT, payload, by=staff_id)


def test_a_machine_client_proposes_nothing(office: Office) -> None:
    machine = replace(viewer(office.maker, now=NOON), kind=ActorKind.CLIENT)
    with pytest.raises(MayNotPropose):
        propose(kind=PROTECT, payload={}, why="because", by=machine, now=NOON)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"connection_id": 999_999, "protection": "hospital"},
        {"connection_id": "1", "protection": "hospital"},
        {"connection_id": True, "protection": "hospital"},
    ],
)
def test_what_names_no_connection_is_not_proposed(office: Office, payload) -> None:
    with pytest.raises(NotProposable):
        office.propose(PROTECT, payload)


@pytest.mark.parametrize("more", [{"protection": "cinema"}, {"ends_at": "never"}])
def test_a_payload_holds_what_its_kind_knows_and_nothing_else(office, more) -> None:
    payload = protect_payload(connection_id=office.chanda.connection_id, kind=HOSPITAL)
    with pytest.raises(NotProposable):
        office.propose(PROTECT, {**payload, **more})


def test_there_is_no_unknown_kind(office: Office) -> None:
    with pytest.raises(NotProposable):
        office.propose("give_light_away", {})


@pytest.mark.parametrize("why", ["", "   ", "x" * 1_001, "a\0b"])
def test_a_proposal_and_a_decision_say_why(office: Office, why: str) -> None:
    with pytest.raises(NoReason):
        office.proposed(why=why)
    held = office.proposed()
    with pytest.raises(NoReason):
        office.decided(held, why=why)


def test_the_same_is_proposed_once_at_a_time(office: Office) -> None:
    held = office.proposed()
    with pytest.raises(AlreadyProposed):
        office.proposed()
    office.decided(held, approve=False)
    assert office.proposed().state is State.OPEN


def test_what_is_so_already_is_not_proposed(office: Office) -> None:
    office.decided(office.proposed())
    with pytest.raises(NotProposable):
        office.proposed(now=NOON + 2 * HOUR)


# Who may decide


def test_nobody_decides_on_their_own_proposal_whatever_rights_they_have(office) -> None:
    people.grant_role(
        staff_id=office.maker,
        role=Role.APPROVER,
        area_id=office.division,
        by=SYSTEM,
        now=NOON,
    )
    assert office.refusal(office.proposed(), by=office.maker) is Refusal.OWN


@pytest.mark.parametrize(
    "contact", [{"mobile": "+919876500001"}, {"email": "M.Aker@example.in "}]
)
def test_one_person_behind_two_accounts_is_one_person(office: Office, contact) -> None:
    change_contact(office.maker, mobile="+919876500001", email="m.aker@example.in")
    held = office.proposed()
    change_contact(office.checker, **contact)
    assert office.refusal(held) is Refusal.SAME_PERSON


def test_empty_contacts_make_nobody_the_same_person(office: Office) -> None:
    change_contact(office.maker, mobile="", email=" ")
    change_contact(office.checker, mobile="", email=" ")
    assert office.decided(office.proposed()).state is State.APPROVED


def test_a_machine_client_decides_nothing(office: Office) -> None:
    held = office.proposed()
    machine = replace(viewer(office.checker, now=NOON), kind=ActorKind.CLIENT)
    assert office.refusal(held, by=machine) is Refusal.NOT_A_PERSON


def test_who_has_no_right_there_does_not_decide(office: Office) -> None:
    held = office.proposed()
    auditor = add_staff("auditor", (Role.AUDITOR, office.division), now=NOON)
    assert office.refusal(held, by=auditor) is Refusal.NO_RIGHT
    west = add_staff(
        "west",
        (Role.APPROVER, office.ids["D2"]),
        (Role.AUDITOR, office.division),
        now=NOON,
    )
    assert office.refusal(held, by=west) is Refusal.NO_RIGHT


def test_outside_the_area_there_is_no_such_proposal(office: Office) -> None:
    held = office.proposed()
    west = add_staff("west", (Role.APPROVER, office.ids["D2"]), now=NOON)
    with pytest.raises(UnknownProposal):
        office.decided(held, by=west)


def test_a_right_that_ended_meanwhile_counts_no_more(office: Office) -> None:
    """The page was opened with the right; it is asked again under the decision."""
    held = office.proposed()
    opened = viewer(office.checker, now=NOON + HOUR)
    (grant,) = people.grants_of(staff_id=office.checker)
    people.end_grant(grant_id=grant.grant_id, by=SYSTEM, now=NOON + HOUR)
    assert office.refusal(held, by=opened) is Refusal.NO_RIGHT


@pytest.mark.parametrize("seen_hash", ["0" * 64, "rubbish"])
def test_only_what_was_shown_is_decided_on(office: Office, seen_hash: str) -> None:
    held = office.proposed()
    assert office.refusal(held, seen_hash=seen_hash) is Refusal.NOT_WHAT_WAS_SHOWN


def test_a_decided_proposal_is_not_decided_again(office: Office) -> None:
    for first in (True, False):
        held = office.proposed(now=NOON + timedelta(days=not first))
        done = office.decided(held, approve=False, now=held.made_at + HOUR)
        assert office.refusal(done) is Refusal.NOT_OPEN


# As a request of the desk sees it


def test_within_a_request_of_the_desk_it_works_and_the_limit_stays(committed_db) -> None:
    office = Office()
    maker, checker = viewer(office.maker, now=NOON), viewer(office.checker, now=NOON)
    with transaction.atomic():
        people.limit_database(scope=maker.scope(Right.PROPOSE_PROTECTION))
        number = office.chanda.connection_id
        payload = protect_payload(connection_id=number, kind=HOSPITAL)
        held = office.propose(PROTECT, payload, by=maker)
    with transaction.atomic():
        people.limit_database(scope=checker.scope(Right.SEE_PROPOSALS))
        assert office.decided(held, by=checker).state is State.APPROVED
        with connection.cursor() as cursor:
            cursor.execute("select current_user, count(*) from grid_node")
            role, nodes = cursor.fetchone()
        assert role == "bijlighar_desk"
        assert nodes < len(office.ids)
    assert office.is_protected()


def test_the_database_itself_hides_proposals_of_other_areas(committed_db: None) -> None:
    office = Office()
    office.proposed()
    for areas, seen in (((), 0), (("D2",), 0), (("D1",), 1)):
        with transaction.atomic(), connection.cursor() as cursor:
            ids = frozenset(office.ids[code] for code in areas)
            people.limit_database(scope=Scope(area_ids=ids))
            cursor.execute("select count(*) from proposals_proposal")
            assert cursor.fetchone() == (seen,)


def test_the_list_shows_what_is_mine_and_what_i_may_decide(office: Office) -> None:
    held = office.proposed()

    def listed(staff_id: int, show: str) -> list[tuple[UUID, bool]]:
        who = viewer(staff_id, now=NOON)
        found = proposals.list_(
            asked=Asked(show=show),
            decider=decider(who),
            scope=who.scope(Right.SEE_PROPOSALS),
            now=NOON,
        )
        return [(one.proposal.proposal_id, one.may_decide) for one in found]

    assert listed(office.checker, "decide") == [(held.proposal_id, True)]
    assert listed(office.checker, "mine") == []
    assert listed(office.maker, "decide") == []
    assert listed(office.maker, "mine") == [(held.proposal_id, False)]
    assert listed(office.maker, "all") == [(held.proposal_id, False)]
    west = add_staff("west", (Role.APPROVER, office.ids["D2"]), now=NOON)
    assert listed(west, "all") == []


def test_a_supply_that_is_protected_is_reviewed_at_once(office: Office) -> None:
    """A dark hospital is asked to be lit in the transaction of the approval."""
    with connection.cursor() as cursor:
        cursor.execute("update supply_supply set state = 'off'")
    office.decided(office.proposed())
    assert supply.state_of(connection_id=office.chanda.connection_id).state == (
        "reconnecting"
    )


def test_every_kind_tells_itself_in_words(office: Office) -> None:
    held = office.proposed()
    told = KINDS[PROTECT].words(held.payload, held.facts)
    assert office.chanda.consumer_number in told.sentence
    assert told.rows
    assert decide_proposal.why_not(
        proposal=held, seen_hash=held.hash, by=viewer(office.maker, now=NOON), now=NOON
    ) is (Refusal.OWN)
