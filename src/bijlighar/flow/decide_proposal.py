"""Somebody else decides: looked at once more, then carried out with the decision or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bijlighar.flow.proposal_kind import Approved
from bijlighar.flow.proposal_kinds import KINDS
from bijlighar.grid import service as grid
from bijlighar.kernel.errors import BijligharError
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, ActorKind, Right, Scope, Viewer
from bijlighar.proposals import service as proposals
from bijlighar.proposals.values import Circumstances, Grounds, Proposal, Refusal, State

NOWHERE = Scope(area_ids=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of a decision."""

    proposal: Proposal
    """As it is now: approved, refused, or expired or void where the last look said so."""
    shown_once: str = ""
    """A code for the approver's eyes, where the application made one."""


class MayNotDecide(BijligharError):
    """This person may not decide on this proposal now; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"The proposal is not yours to decide: {refusal.value}.")
        self.refusal = refusal


def decide(
    *,
    proposal_id: UUID,
    approve: bool,
    seen_hash: str,
    why: str,
    by: Viewer,
    now: datetime,
    real_now: datetime,
) -> Decided:
    """Approve or refuse; the proposal as it is then. Joins the caller's transaction.

    What is approved is carried out at once, in the same transaction: both or neither.
    The answer is expired or void where that is what the last look found. Raises
    UnknownProposal, NoReason, MayNotDecide, or what the application raises: the proposal
    is then as it was.
    """
    with transaction.atomic():
        held = proposals.locked(
            proposal_id=proposal_id, scope=by.scope(Right.SEE_PROPOSALS)
        )
        with people.as_the_system(), transaction.atomic():
            refusal = proposals.refusal(
                proposal=held,
                circumstances=_circumstances(held, seen_hash, by, now, holding=True),
                now=now,
            )
            if refusal is not None:
                return Decided(proposal=_not_decided(held, refusal, by, now))
            told = proposals.reason(why)
            if not approve:
                refused = proposals.decide(
                    proposal=held, state=State.REFUSED, why=told, by=by, now=now
                )
                return Decided(proposal=refused)
            return _carried_out(
                Approved(proposal=held, by=by, now=now, real_now=real_now), told
            )


def why_not(
    *, proposal: Proposal, seen_hash: str, by: Viewer, now: datetime
) -> Refusal | None:
    """What `decide` would answer now, for a page that offers it; nothing is changed."""
    with people.as_the_system():
        return proposals.refusal(
            proposal=proposal,
            circumstances=_circumstances(proposal, seen_hash, by, now, holding=False),
            now=now,
        )


def close_overtaken(*, now: datetime) -> int:
    """Close every open proposal that has run out or is void by now; how many.

    Each in a transaction of its own. Decisions ask the same again: this only keeps the
    list of what waits for a decision true.
    """
    return sum(_closed(proposal_id, now) for proposal_id in proposals.open_ids())


def _closed(proposal_id: UUID, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        held = proposals.locked_if_open(proposal_id=proposal_id)
        if held is None:
            return False
        refusal = proposals.overtaken(
            proposal=held, grounds=_grounds(held, now, holding=False), now=now
        )
        if refusal is not None:
            _not_decided(held, refusal, SYSTEM, now)
        return refusal is not None


def _carried_out(approved: Approved, why: str) -> Decided:
    """Do it, then write it down: the audit trail's head is locked last and shortest."""
    held, by, now = approved.proposal, approved.by, approved.now
    done = KINDS[held.kind].apply(approved)
    decided = proposals.decide(proposal=held, state=State.APPROVED, why=why, by=by, now=now)
    for change in done.changes:
        people.record(change=change, by=by, now=now)
    return Decided(proposal=decided, shown_once=done.shown_once)


def _not_decided(held: Proposal, refusal: Refusal, by: Viewer, now: datetime) -> Proposal:
    """Close what nobody may decide any more; raise where only this person may not."""
    if refusal is Refusal.EXPIRED:
        return proposals.decide(proposal=held, state=State.EXPIRED, why="", by=by, now=now)
    if proposals.makes_void(refusal):
        return proposals.decide(
            proposal=held,
            state=State.VOID,
            why="",
            by=by,
            now=now,
            void_because=refusal,
        )
    raise MayNotDecide(refusal)


def _circumstances(
    held: Proposal, seen_hash: str, by: Viewer, now: datetime, *, holding: bool
) -> Circumstances:
    """All that one person's decision rests on, asked anew: rights, facts, persons."""
    kind = KINDS[held.kind]
    grounds = _grounds(held, now, holding=holding)
    is_a_person = by.kind is ActorKind.STAFF
    where = held.place_id if grounds.place_id is None else grounds.place_id
    return Circumstances(
        checker_id=by.actor_id,
        checker_is_a_person=is_a_person,
        is_same_person=is_a_person
        and people.is_one_person(staff_ids=(held.made_by, by.actor_id)),
        checker_may=is_a_person
        and grid.is_within(
            scope=_scope_now(by.actor_id, kind.approving, now), node_id=where
        ),
        seen_hash=seen_hash,
        grounds=grounds,
    )


def _grounds(held: Proposal, now: datetime, *, holding: bool) -> Grounds:
    """What the proposal stands on today; `holding`: and will until the transaction ends."""
    kind = KINDS[held.kind]
    try:
        if holding:
            kind.hold(held.payload)
        place_id, facts = kind.place(held.payload), kind.facts(held.payload, now)
    except BijligharError:
        place_id, facts = None, None
    return Grounds(
        maker_may=grid.is_within(
            scope=_scope_now(held.made_by, kind.making, now),
            node_id=held.place_id if place_id is None else place_id,
        ),
        place_id=place_id,
        facts=facts,
    )


def _scope_now(staff_id: int, right: Right, now: datetime) -> Scope:
    """Where somebody has a right at this moment; nowhere where the account is closed."""
    try:
        return people.viewer_of(staff_id=staff_id, origin=SYSTEM.origin, now=now).scope(
            right
        )
    except people.UnknownStaff:
        return NOWHERE
