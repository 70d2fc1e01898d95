"""What ends a proposal: facts, places, rights, the clock, its maker, another checker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.connections.values import ProtectionKind
from bijlighar.flow.decide_proposal import MayNotDecide, close_overtaken
from bijlighar.flow.proposal_kind import NotProposable
from bijlighar.flow.proposal_kinds import KINDS
from bijlighar.flow.protect_connection import (
    PROTECT,
    protect_payload,
)
from bijlighar.flow.tasks import expire_proposals
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Right, Role
from bijlighar.proposals import service as proposals
from bijlighar.proposals.service import (
    NotYours,
)
from bijlighar.proposals.states import NotOpen
from bijlighar.proposals.values import Refusal, State
from tests.flow.proposing import HOSPITAL, HOUR, NOON, Office, move_chanda, records
from tests.signing_in import add_staff, viewer
from tests.threads import at_once


@pytest.fixture
def office(db: None) -> Office:
    return Office()


# What ends it for everybody


def test_after_its_time_it_is_expired_and_nothing_is_done(office: Office) -> None:
    held = office.proposed()
    last = held.expires_at
    assert office.decided(held, now=last).state is State.EXPIRED
    assert not office.is_protected(now=last)


def test_until_its_time_it_is_decided(office: Office) -> None:
    held = office.proposed()
    last = held.expires_at - timedelta(microseconds=1)
    assert office.decided(held, now=last).state is State.APPROVED


def test_facts_that_changed_make_it_void(office: Office) -> None:
    held = office.proposed()
    connections.protect(
        connection_id=office.chanda.connection_id,
        kind=ProtectionKind.COLD_CHAIN,
        why="a fridge",
        now=NOON,
    )
    done = office.decided(held)
    assert (done.state, done.void_because) == (State.VOID, Refusal.FACTS_CHANGED)
    assert done.decided_by is None
    last = records("proposal", held.proposal_id)[-1]
    assert (last["action"], last["actor"]["id"]) == (
        "proposals.proposal.void",
        office.checker,
    )


def test_who_may_not_decide_ends_nothing(office: Office) -> None:
    held = office.proposed()
    move_chanda(office, "T6")
    assert office.refusal(held, by=office.maker) is Refusal.OWN


def test_a_connection_that_moved_makes_it_void(office: Office) -> None:
    """A15: also where both still have their rights at the new place."""
    held = office.proposed()
    move_chanda(office, "T5")
    done = office.decided(held)
    assert (done.state, done.void_because) == (State.VOID, Refusal.PLACE_CHANGED)
    assert not office.is_protected()


def test_a_connection_that_left_the_checkers_area_is_not_theirs(office: Office) -> None:
    held = office.proposed()
    move_chanda(office, "T6")
    assert office.refusal(held) is Refusal.NO_RIGHT


def test_a_maker_who_moved_on_takes_the_proposal_along(office: Office) -> None:
    """A15: pending approvals of the old scope are void."""
    held = office.proposed()
    (grant,) = people.grants_of(staff_id=office.maker)
    people.end_grant(grant_id=grant.grant_id, by=SYSTEM, now=NOON + HOUR)
    people.grant_role(
        staff_id=office.maker,
        role=Role.EXECUTIVE_ENGINEER,
        area_id=office.ids["D2"],
        by=SYSTEM,
        now=NOON + HOUR,
    )
    done = office.decided(held)
    assert (done.state, done.void_because) == (State.VOID, Refusal.MAKER_HAS_NO_RIGHT)
    assert not office.is_protected()


def test_a_maker_whose_account_is_closed_takes_the_proposal_along(office) -> None:
    held = office.proposed()
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_staff set is_active = false where id = %s", [office.maker]
        )
    assert office.decided(held).void_because is Refusal.MAKER_HAS_NO_RIGHT


def test_content_that_is_not_what_was_hashed_is_void(office: Office) -> None:
    held = office.proposed()
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update proposals_proposal set payload = '{}'")
        cursor.execute("set session_replication_role = default")
    assert office.decided(held).void_because is Refusal.NOT_WHAT_WAS_PROPOSED


def test_what_cannot_be_carried_out_leaves_everything_as_it_was(office, monkeypatch):
    held = office.proposed()
    kind = KINDS[PROTECT]

    def half_done(approved):
        kind.apply(approved)
        raise NotProposable("the last step failed")

    monkeypatch.setitem(KINDS, PROTECT, replace(kind, apply=half_done))
    with pytest.raises(NotProposable):
        office.decided(held)
    assert office.seen(held.proposal_id) == held
    assert not office.is_protected()
    assert len(records("proposal", held.proposal_id)) == 1
    assert records("connection", office.chanda.connection_id) == []


# Withdrawn, run out


def test_who_made_it_withdraws_it_and_nobody_else(office: Office) -> None:
    held = office.proposed()
    by = viewer(office.checker, now=NOON)
    scope = by.scope(Right.SEE_PROPOSALS)
    with pytest.raises(NotYours):
        proposals.withdraw(
            proposal_id=held.proposal_id, why="", by=by, scope=scope, now=NOON
        )
    by = viewer(office.maker, now=NOON)
    done = proposals.withdraw(
        proposal_id=held.proposal_id, why="", by=by, scope=scope, now=NOON
    )
    assert done.state is State.WITHDRAWN
    with pytest.raises(NotOpen):
        proposals.withdraw(
            proposal_id=held.proposal_id, why="", by=by, scope=scope, now=NOON
        )


def test_what_ran_out_is_closed_by_the_clock_and_the_trail_says_so(office) -> None:
    held = office.proposed()
    assert proposals.expire_due(now=held.expires_at - HOUR) == 0
    assert proposals.expire_due(now=held.expires_at) == 1
    assert proposals.expire_due(now=held.expires_at) == 0
    assert office.seen(held.proposal_id).state is State.EXPIRED
    last = records("proposal", held.proposal_id)[-1]
    assert (last["action"], last["actor"]["kind"]) == (
        "proposals.proposal.expired",
        "system",
    )


def test_what_was_overtaken_is_closed_by_the_clock_too(committed_db: None) -> None:
    """A15: nobody has to open the page for a proposal of the old area to be void."""
    office = Office()
    number, other = office.chanda.connection_id, office.dev.connection_id
    stays = office.propose(
        PROTECT, protect_payload(connection_id=other, kind=HOSPITAL), why="beds"
    )
    moved = office.propose(
        PROTECT, protect_payload(connection_id=number, kind=HOSPITAL), why="beds"
    )
    assert close_overtaken(now=NOON) == 0
    move_chanda(office, "T6")
    assert close_overtaken(now=NOON) == 1
    assert office.seen(moved.proposal_id).void_because is Refusal.PLACE_CHANGED
    assert office.seen(stays.proposal_id).state is State.OPEN
    assert records("proposal", moved.proposal_id)[-1]["actor"]["kind"] == "system"
    expire_proposals()
    assert office.seen(stays.proposal_id).state is State.EXPIRED


# Two at once


def test_of_two_checkers_at_once_one_decides(committed_db: None) -> None:
    office = Office()
    second = add_staff("second", (Role.APPROVER, office.division), now=NOON)
    held = office.proposed()
    checkers = [office.checker, second]

    def one(number: int) -> str:
        try:
            return office.decided(held, by=checkers[number], approve=number == 0).state
        except MayNotDecide as refused:
            return refused.refusal

    answers = at_once(one, threads=2)
    assert sorted(answers) in (["approved", "not_open"], ["not_open", "refused"])
    assert office.is_protected() == ("approved" in answers)
    assert len(records("proposal", held.proposal_id)) == 2


def test_an_approval_and_a_withdrawal_do_not_both_happen(committed_db: None) -> None:
    office = Office()
    held = office.proposed()

    def one(number: int) -> str:
        try:
            if number == 0:
                return office.decided(held).state
            by = viewer(office.maker, now=NOON + HOUR)
            return proposals.withdraw(
                proposal_id=held.proposal_id,
                why="a mistake",
                by=by,
                scope=by.scope(Right.SEE_PROPOSALS),
                now=NOON + HOUR,
            ).state
        except (MayNotDecide, NotOpen):
            return "too late"

    answers = at_once(one, threads=2)
    assert sorted(answers) in (["approved", "too late"], ["too late", "withdrawn"])
    assert office.is_protected() == ("approved" in answers)


def test_two_proposals_on_the_same_facts_are_not_both_carried_out(committed_db) -> None:
    """Facts are looked at under the wallet's lock: the second finds them changed."""
    office = Office()
    second = add_staff("second", (Role.APPROVER, office.division), now=NOON)
    number = office.chanda.connection_id
    held = [
        office.propose(PROTECT, protect_payload(connection_id=number, kind=kind))
        for kind in (HOSPITAL, ProtectionKind.COLD_CHAIN)
    ]
    checkers = [office.checker, second]
    states = at_once(
        lambda n: office.decided(held[n], by=checkers[n]).state.value, threads=2
    )
    assert sorted(states) == ["approved", "void"]
