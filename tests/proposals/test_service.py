"""Proposals in the database: frozen by PostgreSQL itself, decided once, kept for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings

from bijlighar.kernel.ist import IST
from bijlighar.people.values import Role, Scope
from bijlighar.proposals import rules
from bijlighar.proposals import service as proposals
from bijlighar.proposals.service import UnknownProposal
from bijlighar.proposals.states import NotOpen
from bijlighar.proposals.values import NewProposal, Proposal, State
from tests.cast import grid_of_cast
from tests.proposals.test_rules import JSON
from tests.signing_in import add_staff, viewer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)


class Two:
    """Who makes and who decides, in East Division; what is proposed means nothing."""

    def __init__(self) -> None:
        self.ids = grid_of_cast()
        self.scope = Scope(area_ids=frozenset({self.ids["D1"]}))
        division = self.ids["D1"]
        self.maker = viewer(
            add_staff("maker", (Role.EXECUTIVE_ENGINEER, division), now=NOON), now=NOON
        )
        self.checker = viewer(
            add_staff("checker", (Role.APPROVER, division), now=NOON), now=NOON
        )

    def open(self, **payload: object) -> Proposal:
        made = proposals.open_(
            new=NewProposal(
                kind="protect_connection",
                place_id=self.ids["T1"],
                subject_kind="connection",
                subject_id="1",
                payload=payload,
                facts={"seen": ["one", 2, None, True]},
                why="because",
                expires_at=NOON + timedelta(days=7),
            ),
            by=self.maker,
            now=NOON,
        )
        return proposals.get(proposal_id=made, scope=self.scope)

    def decide(self, held: Proposal, state: State = State.APPROVED) -> Proposal:
        return proposals.decide(
            proposal=held, state=state, why="seen", by=self.checker, now=NOON
        )


@pytest.fixture
def two() -> Two:
    return Two()


def insist_on_refusal(statement: str, said: str) -> None:
    with (
        pytest.raises(IntegrityError, match=said),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("set constraints all immediate")
        cursor.execute(statement)


FROZEN = {
    "id": "gen_random_uuid()",
    "kind": "'unprotect_connection'",
    "place_id": "1",
    "subject_kind": "'node'",
    "subject_id": "'2'",
    "payload": "'{\"connection_id\": 2}'",
    "facts": "'{}'",
    "hash": "repeat('0', 64)",
    "why": "'for money'",
    "made_by": "99",
    "made_name": "'somebody else'",
    "made_at": "made_at - interval '1 day'",
    "expires_at": "expires_at + interval '1 year'",
}


@pytest.mark.parametrize(("column", "value"), FROZEN.items(), ids=FROZEN)
def test_raw_sql_changes_nothing_of_what_is_proposed(two: Two, column, value) -> None:
    two.open(a=1)
    insist_on_refusal(f"update proposals_proposal set {column} = {value}", "frozen")


def test_the_frozen_columns_are_all_but_those_of_the_decision(two: Two) -> None:
    decision = {
        "state",
        "decided_by",
        "decided_name",
        "decided_at",
        "decided_why",
        "void_because",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns"
            " where table_name = 'proposals_proposal'"
        )
        columns = {name for (name,) in cursor.fetchall()}
    assert columns == decision | set(FROZEN)


@pytest.mark.parametrize("state", [one for one in State if one is not State.OPEN])
def test_a_decision_is_not_taken_back_by_raw_sql(two: Two, state: State) -> None:
    held = two.open(a=1)
    if state is State.WITHDRAWN:
        proposals.withdraw(
            proposal_id=held.proposal_id,
            why="",
            by=two.maker,
            scope=two.scope,
            now=NOON,
        )
    else:
        because = proposals.Refusal.FACTS_CHANGED if state is State.VOID else None
        proposals.decide(
            proposal=held,
            state=state,
            why="",
            by=two.checker,
            now=NOON,
            void_because=because,
        )
    insist_on_refusal(
        "update proposals_proposal set state = 'open', decided_at = null,"
        " void_because = '', decided_by = null",
        "frozen",
    )


@pytest.mark.parametrize(
    "statement", ["delete from proposals_proposal", "truncate proposals_proposal"]
)
def test_a_proposal_is_kept(two: Two, statement: str) -> None:
    two.open(a=1)
    insist_on_refusal(statement, "kept")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (
            "state = 'approved', decided_by = made_by, decided_at = now()",
            "nobody_decides_on_their_own_proposal",
        ),
        (
            "state = 'approved', decided_at = now()",
            "nobody_decides_on_their_own_proposal",
        ),
        (
            "state = 'withdrawn', decided_by = 99, decided_at = now()",
            "only_the_maker_withdraws_a_proposal",
        ),
        ("state = 'void', decided_at = now()", "a_void_proposal_says_why"),
        ("void_because = 'own'", "a_void_proposal_says_why"),
        ("state = 'lost', decided_at = now()", "proposal_state_is_known"),
        ("decided_at = now()", "a_proposal_is_open_until_it_is_decided"),
    ],
)
def test_the_database_refuses_a_wrong_decision_by_name(two, change, constraint) -> None:
    two.open(a=1)
    insist_on_refusal(f"update proposals_proposal set {change}", constraint)


def test_a_decision_compares_and_sets(two: Two) -> None:
    held = two.open(a=1)
    two.decide(held, State.REFUSED)
    with pytest.raises(NotOpen):
        two.decide(held)
    found = proposals.get(proposal_id=held.proposal_id, scope=two.scope)
    assert found.state is State.REFUSED


def test_outside_the_areas_there_is_no_proposal(two: Two) -> None:
    held = two.open(a=1)
    for codes in ((), ("D2",), ("T2",)):
        scope = Scope(area_ids=frozenset(two.ids[code] for code in codes))
        with pytest.raises(UnknownProposal):
            proposals.get(proposal_id=held.proposal_id, scope=scope)
    with pytest.raises(UnknownProposal):
        proposals.get(proposal_id=UUID(int=0), scope=two.scope)


def test_nobodys_name_stands_on_what_the_product_closes(two: Two) -> None:
    held = two.open(a=1)
    expired = two.decide(held, State.EXPIRED)
    assert (expired.decided_by, expired.decided_name) == (None, "")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_what_comes_back_from_the_database_has_the_same_hash(two: Two, value) -> None:
    held = two.open(value=value)
    assert rules.hash_of(held) == held.hash
    two.decide(held, State.REFUSED)
