"""Kinds of proposals: the end of a protection, changes of the grid, recoveries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.flow.change_grid import CHANGE_GRID, grid_payload
from bijlighar.flow.decide_proposal import decide
from bijlighar.flow.proposal_kind import NotProposable
from bijlighar.flow.protect_connection import (
    UNPROTECT,
    unprotect_payload,
)
from bijlighar.flow.recover_staff import RECOVER_STAFF, recovery_payload
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange
from bijlighar.people.values import SYSTEM, Role
from bijlighar.proposals.values import Refusal, State
from tests.flow.proposing import HOUR, NOON, Office, records
from tests.signing_in import add_staff, viewer


@pytest.fixture
def office(db: None) -> Office:
    return Office()


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
