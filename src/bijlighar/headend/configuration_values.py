"""What a meter is, as it crosses the head-end's border: given to others by `values`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Column: TypeAlias = tuple[int, str, int, int]
"""A profile's column: class, OBIS, attribute, data index."""
Scaler: TypeAlias = tuple[int, int]
"""The power of ten of what is counted, and its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a meter is, read once at commissioning and kept.

    Columns are in the order of each profile, scalers by OBIS. A profile that the meter
    does not have has no columns.
    """

    meter_id: int
    control_mode: int | None
    """Of its disconnect control (class 70, attribute 4); None where it has no relay."""
    columns: Mapping[str, tuple[Column, ...]]
    scalers: Mapping[str, Scaler]
    capture_period_s: int | None
    """Of the half-hours' profile, as the meter says it."""
    manufacturer: str = ""
    """Who made it, in the meter's own words; empty where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSaid:
    """What a meter says of one profile: its columns, and scalers by their OBIS."""

    columns: tuple[Column, ...]
    scalers: Mapping[str, Scaler]


class RelayAlarm(StrEnum):
    """What a relay's control mode means for a consumer who has paid."""

    WAITS_FOR_BUTTON = "waits_for_button"
    """A remote reconnection only makes ready: somebody must press the meter's button."""
    NEVER_OPENS = "never_opens"
    """Nothing disconnects it from afar."""
    UNKNOWN_MODE = "unknown_mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmingRelay:
    """A meter whose relay does not do what the product promises."""

    meter_id: int
    serial: str
    consumer_number: str
    """Empty where the meter hangs nowhere."""
    transformer_code: str
    control_mode: int
    alarm: RelayAlarm
    read_at: datetime
