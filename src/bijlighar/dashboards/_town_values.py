"""What the first page of the desk shows: homes, what happens, figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bijlighar.dashboards._words import BothLanguages, SupplyShown


class HomesShown(StrEnum):
    """Which homes of a scope are wanted."""

    ALL = "all"
    LIT = "lit"
    DARK = "dark"
    SILENT = "silent"
    BELOW_ZERO = "below_zero"


class HomesOrder(StrEnum):
    """In which order."""

    NUMBER = "number"
    NAME_EN = "name_en"
    NAME_HI = "name_hi"
    BALANCE = "balance"
    LAST_HEARD = "last_heard"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTile:
    """One home on the desk's picture of the town."""

    connection_id: int
    consumer_number: str
    name: BothLanguages
    shown: SupplyShown
    command_failed: bool
    balance_paise: int | None
    """None where the reader may not see money, and where there is no wallet."""
    last_recharge_paise: int | None
    last_heard_at: datetime | None
    has_meter: bool
    is_silent: bool
    open_days: int
    """Days before today that wait for their register."""
    since: datetime | None
    """When the supply became what it is; None where it is not watched."""


class HappeningKind(StrEnum):
    """What can stand in the running feed."""

    RECHARGED = "recharged"
    CHARGED = "charged"
    WARNED = "warned"
    DISCONNECTION_QUEUED = "disconnection_queued"
    DISCONNECTION_CANCELLED = "disconnection_cancelled"
    DISCONNECTED = "disconnected"
    RECONNECTION_QUEUED = "reconnection_queued"
    RECONNECTED = "reconnected"
    RELAY_FAILED = "relay_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the running feed."""

    at: datetime
    kind: HappeningKind
    connection_id: int
    consumer_number: str
    name: BothLanguages
    amount_paise: int | None
    detail: str
    """A warning's threshold in percent, how many homes a deduction sums up, an error's
    sentence; empty where there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TownFigures:
    """The homes of some areas, counted."""

    homes: int
    lit: int
    dark: int
    silent: int
    below_zero: int
    wallets_paise: int
    recharged_paise: int
    """Today."""
    charged_paise: int
    """Deducted today (for yesterday's and older supply days)."""
    waiting_commands: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TownPicture:
    """The desk's first page: some areas at one glance.

    Amounts and counts of balances cover only what the reader may see of money.
    """

    as_of: datetime
    figures: TownFigures
    homes: tuple[HomeTile, ...]
    """One page of them."""
    silent: tuple[HomeTile, ...]
    """The meters that were heard longest ago."""
    feed: tuple[Happening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChoice:
    """A home in the demo's list to pick from."""

    consumer_number: str
    name: BothLanguages
    balance_paise: int
    shown: SupplyShown


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How far each stream of facts has grown: if none grew, no screen need change."""

    entries: int
    supply_changes: int
    notices: int
    registers: int
    blocks: int
    commands: int
    failed_commands: int
    """How many are given up at present: the one number here that may also fall."""
