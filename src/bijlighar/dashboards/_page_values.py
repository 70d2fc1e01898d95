"""The pictures of finding a connection and of its page; the face of them is `values`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bijlighar.dashboards._words import BothLanguages, SupplyShown


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaName:
    """A node of the tree by its name."""

    node_id: int
    name: BothLanguages


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A node of today's tree as it is picked from, with what lies above it."""

    node_id: int
    code: str
    kind: str
    name: BothLanguages
    above: tuple[AreaName, ...]
    """From the discom down."""
    has_more: bool
    """Whether anything hangs below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConnection:
    """One connection among what a search found."""

    connection_id: int
    consumer_number: str
    name: BothLanguages
    mobile: str
    """Masked where the reader may not see it."""
    meter_serial: str | None
    shown: SupplyShown
    place: BothLanguages
    """The transformer it hangs on."""
    is_whole: bool
    """A number or name fits as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, the best first."""

    connections: tuple[FoundConnection, ...]
    has_more: bool
    places: tuple[Area, ...]
    """Substations, feeders and transformers by name or code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sees:
    """What a reader may see of one connection besides that it is there."""

    contact: bool
    money: bool
    readings: bool
    proposals: bool
    audit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionShown:
    """Why a connection must not be disconnected."""

    kind: str
    why: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHead:
    """The top of a connection's page; what the reader may not see is None or masked."""

    connection_id: int
    consumer_number: str
    name: BothLanguages
    language: str
    mobile: str
    place: Area
    """The transformer it hangs on, with all that lies above."""
    shown: SupplyShown
    since: datetime | None
    command_failed: bool
    emergency_ends_at: datetime | None
    balance_paise: int | None
    balance_as_of: datetime | None
    charged_through: date | None
    to_pay_paise: int
    """The least recharge that keeps or brings back supply; 0 where nothing is due."""
    last_recharge_paise: int | None
    last_recharge_at: datetime | None
    meter_serial: str | None
    installed_on: date | None
    last_heard_at: datetime | None
    last_error: str
    is_silent: bool
    category: str | None
    sanctioned_load_w: int | None
    payment_mode: str | None
    mode_since: date | None
    protections: tuple[ProtectionShown, ...]
    sees: Sees


class TimelineKind(StrEnum):
    """What can stand on a connection's time line."""

    FACT = "fact"
    PLACE = "place"
    PROTECTION = "protection"
    METER = "meter"
    READING = "reading"
    EVENT = "event"
    """What the meter itself noted: mains, covers, magnets, its relay."""
    CHARGE = "charge"
    RECHARGE = "recharge"
    OPENING = "opening"
    SUPPLY = "supply"
    RELAY = "relay"
    NOTICE = "notice"
    PROPOSAL = "proposal"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One thing that happened to a connection; what a kind has not, is empty."""

    at: datetime
    kind: TimelineKind
    key: int
    day: date | None
    amount_paise: int | None
    """What the balance changed by; of a supply's change, the balance it rested on."""
    balance_paise: int | None
    """The balance right after, where the time line shows all money."""
    energy_wh: int | None
    register_wh: int | None
    number: int | None
    """A load in W, attempts, a meter's event code, or the number of an audit record."""
    what: str
    state: str
    text: str
    text_hi: str
    who: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One page of a time line, newest first."""

    items: tuple[TimelineItem, ...]
    older: str
    """Where the next page begins; empty at the beginning of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFilter:
    """Which connections a list shows; what is empty does not narrow."""

    state: str = ""
    category: str = ""
    mode: str = ""
    is_below_zero: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One row of the list of connections."""

    consumer_number: str
    name: BothLanguages
    place: BothLanguages
    category: str
    payment_mode: str
    shown: SupplyShown
    since: datetime | None
    balance_paise: int | None
    """None where the reader may not see money."""
    has_meter: bool
    last_heard_at: datetime | None
    is_silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A question that somebody keeps under a name."""

    view_id: int
    page: str
    """The name of the page's address."""
    name: str
    query: str
