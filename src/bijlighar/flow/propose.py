"""Somebody proposes what somebody else shall decide: frozen, with what it rests on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bijlighar.flow.proposal_kind import NotProposable, Payload
from bijlighar.flow.proposal_kinds import KINDS
from bijlighar.grid import service as grid
from bijlighar.people import service as people
from bijlighar.people.values import ActorKind, Viewer
from bijlighar.proposals import service as proposals
from bijlighar.proposals.values import NewProposal


class MayNotPropose(NotProposable):
    """This person may not propose this there."""


def propose(*, kind: str, payload: Payload, why: str, by: Viewer, now: datetime) -> UUID:
    """Freeze a proposal of a kind of the table; its id. Joins the caller's transaction.

    Raises NotProposable where it could not be carried out or names nothing, MayNotPropose
    without the making right over its place, NoReason and AlreadyProposed.
    """
    wanted = KINDS.get(kind)
    if wanted is None:
        raise NotProposable(_("There is no such kind of proposal."))
    if by.kind is not ActorKind.STAFF:
        raise MayNotPropose(_("Only people propose: sign in at the desk."))
    # Whether it may be proposed is decided here, by the right; a picked area must not
    # hide a part of what the proposal rests on.
    with people.as_the_system(), transaction.atomic():
        place_id = wanted.place(payload)
        if not grid.is_within(scope=by.scope(wanted.making), node_id=place_id):
            raise MayNotPropose(_("You have no right to propose this there."))
        wanted.check(payload, by, now)
        subject_kind, subject_id = wanted.subject(payload)
        return proposals.open_(
            new=NewProposal(
                kind=kind,
                place_id=place_id,
                subject_kind=subject_kind,
                subject_id=subject_id,
                payload=payload,
                facts=wanted.facts(payload, now),
                why=why,
                expires_at=now + wanted.expires_after,
            ),
            by=by,
            now=now,
        )
