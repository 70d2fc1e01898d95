"""What crosses the border of vendors: readings as offered, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Refused(StrEnum):
    """Why a reading or an event is not taken: codes for programs, which stay the same."""

    UNKNOWN_METER = "unknown_meter"
    NOT_INSTALLED = "not_installed"
    UNSUPPORTED_READING_TYPE = "unsupported_reading_type"
    WRONG_TIME = "wrong_time"
    WRONG_VALUE = "wrong_value"
    IN_THE_FUTURE = "in_the_future"
    CLOCK_ERROR = "clock_error"
    NOT_MEASURED = "not_measured"
    NOT_MIDNIGHT = "not_midnight"
    NOT_A_HALF_HOUR = "not_a_half_hour"
    REGISTER_FELL = "register_fell"
    CONTRADICTS = "contradicts"
    UNKNOWN_COMMAND = "unknown_command"
    UNSUPPORTED_EVENT_TYPE = "unsupported_event_type"
    TOO_OLD = "too_old"


class Measured(StrEnum):
    """What a reading type means to the product."""

    REGISTER = "register"
    """The cumulative import register."""
    HALF_HOUR = "half_hour"
    """The energy imported in half an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A vendor whose head-end talks to some of the discom's meters."""

    vendor_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One reading as a vendor offers it, word by word."""

    place: str
    """Where in the message or file: a path, or the number of a row."""
    meter_serial: str
    reading_type: str
    """18 numbers with dots between. Source: IEC 61968-9, Annex C."""
    stamped: str
    """ISO 8601 with an offset; a half-hour is stamped at its end."""
    value: str
    qualities: tuple[str, ...] = ()
    """Codes of three numbers. Source: IEC 61968-9, Annex D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """A meter on a connection behind a vendor's head-end, from one day to another."""

    meter_id: int
    serial: str
    installed_on: date
    removed_on: date | None
    behind_from: datetime
    behind_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reading that can be read: of which meter and when, and how much."""

    place: str
    serial: str
    meter_id: int
    measured: Measured
    day: date
    """The supply day it belongs to."""
    block: int
    """Which of the day's 48 half-hours; -1 for a register at the day's end."""
    energy_wh: int
    ends_at: datetime
    """The instant that it is stamped with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Registers known of a meter next to a day: before it, at its end, and after it."""

    before_wh: int | None
    held_wh: int | None
    after_wh: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reading or event that is not taken, and why."""

    place: str
    meter_serial: str
    code: Refused
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What of a delivery is taken, what was known before, and what is refused."""

    new: tuple[Read, ...]
    beside: tuple[Read, ...]
    """Registers that contradict what is held: kept beside it, out of force."""
    known: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a delivery."""

    taken: int
    known: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """A relay command that was handed to a vendor, and until when it is theirs alone."""

    command_id: int
    handed_at: datetime
    held_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a vendor's head-end tells of a relay: an event by its own number."""

    place: str
    event_key: str
    command_key: str
    """The command that it is about; empty for an event that is of no command."""
    meter_serial: str
    event_type: str
    """Four numbers with dots between. Source: IEC 61968-9, Annex E."""
    stamped: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayTold:
    """An event that can be read: the relay as it was read back, or that it failed."""

    command_id: int
    is_closed: bool | None
    at: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterEventTold:
    """An event of a meter that is of no command: kept under its code, moving nothing."""

    meter_id: int
    code: str
    """Four numbers with dots between. Source: IEC 61968-9, Annex E."""
    at: datetime
    reason: str

    @property
    def title(self) -> str:
        """How it is called: by its code, since vendors have codes of their own."""
        return f"Event {self.code}"
