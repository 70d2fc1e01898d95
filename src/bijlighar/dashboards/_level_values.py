"""The pictures of service levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.dashboards import level_rules
from bijlighar.dashboards._words import BothLanguages
from bijlighar.grid.values import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFigures:
    """What was read, and how quick; of one area or several, one day or several."""

    meters: int
    """Meters, each once a day."""
    read_on_time: int
    read_in_a_day: int
    read_at_all: int
    blocks_in_a_day: int
    blocks_filled: int
    command_steps: Sequence[int]
    read_steps: Sequence[int]

    @property
    def on_time_permille(self) -> int | None:
        """The share whose register was there by the clock time; None without meters."""
        return level_rules.share_permille(self.read_on_time, self.meters)

    @property
    def in_a_day_permille(self) -> int | None:
        """The share whose register was there within 24 hours."""
        return level_rules.share_permille(self.read_in_a_day, self.meters)

    @property
    def blocks_permille(self) -> int | None:
        """The share of half-hours that were there within 24 hours."""
        return level_rules.share_permille(self.blocks_in_a_day, self.meters * 48)

    @property
    def commands(self) -> int:
        """How many relay commands are counted."""
        return level_rules.many(self.command_steps)

    @property
    def reads(self) -> int:
        """How many readings on demand are counted."""
        return level_rules.many(self.read_steps)

    def commands_within_s(self, permille: int) -> int | None:
        """Within how many seconds so many thousandths of the commands were done."""
        return level_rules.within_s(self.command_steps, permille=permille)

    def reads_within_s(self, permille: int) -> int | None:
        """The same of readings on demand."""
        return level_rules.within_s(self.read_steps, permille=permille)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """One area of the table over a period."""

    node_id: int
    discom_id: int
    kind: Kind
    code: str
    name: BothLanguages
    has_more: bool
    figures: LevelFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelDay:
    """One day of the trend, all areas of the table together."""

    day: date
    figures: LevelFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Service levels of some areas over some days."""

    lines: tuple[LevelLine, ...]
    together: LevelFigures
    days: tuple[LevelDay, ...]
    counted_at: datetime | None
    """None where nothing was counted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentMeter:
    """A meter that was not heard for long, and why as far as it is known."""

    serial: str
    consumer_number: str
    transformer_code: str
    last_heard_at: datetime | None
    last_tried_at: datetime | None
    last_outcome: str
    """What came of the last attempt that failed: headend's word; empty for none."""
    is_behind_a_vendor: bool
