"""Proposals, made by one person and decided by another: the verbs and questions.

Who may propose and approve what, and what an approval does, is the table of kinds in
`flow`; here is what all kinds have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import statement
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, ActorKind, Change, Scope, Viewer
from bijlighar.proposals import rules, states
from bijlighar.proposals.models import Proposal as Row
from bijlighar.proposals.states import NotOpen as NotOpen
from bijlighar.proposals.states import ProposalEvent
from bijlighar.proposals.values import (
    Asked,
    Circumstances,
    Decider,
    Grounds,
    Listed,
    NewProposal,
    Proposal,
    Refusal,
    State,
)

MOST_AT_ONCE = 500
"""So many run out in one call of `expire_due`."""
MOST_OPEN = 10_000
LONGEST_WHY = 1_000

ORDERS = {
    "made_at": "proposal.made_at",
    "expires_at": "proposal.expires_at",
    "kind": "proposal.kind",
    "state": "proposal.state",
    "maker": "proposal.made_name",
}
"""What the list may be sorted by."""

_EVENTS = {
    State.APPROVED: ProposalEvent.APPROVED,
    State.REFUSED: ProposalEvent.REFUSED,
    State.WITHDRAWN: ProposalEvent.WITHDRAWN,
    State.EXPIRED: ProposalEvent.RAN_OUT,
    State.VOID: ProposalEvent.MADE_VOID,
}


class UnknownProposal(BijligharError):
    """There is no such proposal, or it is outside the area."""


class AlreadyProposed(BijligharError):
    """Exactly this is proposed already and waits for a decision."""


class NoReason(BijligharError):
    """Say why, in at most a thousand characters."""


class NotYours(BijligharError):
    """Only who made a proposal can withdraw it."""


# Verbs


def open_(*, new: NewProposal, by: Viewer, now: datetime) -> UUID:
    """Freeze a proposal; its id. Raises NoReason, NotJson or AlreadyProposed.

    The caller has looked whether this person may propose it.
    """
    assert by.kind is ActorKind.STAFF, "a proposal is a person's"
    why = reason(new.why)
    content = rules.content_hash(
        kind=new.kind, place_id=new.place_id, payload=new.payload, facts=new.facts
    )
    proposal_id = uuid4()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Row.objects.create(
                    id=proposal_id,
                    kind=new.kind,
                    place_id=new.place_id,
                    subject_kind=new.subject_kind,
                    subject_id=new.subject_id,
                    payload=new.payload,
                    facts=new.facts,
                    hash=content,
                    why=why,
                    made_by=by.actor_id,
                    made_name=by.name,
                    made_at=now,
                    expires_at=new.expires_at,
                )
        except IntegrityError as error:
            if "the_same_is_proposed_once_at_a_time" not in str(error):
                raise
            raise AlreadyProposed(
                "Exactly this is proposed already and waits for a decision."
            ) from error
        made = _proposal(row)
        told = {
            "state": made.state.value,
            "kind": made.kind,
            "hash": made.hash,
            "subject": f"{made.subject_kind} {made.subject_id}",
            "expires_at": made.expires_at.isoformat(),
            "payload": made.payload,
        }
        people.record(change=_change("made", made, None, told, why), by=by, now=now)
    return proposal_id


def decide(
    *,
    proposal: Proposal,
    state: State,
    why: str,
    by: Viewer,
    now: datetime,
    void_because: Refusal | None = None,
) -> Proposal:
    """Close an open proposal, compare and set. Raises NotOpen where another was quicker.

    Who may, the caller has asked `rules.may_decide` by `refusal`. What the product itself
    closes (run out, void) has nobody's name on it.
    """
    states.after(state=State.OPEN, event=_EVENTS[state])
    is_by_somebody = by.kind is ActorKind.STAFF and state not in (State.VOID, State.EXPIRED)
    with transaction.atomic():
        closed = Row.objects.filter(pk=proposal.proposal_id, state=State.OPEN.value).update(
            state=state.value,
            decided_by=by.actor_id if is_by_somebody else None,
            decided_name=by.name if is_by_somebody else "",
            decided_at=now,
            decided_why=why,
            void_because=void_because.value if void_because else "",
        )
        if not closed:
            raise NotOpen("This proposal has been decided already: nothing was changed.")
        decided = _proposal(Row.objects.get(pk=proposal.proposal_id))
        told: dict[str, object] = {"state": state.value, "hash": decided.hash}
        if void_because is not None:
            told["void_because"] = void_because.value
        people.record(
            change=_change(state.value, decided, {"state": "open"}, told, why),
            by=by,
            now=now,
        )
    return decided


def withdraw(
    *, proposal_id: UUID, why: str, by: Viewer, scope: Scope, now: datetime
) -> Proposal:
    """Take one's own proposal back. Raises UnknownProposal, NotYours, NotOpen."""
    with transaction.atomic():
        held = locked(proposal_id=proposal_id, scope=scope)
        if by.kind is not ActorKind.STAFF or held.made_by != by.actor_id:
            raise NotYours("Only who made a proposal can withdraw it.")
        return decide(proposal=held, state=State.WITHDRAWN, why=why.strip(), by=by, now=now)


