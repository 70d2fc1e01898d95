"""Everything that may become of a proposal stands in this table.

A proposal is decided once: every way leads out of OPEN and none back.
"""

from __future__ import annotations

from enum import StrEnum

from bijlighar.kernel.errors import BijligharError
from bijlighar.proposals.values import State


class ProposalEvent(StrEnum):
    """What can happen to a proposal."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RAN_OUT = "ran out"
    MADE_VOID = "made void"


class NotOpen(BijligharError):
    """The proposal has been decided, withdrawn or has run out already."""


TRANSITIONS: dict[tuple[State, ProposalEvent], State] = {
    (State.OPEN, ProposalEvent.APPROVED): State.APPROVED,
    (State.OPEN, ProposalEvent.REFUSED): State.REFUSED,
    (State.OPEN, ProposalEvent.WITHDRAWN): State.WITHDRAWN,
    (State.OPEN, ProposalEvent.RAN_OUT): State.EXPIRED,
    (State.OPEN, ProposalEvent.MADE_VOID): State.VOID,
}


def after(*, state: State, event: ProposalEvent) -> State:
    """The state after an event. Raises NotOpen where the table has no such row."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise NotOpen(f"This proposal is {state} already: nothing was changed.") from None
