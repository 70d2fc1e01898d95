"""Proposals: made by one person, decided by another; other systems only read them."""

from __future__ import annotations

from typing import Literal, TypeAlias, cast
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, JsonValue

from bijlighar.clock import clock
from bijlighar.connections.values import ProtectionKind
from bijlighar.flow import decide_proposal, propose
from bijlighar.flow.proposal_kinds import decider
from bijlighar.flow.protect_connection import PROTECT, protect_payload
from bijlighar.flow.recover_staff import KIND as RECOVERY
from bijlighar.people.values import Right
from bijlighar.proposals import service as held_proposals
from bijlighar.proposals.values import Asked, Listed, Refusal, State
from bijlighar.proposals.values import Proposal as Held
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.connections import one
from bijlighar.web.api.cursors import USUAL_ROWS, Cursor, Limit, Page
from bijlighar.web.api.errors import ApiError
from bijlighar.web.api.operation import reads, writes
from bijlighar.web.api.words import Digest, Why

Json: TypeAlias = dict[str, JsonValue]
OUT_OF_DATE = frozenset({Refusal.NOT_OPEN, Refusal.NOT_WHAT_WAS_SHOWN})


class NewProtection(Schema):
    """That a connection shall not be disconnected any more."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["protect_connection"]
    consumer_number: str = Field(pattern="^[0-9A-Z]{6,16}$")
    protection: ProtectionKind
    why: Why


class Decision(Schema):
    """Yes or no, to what was seen."""

    model_config = ConfigDict(extra="forbid")

    approve: bool
    seen_hash: Digest
    why: Why


@reads("/proposals", right=Right.SEE_PROPOSALS, answer=schemas.Proposals, tag="proposals")
def proposals(
    request: DeskRequest,
    state: State | None = None,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.Proposals:
    """What was proposed in your areas, the oldest first."""
    page: Page[Listed] = Page(cursor=cursor, limit=limit, of=("proposals", state))
    offset = page.number or 0
    found = held_proposals.list_(
        asked=Asked(
            state=state.value if state else "",
            column="made_at",
            is_downwards=False,
            offset=offset,
            limit=page.ask_for,
        ),
        decider=decider(request.viewer),
        scope=request.reach,
        now=clock.now(),
    )
    shown, following = page.cut(found, key=lambda _: offset + limit)
    return schemas.Proposals(
        proposals=[_proposal(row.proposal) for row in shown], next_cursor=following
    )


@reads(
    "/proposals/{uuid:proposal_id}",
    right=Right.SEE_PROPOSALS,
    answer=schemas.Proposal,
    tag="proposals",
)
def proposal(request: DeskRequest, proposal_id: UUID) -> schemas.Proposal:
    """One proposal."""
    return _proposal(held_proposals.get(proposal_id=proposal_id, scope=request.reach))


@writes(
    "/proposals",
    right=Right.PROPOSE_PROTECTION,
    people_only=True,
    answer=schemas.Proposal,
    tag="proposals",
    status=201,
)
def propose_protection(request: DeskRequest, wanted: NewProtection) -> schemas.Proposal:
    """Propose that a connection is protected; somebody else decides."""
    known = one(request, wanted.consumer_number)
    proposal_id = propose.propose(
        kind=PROTECT,
        payload=protect_payload(connection_id=known.connection_id, kind=wanted.protection),
        why=wanted.why,
        by=request.viewer,
        now=clock.now(),
    )
    return _proposal(
        held_proposals.get(
            proposal_id=proposal_id, scope=request.viewer.scope(Right.SEE_PROPOSALS)
        )
    )


@writes(
    "/proposals/{uuid:proposal_id}/decision",
    right=Right.SEE_PROPOSALS,
    people_only=True,
    fresh=True,
    answer=schemas.Proposal,
    tag="proposals",
)
def decide(request: DeskRequest, proposal_id: UUID, decision: Decision) -> schemas.Proposal:
    """Approve or refuse what somebody else proposed; it is then as the answer says.

    The answer may be that it has run out or become void: look at `state`.
    """
    held = held_proposals.get(proposal_id=proposal_id, scope=request.reach)
    if held.kind == RECOVERY.name:
        raise ApiError(
            422, "decide_at_the_desk", "Its approval shows a code, which is for eyes only."
        )
    try:
        decided = decide_proposal.decide(
            proposal_id=proposal_id,
            approve=decision.approve,
            seen_hash=decision.seen_hash,
            why=decision.why,
            by=request.viewer,
            now=clock.now(),
            real_now=clock.real_now(),
        )
    except decide_proposal.MayNotDecide as error:
        status = 409 if error.refusal in OUT_OF_DATE else 403
        raise ApiError(status, "may_not_decide", str(error)) from error
    return _proposal(decided.proposal)


def _proposal(held: Held) -> schemas.Proposal:
    return schemas.Proposal(
        proposal_id=held.proposal_id,
        kind=held.kind,
        area_id=held.place_id,
        subject_kind=held.subject_kind,
        subject_id=held.subject_id,
        payload=cast(Json, held.payload),
        facts=cast(Json, held.facts),
        hash=held.hash,
        why=held.why,
        made_by=held.made_by,
        made_by_name=held.made_name,
        made_at=held.made_at,
        expires_at=held.expires_at,
        state=held.state.value,
        decided_by=held.decided_by,
        decided_by_name=held.decided_name,
        decided_at=held.decided_at,
        decided_why=held.decided_why,
        void_because=held.void_because.value if held.void_because else None,
    )
