"""What the head-end is told when it starts: the flow's steps, and how much at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bijlighar.headend.values import Command, RelayOutcome
from bijlighar.readings.values import Heard


class Steps(Protocol):
    """The steps of the flow that the head-end calls."""

    def hear_meter(
        self, *, heard: Sequence[Heard], meter_counters: Mapping[int, int], now: datetime
    ) -> int: ...

    def miss_meter(self, *, errors: Mapping[int, str], now: datetime) -> None: ...

    def release(
        self,
        *,
        limit: int,
        own: int,
        in_flight: Sequence[int],
        now: datetime,
        sending_takes: timedelta,
    ) -> tuple[Command, ...]: ...

    def confirm_relay(self, *, outcome: RelayOutcome, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerSettings:
    """How much at once, and how patient (real seconds)."""

    conversations_at_once: int = 24
    meters_a_round: int = 240
    commands_at_once: int = 24
    answer_timeout_s: float = 10.0
    conversation_timeout_s: float = 60.0
    """The longest that one conversation may last, whatever the meter does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of reading brought."""

    asked: int
    heard: int
    rows: int
