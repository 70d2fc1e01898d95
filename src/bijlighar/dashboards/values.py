"""The pictures that the screens show: plain values, ready to be laid out.

Amounts are integer paise, energies integer Wh, instants aware UTC. What may not be known
yet (a silent meter, a day still open) is `None`, and screens say so in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class BothLanguages:
    """One text in the two languages of the product."""

    en: str
    hi: str


class SupplyShown(StrEnum):
    """What a screen says about a supply; `states.SupplyState` of supply, for people."""

    ON = "on"
    DISCONNECTING = "disconnecting"
    OFF = "off"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyPicture:
    """On or off, since when, and what happens next."""

    shown: SupplyShown
    since: datetime
    command_failed: bool
    """The relay did not answer after all retries: somebody has to go and look."""
    emergency_ends_at: datetime | None
    """The balance is used up and emergency credit runs until then; None otherwise."""
    to_pay_paise: int
    """The least recharge that keeps or brings back supply; 0 when nothing is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """One line of why a day cost what it cost."""

    head: str
    """energy, fixed, subsidy, fppas, duty or rebate."""
    text: BothLanguages
    amount_paise: int
    source: str
    """The page of the order that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePicture:
    """What one supply day cost, line by line; the lines add up to the total."""

    day: date
    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    month_energy_wh: int
    """Used this month, this day included: where in the slabs the day lies."""
    lines: tuple[ChargeLine, ...]
    total_paise: int
    balance_after_paise: int
    is_estimated: bool
    order_name: BothLanguages
    charged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfUse:
    """One bar of the chart: a day's energy and what was deducted for it."""

    day: date
    energy_wh: int | None
    """None while the day is open because the meter has not answered."""
    charge_paise: int | None
    recharged_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeShown:
    """A notice as it was sent to the consumer's phone."""

    notice_id: int
    at: datetime
    kind: str
    text: str
    language: str
    state: str
    """queued, sent or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePicture:
    """Everything on the consumer's page."""

    connection_id: int
    consumer_number: str
    name: BothLanguages
    language: str
    category: str
    sanctioned_load_w: int
    meter_serial: str
    balance_paise: int
    balance_as_of: datetime
    """When the ledger last changed for this home."""
    charged_through: date | None
    """The last supply day that is charged; use after it is not in the balance yet."""
    last_recharge_paise: int | None
    last_recharge_at: datetime | None
    supply: SupplyPicture
    today: date
    today_wh: int | None
    """Today's half-hours heard so far; None when none was heard yet."""
    today_as_of: datetime | None
    today_blocks_wh: tuple[int | None, ...]
    """48 half-hours of today; None where not heard yet."""
    days: tuple[DayOfUse, ...]
    """The thirty supply days before today, oldest first."""
    yesterday: ChargePicture | None
    """The last charged day (usually yesterday)."""
    notices: tuple[NoticeShown, ...]
    last_heard_at: datetime | None
    is_silent: bool
    """The meter has not answered since the last midnight's reading was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTile:
    """One home on the desk's picture of the town."""

    connection_id: int
    consumer_number: str
    name: BothLanguages
    shown: SupplyShown
    command_failed: bool
    balance_paise: int
    last_recharge_paise: int | None
    last_heard_at: datetime | None
    is_silent: bool
    open_days: int
    """Days before today that wait for their register."""
    since: datetime


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
class TownPicture:
    """The desk's page: the whole town at one glance."""

    as_of: datetime
    homes: tuple[HomeTile, ...]
    lit: int
    dark: int
    silent: int
    below_zero: int
    wallets_paise: int
    recharged_today_paise: int
    charged_today_paise: int
    """Deducted today (for yesterday's and older supply days)."""
    waiting_commands: int
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
