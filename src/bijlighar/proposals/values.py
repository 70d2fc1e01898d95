"""What crosses the border of proposals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What a proposal may hold: no floats, whose text is not the same everywhere."""


class State(StrEnum):
    """What has become of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


class Refusal(StrEnum):
    """Why somebody may not decide on a proposal now, or nobody any more."""

    NOT_OPEN = "not_open"
    NOT_A_PERSON = "not_a_person"
    OWN = "own"
    SAME_PERSON = "same_person"
    NO_RIGHT = "no_right"
    EXPIRED = "expired"
    NOT_WHAT_WAS_SHOWN = "not_what_was_shown"
    NOT_WHAT_WAS_PROPOSED = "not_what_was_proposed"
    MAKER_HAS_NO_RIGHT = "maker_has_no_right"
    PLACE_CHANGED = "place_changed"
    FACTS_CHANGED = "facts_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """A proposal as it is made."""

    kind: str
    place_id: int
    """The grid node whose area it concerns: who has it, sees the proposal."""
    subject_kind: str
    subject_id: str
    payload: Mapping[str, Json]
    """What is proposed."""
    facts: Mapping[str, Json]
    """What it rests on: void as soon as this is not so any more."""
    why: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal, frozen but for what was decided on it."""

    proposal_id: UUID
    kind: str
    place_id: int
    subject_kind: str
    subject_id: str
    payload: Mapping[str, Json]
    facts: Mapping[str, Json]
    hash: str
    """SHA-256 over kind, place, payload and facts, in hexadecimal digits."""
    why: str
    made_by: int
    made_name: str
    made_at: datetime
    expires_at: datetime
    state: State
    decided_by: int | None
    decided_name: str
    decided_at: datetime | None
    decided_why: str
    void_because: Refusal | None

    @property
    def short_hash(self) -> str:
        """What two people read to each other over the telephone: `3f9a 02c1`."""
        return f"{self.hash[:4]} {self.hash[4:8]}"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still decide."""
        return self.state is State.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a proposal stands on, whoever decides, as it is at this very moment."""

    maker_may: bool
    """The maker still has the making right over the place."""
    place_id: int | None
    """Where the proposal would belong today; None where what it is about is gone."""
    facts: Mapping[str, Json] | None
    """The same facts, looked at again; None where what they are about is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything that one person's decision rests on, as it is at this very moment."""

    checker_id: int
    checker_is_a_person: bool
    is_same_person: bool
    """The same mobile number or mail address stands behind both accounts."""
    checker_may: bool
    """The checker has the approving right in an area that covers the place."""
    seen_hash: str
    """The hash of what the checker was shown."""
    grounds: Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which proposals are wanted, in which order."""

    show: str = "all"
    """all, mine, or decide: open ones that the viewer may decide."""
    kind: str = ""
    state: str = ""
    maker: str = ""
    """A part of the maker's name."""
    subject_kind: str = ""
    subject_id: str = ""
    column: str = "made_at"
    is_downwards: bool = True
    offset: int = 0
    limit: int = 51


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list."""

    proposal: Proposal
    may_decide: bool
    """Open, somebody else's, and its kind and place are the viewer's to approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Who looks at the list: their number, and where they approve which kinds."""

    staff_id: int
    areas_by_kind: Mapping[str, frozenset[int]] = field(default_factory=dict)
