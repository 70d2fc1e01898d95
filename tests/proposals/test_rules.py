"""Who may decide, and what ends a proposal: a table; and one text for one meaning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel.ist import IST
from bijlighar.proposals import rules, states
from bijlighar.proposals.rules import NotJson
from bijlighar.proposals.states import NotOpen, ProposalEvent
from bijlighar.proposals.values import Circumstances, Grounds, Proposal, Refusal, State

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)
MAKER, CHECKER, PLACE, ELSEWHERE = 1, 2, 10, 11
FACTS = {"protections": [], "category": "LMV-1.10B"}
PAYLOAD = {"connection_id": 7, "protection": "hospital"}
HASH = rules.content_hash(
    kind="protect_connection", place_id=PLACE, payload=PAYLOAD, facts=FACTS
)
HELD = Proposal(
    proposal_id=UUID(int=1),
    kind="protect_connection",
    place_id=PLACE,
    subject_kind="connection",
    subject_id="7",
    payload=PAYLOAD,
    facts=FACTS,
    hash=HASH,
    why="forty beds",
    made_by=MAKER,
    made_name="Maker",
    made_at=NOON - timedelta(days=1),
    expires_at=NOON + timedelta(days=6),
    state=State.OPEN,
    decided_by=None,
    decided_name="",
    decided_at=None,
    decided_why="",
    void_because=None,
)
SEEN = Circumstances(
    checker_id=CHECKER,
    checker_is_a_person=True,
    is_same_person=False,
    checker_may=True,
    seen_hash=HASH,
    grounds=Grounds(maker_may=True, place_id=PLACE, facts=FACTS),
)
MANY = {"checker_may": False, "maker_may": False, "facts": None, "place_id": None}

TABLE = [
    ("everything as it was", {}, {}, None),
    ("facts in another order", {}, {"facts": dict(reversed(FACTS.items()))}, None),
    ("approved already", {"state": State.APPROVED}, {}, Refusal.NOT_OPEN),
    ("refused already", {"state": State.REFUSED}, {}, Refusal.NOT_OPEN),
    ("withdrawn", {"state": State.WITHDRAWN}, {}, Refusal.NOT_OPEN),
    ("run out already", {"state": State.EXPIRED}, {}, Refusal.NOT_OPEN),
    ("void already", {"state": State.VOID}, {}, Refusal.NOT_OPEN),
    ("a machine", {}, {"checker_is_a_person": False}, Refusal.NOT_A_PERSON),
    ("the maker", {}, {"checker_id": MAKER}, Refusal.OWN),
    ("the maker's other account", {}, {"is_same_person": True}, Refusal.SAME_PERSON),
    ("no right there", {}, {"checker_may": False}, Refusal.NO_RIGHT),
    ("at its end", {"expires_at": NOON}, {}, Refusal.EXPIRED),
    ("just before", {"expires_at": NOON + timedelta(microseconds=1)}, {}, None),
    ("another page", {}, {"seen_hash": "0" * 64}, Refusal.NOT_WHAT_WAS_SHOWN),
    ("no page", {}, {"seen_hash": ""}, Refusal.NOT_WHAT_WAS_SHOWN),
    ("another payload", {"payload": {}}, {}, Refusal.NOT_WHAT_WAS_PROPOSED),
    ("another kind", {"kind": "x"}, {}, Refusal.NOT_WHAT_WAS_PROPOSED),
    ("other facts kept", {"facts": {}}, {}, Refusal.NOT_WHAT_WAS_PROPOSED),
    ("another place kept", {"place_id": 12}, {}, Refusal.NOT_WHAT_WAS_PROPOSED),
    ("the maker moved on", {}, {"maker_may": False}, Refusal.MAKER_HAS_NO_RIGHT),
    ("it moved", {}, {"place_id": ELSEWHERE}, Refusal.PLACE_CHANGED),
    ("it is gone", {}, {"place_id": None, "facts": None}, Refusal.FACTS_CHANGED),
    ("facts changed", {}, {"facts": {**FACTS, "category": "x"}}, Refusal.FACTS_CHANGED),
    ("one fact more", {}, {"facts": {**FACTS, "more": 1}}, Refusal.FACTS_CHANGED),
    ("one fact less", {}, {"facts": {"protections": []}}, Refusal.FACTS_CHANGED),
    ("who may not, ends nothing", {}, MANY, Refusal.NO_RIGHT),
    ("the maker ends nothing", {}, {**MANY, "checker_id": MAKER}, Refusal.OWN),
]


def decided(held: dict[str, object], seen: dict[str, object]) -> Refusal | None:
    """What is said of a decision under changed circumstances or grounds."""
    grounds = {name: seen[name] for name in seen if name in Grounds.__slots__}
    checker = {name: seen[name] for name in seen if name not in grounds}
    return rules.may_decide(
        proposal=replace(HELD, **held),
        circumstances=replace(SEEN, **checker, grounds=replace(SEEN.grounds, **grounds)),
        now=NOON,
    )


@pytest.mark.parametrize(
    ("sentence", "held", "seen", "refusal"), TABLE, ids=[row[0] for row in TABLE]
)
def test_who_may_decide(sentence, held, seen, refusal) -> None:
    assert decided(held, seen) is refusal


def test_a_refusal_of_the_person_never_ends_a_proposal() -> None:
    personal = {
        Refusal.NOT_OPEN,
        Refusal.NOT_A_PERSON,
        Refusal.OWN,
        Refusal.SAME_PERSON,
        Refusal.NO_RIGHT,
        Refusal.NOT_WHAT_WAS_SHOWN,
    }
    assert not personal & rules.VOIDS
    assert set(Refusal) == personal | rules.VOIDS | {Refusal.EXPIRED}


@pytest.mark.parametrize("state", [one for one in State if one is not State.OPEN])
@pytest.mark.parametrize("event", list(ProposalEvent))
def test_no_way_leads_out_of_a_decision(state: State, event: ProposalEvent) -> None:
    with pytest.raises(NotOpen):
        states.after(state=state, event=event)


def test_every_state_but_open_is_reached_from_open() -> None:
    reached = {states.after(state=State.OPEN, event=event) for event in ProposalEvent}
    assert reached == set(State) - {State.OPEN}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc"), JSON, max_size=3), JSON)
def test_another_value_anywhere_is_another_hash(payload, other) -> None:
    first = rules.content_hash(kind="k", place_id=1, payload=payload, facts={})
    changed = {**payload, "a": other}
    again = rules.content_hash(kind="k", place_id=1, payload=changed, facts={})
    same = rules.canonical(changed) == rules.canonical(payload)
    assert (first == again) == same


@pytest.mark.parametrize(
    "odd", [1.5, b"x", {"a": {1: 2}}, {"a": [1.0]}, {"a": "\0"}, {"\0": 1}, {"a": {1, 2}}]
)
def test_what_a_database_would_keep_otherwise_is_not_proposed(odd) -> None:
    with pytest.raises(NotJson):
        rules.canonical(odd)
