"""What crosses the border of grid: the discom's tree, as it was on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a node of the tree is; which of them a discom has, its profile says."""

    DISCOM = "discom"
    ZONE = "zone"
    CIRCLE = "circle"
    DIVISION = "division"
    SUBDIVISION = "subdivision"
    SECTION = "section"
    SUBSTATION = "substation"
    FEEDER = "feeder"
    TRANSFORMER = "transformer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a discom's tree in its own words."""

    kind: Kind
    en: str
    hi: str
    head: str
    """Who heads an office of this level; empty for a piece of the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How the discoms of a state name their levels and number their consumers."""

    name: str
    levels: Mapping[Kind, Level]
    """From the top down."""
    number_pattern: str
    """A regular expression that a whole consumer number fits."""
    number_en: str
    number_hi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Degrees, WGS 84, as printed: at most six decimals."""

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNode:
    """An office or a piece of the network as it comes in.

    `parent_code` names the node above it, which may be one of the same call; it is empty
    for a discom, which alone names a profile. Codes are unique within a discom.
    """

    discom_code: str
    code: str
    kind: Kind
    parent_code: str
    name_en: str
    name_hi: str
    opens_on: date
    profile: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node as it is, or was, on one day."""

    node_id: int
    discom_id: int
    parent_id: int | None
    code: str
    kind: Kind
    name_en: str
    name_hi: str
    opened_on: date
    closed_on: date | None
    location: Location | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node with what lies below it, for reports and pickers."""

    node: Node
    depth: int
    """0 for the top of what was asked for."""
    path: tuple[int, ...]
    """Ids from the top of what was asked for down to this node."""


class ChangeKind(StrEnum):
    """What may change about a node after it was opened."""

    RENAME = "rename"
    MOVE = "move"
    SPLIT = "split"
    CLOSE = "close"
    LOCATE = "locate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One new office or piece of the network that comes out of a split."""

    code: str
    name_en: str
    name_hi: str
    child_ids: tuple[int, ...]
    """What hung directly below the old node and hangs below this one from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridChange:
    """A change of the tree that somebody proposes: what holds for a node from a day on.

    The day may be past or to come. Which fields count depends on the kind: names for a
    rename, `parent_id` for a move, `parts` and `closes` for a split (the new ones stand
    beside the old one, which goes on or is closed), `location` for a locate.
    """

    kind: ChangeKind
    node_id: int
    from_day: date
    why: str = ""
    name_en: str = ""
    name_hi: str = ""
    parent_id: int | None = None
    parts: tuple[Part, ...] = ()
    closes: bool = False
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What held for a node from one day to another: one line of its history."""

    from_day: date
    until: date | None
    """The first day on which it does not hold any more; None: it holds on."""
    is_seen: bool
    """False where the node lay outside the areas then: nothing else is told."""
    parent_code: str
    """Empty for a discom."""
    parent_name_en: str
    parent_name_hi: str
    name_en: str
    name_hi: str
    location: Location | None
    why: str
