"""One proposes, another decides: who may, what makes it void, all of it or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, ProtectionKind
from bijlighar.flow import decide_proposal
from bijlighar.flow.change_grid import CHANGE_GRID, grid_payload
from bijlighar.flow.decide_proposal import MayNotDecide, close_overtaken, decide
from bijlighar.flow.proposal_kind import NotProposable
from bijlighar.flow.proposal_kinds import KINDS, decider
from bijlighar.flow.propose import MayNotPropose, propose
from bijlighar.flow.protect_connection import (
    PROTECT,
    UNPROTECT,
    protect_payload,
    unprotect_payload,
)
from bijlighar.flow.recover_staff import RECOVER_STAFF, recovery_payload
from bijlighar.flow.tasks import expire_proposals
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange
from bijlighar.kernel.ist import IST
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, ActorKind, Right, Role, Scope, Viewer
from bijlighar.proposals import service as proposals
from bijlighar.proposals.service import (
    AlreadyProposed,
    NoReason,
    NotYours,
    UnknownProposal,
)
from bijlighar.proposals.states import NotOpen
from bijlighar.proposals.values import Asked, Proposal, Refusal, State
from bijlighar.supply import service as supply
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, viewer
from tests.threads import at_once

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)
HOUR = timedelta(hours=1)
HOSPITAL = ProtectionKind.HOSPITAL


class Office:
    """East Division's engineer proposes, its approver decides; Chanda hangs there."""

    def __init__(self) -> None:
        self.ids = grid_of_cast()
        self.chanda, self.dev = connect("Chanda", "Dev")
        self.division = self.ids["D1"]
        self.maker = add_staff("maker", (Role.EXECUTIVE_ENGINEER, self.division), now=NOON)
        self.checker = add_staff("checker", (Role.APPROVER, self.division), now=NOON)

    def proposed(self, *, now: datetime = NOON, why: str = "forty beds") -> Proposal:
        """Chanda shall be protected as a hospital."""
        payload = protect_payload(connection_id=self.chanda.connection_id, kind=HOSPITAL)
        return self.propose(PROTECT, payload, now=now, why=why)

    def propose(
        self,
        kind: str,
        payload: object,
        *,
        now: datetime = NOON,
        why: str = "forty beds",
        by: Viewer | int | None = None,
    ) -> Proposal:
        who = by if isinstance(by, Viewer) else viewer(by or self.maker, now=now)
        made = propose(kind=kind, payload=payload, why=why, by=who, now=now)
        return self.seen(made)

    def seen(self, proposal_id: UUID) -> Proposal:
        whole = Scope(area_ids=frozenset({self.ids["NDVN"]}))
        return proposals.get(proposal_id=proposal_id, scope=whole)

    def decided(
        self,
        held: Proposal,
        *,
        by: Viewer | int | None = None,
        approve: bool = True,
        seen_hash: str = "",
        why: str = "seen the beds",
        now: datetime = NOON + HOUR,
    ) -> Proposal:
        who = by if isinstance(by, Viewer) else viewer(by or self.checker, now=now)
        return decide(
            proposal_id=held.proposal_id,
            approve=approve,
            seen_hash=seen_hash or held.hash,
            why=why,
            by=who,
            now=now,
            real_now=now,
        ).proposal

    def refusal(self, held: Proposal, **decision: object) -> Refusal:
        """Why a decision is refused; the proposal stays as it was."""
        with pytest.raises(MayNotDecide) as refused:
            self.decided(held, **decision)
        assert self.seen(held.proposal_id) == held
        return refused.value.refusal

    def is_protected(self, home: Home | None = None, now: datetime = NOON + HOUR) -> bool:
        number = (home or self.chanda).connection_id
        return number in connections.protections_on(connection_ids=[number], now=now)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def records(object_kind: str, object_id: object) -> list[dict[str, object]]:
    """The audit records of one object, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload from people_auditrecord"
            " where object_kind = %s and object_id = %s order by seq",
            [object_kind, str(object_id)],
        )
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


def change_contact(staff_id: int, **contact: str) -> None:
    with connection.cursor() as cursor:
        for column, value in contact.items():
            cursor.execute(
                f"update people_staff set {column} = %s where id = %s", [value, staff_id]
            )


def move_chanda(office: Office, code: str) -> None:
    """The connection hangs on another transformer from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_connection set transformer_id = %s where id = %s",
            [office.ids[code], office.chanda.connection_id],
        )


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


