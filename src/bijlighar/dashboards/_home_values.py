"""What one home is shown: supply, days and their charges, use, notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.dashboards._words import BothLanguages, SupplyShown


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
