"""The life of an association, as one table that client and server share.

Everything that moves an association from state to state is in this file. A pair that the
table does not hold is not allowed. A peer that has lost its association may ask anew at
any time; the caller applies an event only after the frame behind it has proved genuine.

Source: IEC 62056-5-3, application association establishment and release.
"""

from __future__ import annotations

from enum import Enum

from bijlighar.dlms.errors import OutOfTurn


class State(Enum):
    """Where an association stands."""

    IDLE = "idle"
    ASSOCIATING = "associating"
    PROVING = "proving"
    ASSOCIATED = "associated"
    RELEASING = "releasing"


class Event(Enum):
    """What happens to an association."""

    ASSOCIATION_ASKED = "association asked"  # AARQ
    ACCEPTED = "accepted"  # AARE, nothing left to prove
    CHALLENGED = "challenged"  # AARE, authentication required
    REFUSED = "refused"  # AARE
    PROVED = "proved"  # both answers to the challenges hold
    DISPROVED = "disproved"
    SERVICE_ASKED = "service asked"  # GET, SET, ACTION
    RELEASE_ASKED = "release asked"  # RLRQ
    RELEASED = "released"  # RLRE


_TABLE: dict[State, dict[Event, State]] = {
    State.IDLE: {
        Event.ASSOCIATION_ASKED: State.ASSOCIATING,
    },
    State.ASSOCIATING: {
        Event.ASSOCIATION_ASKED: State.ASSOCIATING,
        Event.ACCEPTED: State.ASSOCIATED,
        Event.CHALLENGED: State.PROVING,
        Event.REFUSED: State.IDLE,
    },
    State.PROVING: {
        Event.ASSOCIATION_ASKED: State.ASSOCIATING,
        Event.PROVED: State.ASSOCIATED,
        Event.DISPROVED: State.IDLE,
        Event.RELEASE_ASKED: State.RELEASING,
    },
    State.ASSOCIATED: {
        Event.ASSOCIATION_ASKED: State.ASSOCIATING,
        Event.SERVICE_ASKED: State.ASSOCIATED,
        Event.RELEASE_ASKED: State.RELEASING,
    },
    State.RELEASING: {
        Event.ASSOCIATION_ASKED: State.ASSOCIATING,
        Event.RELEASE_ASKED: State.RELEASING,
        Event.RELEASED: State.IDLE,
    },
}


def after(state: State, event: Event) -> State:
    """The state that `event` leads to; raises `OutOfTurn` when it is not allowed."""
    try:
        return _TABLE[state][event]
    except KeyError as error:
        raise OutOfTurn(f"{event.value}, while {state.value}") from error
