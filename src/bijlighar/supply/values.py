"""What crosses the border of supply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SupplyState(StrEnum):
    """What is known of a supply: only a relay's read-back makes it OFF or ON again."""

    ON = "on"
    DISCONNECTING = "disconnecting"
    OFF = "off"
    RECONNECTING = "reconnecting"


class RelayAction(StrEnum):
    """What a relay is asked to do, in the law's words."""

    DISCONNECT = "disconnect"
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a decision about one supply rests on, with the age of each part."""

    connection_id: int
    balance_paise: int
    balance_as_of: datetime
    last_recharge_paise: int | None
    """None where nothing was ever recharged: percentages have no base then."""
    recharge_key: str
    """Names the recharge that the warnings belong to: each is given once a recharge."""
    charged_through_end_at: datetime | None
    """The end of the last charged supply day: how old the evidence of use is."""
    is_prepaid: bool
    mode_since_at: datetime
    """Since when the connection is prepaid: a grace period counts from here."""
    held_back_paise: int
    """What a tariff's threshold took at once: for days, nobody is disconnected for it."""
    is_protected: bool
    """Whether it is a critical consumer's, whom nobody may disconnect from afar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a review decided about one supply, and why."""

    connection_id: int
    action: RelayAction | None
    cancel_disconnection: bool
    warnings_percent: tuple[int, ...]
    """Thresholds newly crossed, as shares of the last recharge: 30, 10 and 0 in UP."""
    recharge_key: str
    """The recharge that the warnings belong to, from the evidence."""
    emergency_ends_at: datetime | None
    because: str
    """Why the relay is asked for what it is asked, or is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a review changed: the caller queues the commands and tells the consumer."""

    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What reading a relay changed."""

    state: SupplyState
    went_dark: bool
    """It was lit, as far as anybody knew, and is off."""
    came_back: bool
    """It was off, and is lit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyNow:
    """The state of one supply, for whoever asks."""

    connection_id: int
    state: SupplyState
    since: datetime
    emergency_ends_at: datetime | None
