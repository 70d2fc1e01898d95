"""Who may decide on a proposal, and what makes it void; pure.

Source: security reference A11, A15, C8; ASVS 5.0 item 2.3.5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from bijlighar.kernel.errors import BijligharError
from bijlighar.proposals.values import Circumstances, Grounds, Json, Proposal, Refusal

VOIDS = frozenset(
    {
        Refusal.NOT_WHAT_WAS_PROPOSED,
        Refusal.MAKER_HAS_NO_RIGHT,
        Refusal.PLACE_CHANGED,
        Refusal.FACTS_CHANGED,
    }
)
"""Refusals after which nobody may decide any more: the proposal is void."""


class NotJson(BijligharError):
    """A proposal can hold texts, whole numbers, truths, lists and mappings only."""


def may_decide(
    *, proposal: Proposal, circumstances: Circumstances, now: datetime
) -> Refusal | None:
    """Why this person may not decide on this proposal now; None where they may.

    Who may not decide learns nothing and changes nothing: what ends a proposal for
    everybody is looked at only for those who could have decided.
    """
    seen = circumstances
    ended = overtaken(proposal=proposal, grounds=seen.grounds, now=now)
    reasons = (
        (Refusal.NOT_OPEN, not proposal.is_open),
        (Refusal.NOT_A_PERSON, not seen.checker_is_a_person),
        (Refusal.OWN, seen.checker_id == proposal.made_by),
        (Refusal.SAME_PERSON, seen.is_same_person),
        (Refusal.NO_RIGHT, not seen.checker_may),
        (ended or Refusal.EXPIRED, ended is not None),
        (Refusal.NOT_WHAT_WAS_SHOWN, proposal.hash != seen.seen_hash),
    )
    return next((reason for reason, holds in reasons if holds), None)


def overtaken(*, proposal: Proposal, grounds: Grounds, now: datetime) -> Refusal | None:
    """Why nobody may decide on an open proposal any more; None where somebody may."""
    reasons = (
        (Refusal.EXPIRED, now >= proposal.expires_at),
        (Refusal.NOT_WHAT_WAS_PROPOSED, proposal.hash != hash_of(proposal)),
        (Refusal.FACTS_CHANGED, grounds.facts is None or grounds.place_id is None),
        (Refusal.PLACE_CHANGED, grounds.place_id != proposal.place_id),
        (Refusal.MAKER_HAS_NO_RIGHT, not grounds.maker_may),
        (Refusal.FACTS_CHANGED, not _is_same(grounds.facts, proposal.facts)),
    )
    return next((reason for reason, holds in reasons if holds), None)


def hash_of(proposal: Proposal) -> str:
    """The hash of what a proposal holds."""
    return content_hash(
        kind=proposal.kind,
        place_id=proposal.place_id,
        payload=proposal.payload,
        facts=proposal.facts,
    )


def content_hash(
    *, kind: str, place_id: int, payload: Mapping[str, Json], facts: Mapping[str, Json]
) -> str:
    """SHA-256, in hexadecimal digits, of the canonical JSON. Raises NotJson."""
    told: Json = {"kind": kind, "place_id": place_id, "payload": payload, "facts": facts}
    return sha256(canonical(told).encode()).hexdigest()


def canonical(told: Json) -> str:
    """One text for one meaning: sorted keys, no blanks. Raises NotJson."""
    _insist_on_json(told)
    return json.dumps(
        told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def _is_same(one: Mapping[str, Json] | None, other: Mapping[str, Json]) -> bool:
    return one is not None and canonical(one) == canonical(other)


def _insist_on_json(told: object) -> None:
    """PostgreSQL keeps these as they are: floats and the character zero it does not."""
    if told is None or isinstance(told, bool | int):
        return
    if isinstance(told, str):
        if "\0" in told:
            raise NotJson("A proposal cannot hold the character zero.")
        return
    if isinstance(told, Mapping):
        if not all(isinstance(key, str) for key in told):
            raise NotJson("The keys of a proposal are texts.")
        for key, value in told.items():
            _insist_on_json(key)
            _insist_on_json(value)
        return
    if isinstance(told, Sequence) and not isinstance(told, bytes | bytearray):
        for value in told:
            _insist_on_json(value)
        return
    raise NotJson(f"A proposal cannot hold a {type(told).__name__}.")
