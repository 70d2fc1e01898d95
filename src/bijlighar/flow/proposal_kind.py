"""What a kind of proposal is: who makes it, who approves it, what it rests on and does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bijlighar.kernel.errors import BijligharError
from bijlighar.people.values import Change, Right, Viewer
from bijlighar.proposals.values import Json, Proposal

Payload: TypeAlias = Mapping[str, Json]
A_WEEK = timedelta(days=7)


class NotProposable(BijligharError):
    """This cannot be proposed; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the comparison: what it is about, how it is, how it would be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A proposal for people, in the reader's language."""

    sentence: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What an application gets: the proposal, and who has just approved it."""

    proposal: Proposal
    by: Viewer
    now: datetime
    real_now: datetime
    """For codes and sign-ins: a demo's clock runs faster than the people at its desk."""

    @property
    def approved_by(self) -> str:
        """Name and number of the approver, as audit records keep it."""
        return f"{self.by.name} ({self.by.actor_id})"

    def change(
        self,
        *,
        action: str,
        before: Mapping[str, object] | None,
        after: Mapping[str, object],
    ) -> Change:
        """An audit record of what was done to the subject: actor, approver and maker."""
        held = self.proposal
        return Change(
            action=action,
            object_kind=held.subject_kind,
            object_id=held.subject_id,
            place_id=held.place_id,
            before=before,
            after={
                **after,
                "proposed_by": held.made_name,
                "proposed_by_id": held.made_by,
            },
            why=held.why,
            approved_by=self.approved_by,
            approved_by_id=self.by.actor_id,
            proposal_id=str(held.proposal_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an application leaves to be done."""

    changes: tuple[Change, ...] = ()
    """Audit records still to be written, last in the transaction."""
    shown_once: str = ""
    """A code for the approver's eyes, kept nowhere: it is told on with the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One line of the table of kinds.

    Everything but `words` is called as the system, inside the caller's transaction, and
    raises a BijligharError where what the payload names is not there (any more).
    """

    name: str
    title: Promise | str
    making: Right
    approving: Right
    subject: Callable[[Payload], tuple[str, str]]
    """Kind and id of what it is about, as the audit trail names it."""
    place: Callable[[Payload], int]
    """The grid node in whose area both rights are needed, by today's tree."""
    check: Callable[[Payload, Viewer, datetime], None]
    """Raises what an application now would raise, in words for who proposes."""
    facts: Callable[[Payload, datetime], Mapping[str, Json]]
    """What it rests on; void as soon as this is different."""
    apply: Callable[[Approved], Applied]
    """Does it."""
    words: Callable[[Payload, Mapping[str, Json]], Words]
    """Sentence and comparison from what is frozen, which must never raise."""
    hold: Callable[[Payload], object]
    """Locks what an application would change, in the order of decision 18, before facts are
    looked at for a decision: what was found is then still so when it is carried out."""
    expires_after: timedelta = A_WEEK


def whole_number(payload: Payload, name: str) -> int:
    """A number that a payload holds. Raises NotProposable."""
    number = payload.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotProposable(_("This proposal names nothing: propose it anew."))
    return number


def insist_on(payload: Payload, *names: str) -> None:
    """Nothing is frozen that nobody looked at. Raises NotProposable."""
    if set(payload) != set(names):
        raise NotProposable(_("This proposal names nothing: propose it anew."))
