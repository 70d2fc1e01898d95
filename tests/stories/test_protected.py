"""Chanda is a hospital: two people say so, and from then on nobody puts out her light."""

from __future__ import annotations

from uuid import UUID

import pytest

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, ProtectionKind
from bijlighar.flow.decide_proposal import decide
from bijlighar.flow.proposal_kind import Payload
from bijlighar.flow.propose import propose
from bijlighar.flow.protect_connection import (
    PROTECT,
    UNPROTECT,
    protect_payload,
    unprotect_payload,
)
from bijlighar.people.values import Right, Role
from bijlighar.proposals import service as proposals
from bijlighar.proposals.values import State
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, viewer
from tests.stories.world import World


class TwoPeople:
    """An engineer and an approver of the whole discom."""

    def __init__(self, world: World) -> None:
        self.world = world
        whole = grid_of_cast()["NDVN"]
        # A hospital uses more than the town's wallets open with.
        self.chanda = world.home(2)
        world.recharge(self.chanda, 5_000)
        self.maker = add_staff("maker", (Role.CHIEF_ENGINEER, whole), now=world.now)
        self.checker = add_staff("checker", (Role.APPROVER, whole), now=world.now)

    def propose(self, kind: str, payload: Payload) -> UUID:
        return propose(
            kind=kind,
            payload=payload,
            why="forty beds and an operating theatre",
            by=viewer(self.maker, now=self.world.now),
            now=self.world.now,
        )

    def approve(self, proposal_id: UUID) -> None:
        by = viewer(self.checker, now=self.world.now)
        held = proposals.get(proposal_id=proposal_id, scope=by.scope(Right.SEE_PROPOSALS))
        done = decide(
            proposal_id=proposal_id,
            approve=True,
            seen_hash=held.hash,
            why="visited",
            by=by,
            now=self.world.now,
            real_now=self.world.now,
        )
        assert done.proposal.state is State.APPROVED
        self.world.work()

    def protect(self, home: Home) -> None:
        self.approve(self.propose(PROTECT, hospital(home)))


def hospital(home: Home) -> Payload:
    return protect_payload(connection_id=home.connection_id, kind=ProtectionKind.HOSPITAL)


@pytest.fixture
def two(world: World) -> TwoPeople:
    return TwoPeople(world)


def test_a_protected_hospital_is_warned_and_never_cut(world: World, two) -> None:
    """
    2026-04-08  protected by two people
    2026-04-09  the money is gone          told: low balance
    2026-04-13  the credit would be over   lit, and nothing is queued
    """
    chanda = two.chanda
    world.at("2026-04-08", "11:00")
    two.protect(chanda)
    world.use_up(chanda)
    assert "low_balance" in world.told(chanda)
    for clock in ("08:00", "10:00", "17:00"):
        world.at("2026-04-13", clock)
        world.review()
        world.send_commands()
    assert world.supply(chanda) == "on"
    assert world.relay_is_closed(chanda)
    assert "disconnected" not in world.told(chanda)


def test_a_disconnection_that_waits_is_taken_back_when_the_hospital_is_protected(
    world: World, two
) -> None:
    """
    2026-04-13  10:00  the disconnection is queued
    2026-04-13  10:01  two people protect the hospital: it is taken back
    """
    chanda = two.chanda
    world.use_up(chanda)
    world.at("2026-04-13", "10:00")
    world.review()
    assert world.supply(chanda) == "disconnecting"
    world.at("2026-04-13", "10:01")
    two.protect(chanda)
    assert world.supply(chanda) == "on"
    world.send_commands()
    assert world.relay_is_closed(chanda)
    assert "disconnected" not in world.told(chanda)


def test_a_disconnection_on_its_way_is_turned_round(world: World, two) -> None:
    """
    2026-04-13  10:00  a head-end claims the command and dies over it
    2026-04-13  10:01  protected: nobody knows what the relay is
    2026-04-13  later  the next head-end leaves it closed
    """
    chanda = two.chanda
    world.use_up(chanda)
    world.at("2026-04-13", "10:00")
    world.review()
    world.die_over_commands()
    world.at("2026-04-13", "10:01")
    two.protect(chanda)
    world.send_commands()
    world.review()
    world.send_commands()
    assert world.supply(chanda) == "on"
    assert world.relay_is_closed(chanda)


def test_a_dark_hospital_is_lit_by_its_protection_without_money(world, two) -> None:
    """
    2026-04-13  10:00  cut
    2026-04-13  22:00  two people protect the hospital: lit at night, without a rupee
    """
    chanda = two.chanda
    world.darken(chanda)
    world.at("2026-04-13", "22:00")
    two.protect(chanda)
    assert world.supply(chanda) == "reconnecting"
    world.send_commands()
    assert world.supply(chanda) == "on"
    assert world.relay_is_closed(chanda)
    assert world.balance_paise(chanda) < 0
    assert world.told(chanda)[-1] == "reconnected"


def test_a_protection_ends_a_day_after_two_people_said_so(world: World, two) -> None:
    """
    2026-04-13  10:00  the end is approved; still protected on the 14th, 09:59
    2026-04-14  10:00  ended: emergency credit starts, three whole days
    2026-04-18         cut like anybody (the 17th and its credit are over)
    """
    chanda = two.chanda
    world.at("2026-04-08", "11:00")
    two.protect(chanda)
    world.use_up(chanda)
    world.at("2026-04-13", "10:00")
    (held,) = connections.protections_of(connection_id=chanda.connection_id)
    payload = unprotect_payload(
        connection_id=chanda.connection_id, protection_id=held.protection_id
    )
    two.approve(two.propose(UNPROTECT, payload))
    for day, clock in (("2026-04-14", "09:59"), ("2026-04-15", "11:00")):
        world.midnight(day)
        world.at(day, clock)
        world.review()
        assert world.supply(chanda) == "on"
    for day in ("2026-04-16", "2026-04-17", "2026-04-18", "2026-04-20"):
        world.midnight(day)
    world.at("2026-04-20", "11:00")
    world.review()
    assert world.supply(chanda) == "disconnecting"
