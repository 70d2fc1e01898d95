"""The table of states: each pair is allowed or refused, and the table says which."""

from __future__ import annotations

import pytest

from bijlighar.dlms.errors import OutOfTurn
from bijlighar.dlms.states import Event, State, after

LIVES = [
    "asked accepted served served release released",
    "asked challenged proved served release released asked refused",
    "asked challenged disproved asked accepted",
    "asked accepted release asked accepted",
    "asked asked challenged asked accepted asked refused",
    "asked challenged release release released",
]
WORDS = {
    "asked": Event.ASSOCIATION_ASKED,
    "accepted": Event.ACCEPTED,
    "challenged": Event.CHALLENGED,
    "refused": Event.REFUSED,
    "proved": Event.PROVED,
    "disproved": Event.DISPROVED,
    "served": Event.SERVICE_ASKED,
    "release": Event.RELEASE_ASKED,
    "released": Event.RELEASED,
}
SERVES = {State.ASSOCIATED}


@pytest.mark.parametrize("life", LIVES)
def test_an_association_lives_like_this(life):
    state = State.IDLE
    for word in life.split():
        state = after(state, WORDS[word])


@pytest.mark.parametrize("state", State)
def test_services_are_for_the_associated_only(state):
    if state in SERVES:
        assert after(state, Event.SERVICE_ASKED) is state
    else:
        with pytest.raises(OutOfTurn):
            after(state, Event.SERVICE_ASKED)


@pytest.mark.parametrize("state", State)
def test_an_association_can_always_be_asked_for_anew(state):
    assert after(state, Event.ASSOCIATION_ASKED) is State.ASSOCIATING


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.IDLE, Event.ACCEPTED),
        (State.IDLE, Event.PROVED),
        (State.IDLE, Event.RELEASE_ASKED),
        (State.ASSOCIATING, Event.PROVED),
        (State.ASSOCIATING, Event.RELEASED),
        (State.PROVING, Event.ACCEPTED),
        (State.ASSOCIATED, Event.RELEASED),
        (State.ASSOCIATED, Event.CHALLENGED),
        (State.RELEASING, Event.PROVED),
    ],
)
def test_nothing_happens_out_of_turn(state, event):
    with pytest.raises(OutOfTurn, match=event.value):
        after(state, event)
