"""The life of a complaint, as one table."""

from __future__ import annotations

from enum import StrEnum

from bijlighar.complaints.values import State
from bijlighar.kernel.errors import BijligharError


class ComplaintEvent(StrEnum):
    """What can change a complaint's state."""

    STOPPED = "stopped"
    RESUMED = "resumed"
    CLOSED = "closed"
    REOPENED = "reopened"


class NotNow(BijligharError):
    """This cannot happen to a complaint in its present state."""


TRANSITIONS: dict[tuple[State, ComplaintEvent], State] = {
    (State.OPEN, ComplaintEvent.STOPPED): State.WAITING,
    (State.WAITING, ComplaintEvent.RESUMED): State.OPEN,
    (State.OPEN, ComplaintEvent.CLOSED): State.CLOSED,
    (State.WAITING, ComplaintEvent.CLOSED): State.CLOSED,
    (State.CLOSED, ComplaintEvent.REOPENED): State.OPEN,
}


def after(*, state: State, event: ComplaintEvent) -> State:
    """The state after an event. Raises NotNow where the table has no such row."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise NotNow(f"A complaint that is {state} cannot be {event}.") from None
