"""The pictures that the screens show: plain values, ready to be laid out.

Amounts are integer paise, energies integer Wh, instants aware UTC. What may not be known
yet (a silent meter, a day still open) is `None`, and screens say so in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bijlighar.dashboards._level_values import LevelDay as LevelDay
from bijlighar.dashboards._level_values import LevelFigures as LevelFigures
from bijlighar.dashboards._level_values import LevelLine as LevelLine
from bijlighar.dashboards._level_values import Levels as Levels
from bijlighar.dashboards._level_values import SilentMeter as SilentMeter
from bijlighar.dashboards._page_values import Area as Area
from bijlighar.dashboards._page_values import AreaName as AreaName
from bijlighar.dashboards._page_values import ConnectionFilter as ConnectionFilter
from bijlighar.dashboards._page_values import ConnectionHead as ConnectionHead
from bijlighar.dashboards._page_values import ConnectionRow as ConnectionRow
from bijlighar.dashboards._page_values import Found as Found
from bijlighar.dashboards._page_values import FoundConnection as FoundConnection
from bijlighar.dashboards._page_values import ProtectionShown as ProtectionShown
from bijlighar.dashboards._page_values import SavedView as SavedView
from bijlighar.dashboards._page_values import Sees as Sees
from bijlighar.dashboards._page_values import Timeline as Timeline
from bijlighar.dashboards._page_values import TimelineItem as TimelineItem
from bijlighar.dashboards._page_values import TimelineKind as TimelineKind
from bijlighar.dashboards._words import BothLanguages as BothLanguages
from bijlighar.dashboards._words import SupplyShown as SupplyShown
from bijlighar.grid.values import Kind, Node
from bijlighar.people.values import Scope


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
class HalfHours:
    """The 48 half-hours of a supply day in Wh; None where not heard."""

    day: date
    energies_wh: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """A charged day as a row of a table; the heads add up to the total."""

    day: date
    opening_register_wh: int
    closing_register_wh: int
    energy_wh: int
    is_estimated: bool
    is_provisional: bool
    """The meter has told nothing of this day yet."""
    heads_paise: Mapping[str, int]
    total_paise: int
    balance_paise: int
    """Right after the day was charged."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where somebody may see connections, and where of these the contact and the money."""

    scope: Scope
    contact: Scope
    money: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionAsked:
    """Which connections another system asks for; what is empty does not narrow."""

    limit: int
    consumer_number: str | None = None
    number_begins: str = ""
    meter_serial: str = ""
    supply_state: str = ""
    below_id: int | None = None
    after: str | None = None
    """Only consumer numbers that sort after this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionListed:
    """One connection as another system gets it, before contact and money are masked."""

    connection_id: int
    consumer_number: str
    name_en: str
    name_hi: str
    language: str
    mobile: str
    shows_contact: bool
    shows_money: bool
    transformer_id: int
    transformer_code: str
    meter_id: int | None
    meter_serial: str | None
    installed_on: date | None
    category: str | None
    sanctioned_load_w: int | None
    payment_mode: str | None
    supply_state: str | None
    supply_since: datetime | None
    balance_paise: int | None
    balance_as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterListed:
    """What a meter showed at the end of a supply day."""

    day: date
    meter_serial: str
    register_wh: int
    source: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptListed:
    """A recharge that was credited."""

    receipt_id: int
    gateway: str
    gateway_payment_id: str
    amount_paise: int
    captured_at: datetime
    credited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyChangeListed:
    """One change of a supply."""

    change_id: int
    event: str
    state_before: str
    state_after: str
    at: datetime
    because: str
    balance_paise: int | None
    balance_as_of: datetime | None
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeListed:
    """One thing that a consumer was told."""

    notice_id: int
    kind: str
    language: str
    text: str
    state: str
    at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineRow:
    """A node of the tree on a day, folded up."""

    node: Node
    name: BothLanguages
    children: int
    """Directly below it."""
    connections: int
    """Anywhere below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KycProgress:
    """How far the connections below one node are with KYC."""

    node_id: int
    discom_id: int
    kind: Kind
    code: str
    name: BothLanguages
    children: int
    connections: int
    done: int
    waiting: int
    """For the office to look at a paper."""
    rejected: int
    """And no other paper shown since."""

    @property
    def pending(self) -> int:
        """Those that are not done, whatever they have shown."""
        return self.connections - self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFound:
    """A node of the tree on a day, by itself."""

    node: Node
    name: BothLanguages
    parent: BothLanguages | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFigures:
    """One line of the dated report: an office as it was that day."""

    node_id: int | None
    """None: what hangs below no office of the level."""
    code: str
    name: BothLanguages
    parent_code: str
    parent: BothLanguages
    connections: int
    substations: int
    feeders: int
    transformers: int
    energy_wh: int
    """Charged in the month, of the connections that hung below it on the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridReport:
    """The offices of one level as the tree was on the last day of a month."""

    level: str
    first: date
    """The month's first day."""
    day: date
    """The day of the tree: the month's last day, or today where that is to come."""
    offices: tuple[OfficeFigures, ...]