def expire_due(*, now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Close what has run out; how many. Others that hold a proposal are not waited for."""
    with transaction.atomic():
        due = (
            Row.objects.select_for_update(skip_locked=True)
            .filter(state=State.OPEN.value, expires_at__lte=now)
            .order_by("expires_at", "pk")[:limit]
        )
        late = [_proposal(row) for row in due]
        for one in late:
            decide(proposal=one, state=State.EXPIRED, why="", by=SYSTEM, now=now)
    return len(late)


# Questions


def get(*, proposal_id: UUID, scope: Scope) -> Proposal:
    """One proposal of these areas. Raises UnknownProposal."""
    found = list(
        Row.objects.raw(
            statement("bijlighar.proposals", "one"),
            {"id": proposal_id, "areas": scope.areas},
        )
    )
    if not found:
        raise UnknownProposal("There is no such proposal in your area.")
    return _proposal(found[0])


def locked(*, proposal_id: UUID, scope: Scope) -> Proposal:
    """The same, and nobody else decides on it until the transaction ends."""
    get(proposal_id=proposal_id, scope=scope)
    return _proposal(Row.objects.select_for_update().get(pk=proposal_id))


def open_ids() -> tuple[UUID, ...]:
    """Proposals that wait for a decision, the oldest first, for the product itself."""
    found = Row.objects.filter(state=State.OPEN.value).order_by("made_at", "pk")
    return tuple(found.values_list("pk", flat=True)[:MOST_OPEN])


def locked_if_open(*, proposal_id: UUID) -> Proposal | None:
    """An open proposal, held still; None where it is decided or somebody else holds it."""
    row = (
        Row.objects.select_for_update(skip_locked=True)
        .filter(pk=proposal_id, state=State.OPEN.value)
        .first()
    )
    return None if row is None else _proposal(row)


def list_(
    *, asked: Asked, decider: Decider, scope: Scope, now: datetime
) -> tuple[Listed, ...]:
    """The proposals of these areas that are asked for, one page."""
    order = ORDERS[asked.column]
    way = "desc" if asked.is_downwards else "asc"
    text = statement("bijlighar.proposals", "list").replace(
        "{order}", f"{order} {way}, proposal.id {way}"
    )
    pairs = [
        (kind, area)
        for kind, areas in sorted(decider.areas_by_kind.items())
        for area in sorted(areas)
    ]
    found = Row.objects.raw(
        text,
        {
            "viewer": decider.staff_id,
            "kinds": [kind for kind, _ in pairs],
            "approving": [area for _, area in pairs],
            "areas": scope.areas,
            "show": asked.show,
            "kind": asked.kind,
            "state": asked.state,
            "maker": asked.maker,
            "subject_kind": asked.subject_kind,
            "subject_id": asked.subject_id,
            "limit": asked.limit,
            "offset": asked.offset,
            "now": now,
        },
    )
    return tuple(
        Listed(may_decide=row.may_decide, proposal=_proposal(row)) for row in found
    )


def refusal(
    *, proposal: Proposal, circumstances: Circumstances, now: datetime
) -> Refusal | None:
    """Why this person may not decide on this proposal now; None where they may."""
    return rules.may_decide(proposal=proposal, circumstances=circumstances, now=now)


def overtaken(*, proposal: Proposal, grounds: Grounds, now: datetime) -> Refusal | None:
    """Why nobody may decide on an open proposal any more; None where somebody may."""
    return rules.overtaken(proposal=proposal, grounds=grounds, now=now)


def makes_void(because: Refusal) -> bool:
    """Whether nobody may decide any more where this is the reason."""
    return because in rules.VOIDS


def reason(why: str) -> str:
    """Somebody's reason without blanks around it. Raises NoReason where there is none."""
    told = why.strip()
    if not told or len(told) > LONGEST_WHY or "\0" in told:
        raise NoReason("Say why, in at most a thousand characters.")
    return told


def _change(
    verb: str,
    held: Proposal,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    why: str,
) -> Change:
    return Change(
        action=f"proposals.proposal.{verb}",
        object_kind="proposal",
        object_id=str(held.proposal_id),
        place_id=held.place_id,
        before=before,
        after=after,
        why=why,
        proposal_id=str(held.proposal_id),
    )


def _proposal(row: Row) -> Proposal:
    return Proposal(
        proposal_id=row.pk,
        kind=row.kind,
        place_id=row.place_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        payload=row.payload,
        facts=row.facts,
        hash=row.hash,
        why=row.why,
        made_by=row.made_by,
        made_name=row.made_name,
        made_at=row.made_at,
        expires_at=row.expires_at,
        state=State(row.state),
        decided_by=row.decided_by,
        decided_name=row.decided_name,
        decided_at=row.decided_at,
        decided_why=row.decided_why,
        void_because=Refusal(row.void_because) if row.void_because else None,
    )
