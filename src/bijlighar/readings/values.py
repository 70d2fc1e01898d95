"""What crosses the border of readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReadingSource(StrEnum):
    """Where a reading came from."""

    INSTALLATION = "installation"
    DAILY_PROFILE = "daily_profile"
    BLOCK_PROFILE = "block_profile"
    PUSH = "push"
    EVENT_LOG = "event_log"
    VENDOR = "vendor"
    """A vendor's head-end delivered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRegister:
    """The cumulative import register at the end of a supply day.

    The meter stamps its row 00:00 of the next day; it becomes the day it closes at the
    codec's edge and is never converted again (IS 15959, daily load profile).
    """

    meter_id: int
    day: date
    register_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Half-hours of a supply day in a row: each one's energy, from `first_block` on."""

    meter_id: int
    day: date
    first_block: int
    energies_wh: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterEvent:
    """Something that a meter noted: the number in its event log, and when by its clock.

    Source: IS 15959-2, event identifications.
    """

    meter_id: int
    code: int
    at: datetime
    source: ReadingSource


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingReading:
    """A meter's own reading at the end of a billing period."""

    meter_id: int
    billed_at: datetime
    register_wh: int
    max_demand_w: int | None
    max_demand_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantReading:
    """What flowed at one moment; None where the meter does not say."""

    meter_id: int
    at: datetime
    voltage_mv: int | None
    current_ma: int | None
    power_w: int | None
    register_wh: int | None
    is_closed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one conversation with a meter, or one push, brought.

    `daily_holds_from` is the oldest supply day that the meter's daily profile still holds:
    a day before it that never arrived is lost and will never arrive.
    """

    meter_id: int
    daily: tuple[DailyRegister, ...]
    blocks: tuple[Blocks, ...]
    daily_holds_from: date | None
    events: tuple[MeterEvent, ...] = ()
    billing: tuple[BillingReading, ...] = ()
    instant: InstantReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockGap:
    """Half-hours between others that never came: instants of its two ends."""

    meter_id: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a meter still has to tell: the first day and half-hour not yet heard."""

    meter_id: int
    daily_from: date
    blocks_from_day: date
    blocks_from_block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedUntil:
    """Up to where a meter's days are closed: the last day and the register at its end."""

    day: date
    register_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """What was used on one supply day, by the register at its two ends."""

    meter_id: int
    day: date
    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    is_estimated: bool
    """The day's own register is lost; a later one bounds it and the share is by days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closable:
    """The days of one meter that can be closed, in order, and what stands in the way."""

    days: tuple[DayUsage, ...]
    error: str
    """Why the day after these will never close by itself; empty where it just waits."""
