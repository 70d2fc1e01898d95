"""Proposals as their pages show them: names, places and words in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from bijlighar.dashboards.values import BothLanguages
from bijlighar.flow.proposal_kind import Words
from bijlighar.flow.proposal_kinds import KINDS, approving_rights
from bijlighar.grid import service as grid
from bijlighar.people import service as people
from bijlighar.people.values import AuditEntry, AuditQuestion
from bijlighar.proposals.values import Listed, Proposal, Refusal
from bijlighar.web.access import DeskRequest
from bijlighar.web.proposals.words import PERSONAL, REFUSALS, STATES

MOST_RECORDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A proposal in the list, or at the head of its page."""

    held: Proposal
    kind: Promise | str
    state: Promise
    sentence: str
    maker: BothLanguages
    decider: BothLanguages | None
    place: BothLanguages | None
    may_decide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything on the page of one proposal."""

    line: Line
    words: Words
    is_mine: bool
    may_decide: bool
    is_overtaken: bool
    """Nobody can approve any more; a decision will say so and close it."""
    why_not: Promise | str
    """Why the reader may not decide; empty where they may, or where it is no business."""
    void_because: Promise | str
    consumer_number: str
    records: Sequence[AuditEntry]


def lines(found: Sequence[Listed], *, day: date) -> list[Line]:
    """The list's lines."""
    held = [one.proposal for one in found]
    names, places = _names(held), _places(held, day)
    return [_line(one.proposal, one.may_decide, names, places) for one in found]


def page(
    request: DeskRequest, held: Proposal, *, refusal: Refusal | None, day: date
) -> Page:
    """One proposal; `refusal` is why the reader may not decide on it now."""
    viewer = request.viewer
    is_personal = refusal in PERSONAL
    is_told = (
        refusal is not None
        and held.is_open
        and not (is_personal and not any(viewer.may(one) for one in approving_rights()))
    )
    return Page(
        line=_line(held, refusal is None, _names([held]), _places([held], day)),
        words=KINDS[held.kind].words(held.payload, held.facts),
        is_mine=held.made_by == viewer.actor_id,
        may_decide=refusal is None,
        is_overtaken=held.is_open and refusal is not None and not is_personal,
        why_not=REFUSALS[refusal] if refusal is not None and is_told else "",
        void_because=REFUSALS[held.void_because] if held.void_because else "",
        consumer_number=str(held.facts.get("consumer_number", "")),
        records=() if held.is_open else _records(request, held),
    )


def _line(
    held: Proposal,
    may_decide: bool,
    names: Mapping[int, BothLanguages],
    places: Mapping[int, BothLanguages],
) -> Line:
    kind = KINDS[held.kind]
    maker = BothLanguages(en=held.made_name, hi=held.made_name)
    decider = BothLanguages(en=held.decided_name, hi=held.decided_name)
    return Line(
        held=held,
        kind=kind.title,
        state=STATES[held.state],
        sentence=kind.words(held.payload, held.facts).sentence,
        maker=names.get(held.made_by, maker),
        decider=names.get(held.decided_by, decider) if held.decided_by else None,
        place=places.get(held.place_id),
        may_decide=may_decide,
    )


def _names(held: Sequence[Proposal]) -> dict[int, BothLanguages]:
    """Makers and deciders, as they are called today."""
    staff_ids = {one.made_by for one in held} | {
        one.decided_by for one in held if one.decided_by
    }
    found = people.names_of(staff_ids=sorted(staff_ids))
    return {number: BothLanguages(en=en, hi=hi) for number, (en, hi) in found.items()}


def _places(held: Sequence[Proposal], day: date) -> dict[int, BothLanguages]:
    """Offices and parts of the network, as they are called today."""
    roots = sorted({one.place_id for one in held})
    return {
        branch.node.node_id: BothLanguages(en=branch.node.name_en, hi=branch.node.name_hi)
        for branch in grid.tree_on(day=day, roots=roots, deep=0)
    }


def _records(request: DeskRequest, held: Proposal) -> list[AuditEntry]:
    """What the audit trail says of it, and of what it changed, in the order of time."""
    subject = AuditQuestion(object_kind=held.subject_kind, object_id=held.subject_id)
    itself = AuditQuestion(object_kind="proposal", object_id=str(held.proposal_id))
    number = str(held.proposal_id)
    found = [
        entry
        for question in (itself, subject)
        for entry in people.search_audit(
            scope=request.reach, question=question, limit=MOST_RECORDS
        )
        if entry.proposal_id == number
    ]
    return sorted(found, key=lambda entry: entry.seq)