# The other kinds


def test_the_end_of_a_protection_holds_after_24_hours(office: Office) -> None:
    office.decided(office.proposed())
    number = office.chanda.connection_id
    at = NOON + 2 * HOUR
    (one,) = connections.protections_on(connection_ids=[number], now=at)[number]
    payload = unprotect_payload(connection_id=number, protection_id=one.protection_id)
    held = office.propose(UNPROTECT, payload, now=at)
    assert office.decided(held, now=at).state is State.APPROVED
    assert office.is_protected(now=at + timedelta(hours=24, microseconds=-1))
    assert not office.is_protected(now=at + timedelta(hours=24))
    with pytest.raises(NotProposable):
        office.propose(UNPROTECT, payload, now=at + HOUR)


def test_a_protection_of_another_connection_is_not_ended(office: Office) -> None:
    office.decided(office.proposed())
    number = office.chanda.connection_id
    (one,) = connections.protections_on(connection_ids=[number], now=NOON + HOUR)[number]
    payload = unprotect_payload(
        connection_id=office.dev.connection_id, protection_id=one.protection_id
    )
    with pytest.raises(NotProposable):
        office.propose(UNPROTECT, payload, now=NOON + 2 * HOUR)


def test_a_new_name_of_a_division_is_proposed_and_approved(office: Office) -> None:
    change = GridChange(
        kind=ChangeKind.RENAME,
        node_id=office.division,
        from_day=date(2026, 4, 7),
        why="the gazette",
        name_en="Purvanchal Division",
        name_hi="पूर्वांचल खंड",
    )
    held = office.propose(CHANGE_GRID, grid_payload(change=change))
    assert office.decided(held).state is State.APPROVED
    node = grid.node_on(node_id=office.division, day=date(2026, 4, 7))
    assert node.name_en == "Purvanchal Division"
    renamed = records("node", office.division)[-1]
    assert renamed["proposal_id"] == str(held.proposal_id)
    assert renamed["approved_by_id"] == office.checker


def test_a_change_of_the_grid_over_another_change_is_void(office: Office) -> None:
    def renamed(name: str) -> GridChange:
        return GridChange(
            kind=ChangeKind.RENAME,
            node_id=office.ids["SD1"],
            from_day=date(2026, 4, 7),
            name_en=name,
            name_hi=name,
        )

    held = office.propose(CHANGE_GRID, grid_payload(change=renamed("One")))
    grid.change(change=renamed("Two"), by=SYSTEM, now=NOON)
    assert office.decided(held).void_because is Refusal.FACTS_CHANGED


def test_an_account_is_recovered_by_two_and_the_code_is_shown_once(office) -> None:
    head = office.ids["NDVN"]
    administrator = add_staff("admin", (Role.ADMINISTRATOR, head), now=NOON)
    director = add_staff("director", (Role.DIRECTOR, head), now=NOON)
    held = office.propose(
        RECOVER_STAFF, recovery_payload(staff_id=office.maker), by=administrator
    )
    done = decide(
        proposal_id=held.proposal_id,
        approve=True,
        seen_hash=held.hash,
        why="I know the voice",
        by=viewer(director, now=NOON + HOUR),
        now=NOON + HOUR,
        real_now=NOON + HOUR,
    )
    assert done.proposal.state is State.APPROVED
    assert done.shown_once
    with connection.cursor() as cursor:
        cursor.execute("select payload::text || facts::text from proposals_proposal")
        assert all(done.shown_once not in text for (text,) in cursor.fetchall())


def test_nobody_recovers_themselves(office: Office) -> None:
    administrator = add_staff("admin", (Role.ADMINISTRATOR, office.ids["NDVN"]), now=NOON)
    with pytest.raises(NotProposable):
        office.propose(
            RECOVER_STAFF, recovery_payload(staff_id=administrator), by=administrator
        )


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
