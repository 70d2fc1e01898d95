"""What a meter is asked for, and when: the periods and windows of `reads.yaml`.

The file is data: read once, checked, refused with the key that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from bijlighar.headend.rules import ClockPolicy
from bijlighar.headend.values import ReadKind
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of

MOST_MINUTES = 62 * 1440
MINUTE = timedelta(minutes=1)
_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


class ScheduleError(BijligharError):
    """The file of reads does not say what it must say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How often something is asked, and between which minutes of the Indian day."""

    every: timedelta
    opens: timedelta
    closes: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The whole file."""

    periods: Mapping[ReadKind, Period]
    most_days: int
    most_gaps: int
    clock: ClockPolicy

    def next_due(self, kind: ReadKind, *, last: datetime | None, now: datetime) -> datetime:
        """When this is to be asked next, `last` being when it was answered; maybe now.

        Periods are counted from the Indian midnight, so that a day's register is due as
        soon as the day has ended, whenever the one before came.
        """
        period = self.periods[kind]
        slot = now if last is None else _after(last, period.every)
        return _within(max(slot, now), period)

    def due(
        self, last: Mapping[ReadKind, datetime | None], now: datetime
    ) -> list[ReadKind]:
        """What is to be asked now."""
        return [
            kind
            for kind in ReadKind
            if self.next_due(kind, last=last.get(kind), now=now) <= now
        ]


@cache
def schedule_in(path: str) -> Schedule:
    """The schedule in a file; the packaged one for an empty path. Raises ScheduleError."""
    if not path:
        packaged = files("bijlighar.headend").joinpath("reads.yaml")
        return read_schedule(packaged.read_text(encoding="utf-8"), where="reads.yaml")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ScheduleError(f"{path} cannot be read: {error.strerror}.") from error
    return read_schedule(text, where=path)


def read_schedule(text: str, *, where: str) -> Schedule:
    """A schedule from its text. Raises ScheduleError naming the file and the key."""
    try:
        held = yaml.safe_load(text)
        clock = _table(held, "clock")
        return Schedule(
            periods={kind: _period(held, kind.value) for kind in ReadKind},
            most_days=_whole(held, "most_days_a_conversation", most=366),
            most_gaps=_whole(held, "most_gaps_a_conversation", most=100),
            clock=ClockPolicy(
                set_from=_seconds(clock, "set_from_seconds"),
                distrust_from=_seconds(clock, "distrust_from_seconds"),
                away_from_block_ends=_seconds(clock, "away_from_block_ends_seconds"),
            ),
        )
    except (ValueError, yaml.YAMLError) as error:
        raise ScheduleError(f"{where}: {error}") from error


def _after(last: datetime, every: timedelta) -> datetime:
    """The first slot after `last`: slots are counted from the Indian midnight before it."""
    midnight = day_starts(supply_day_of(last))
    return midnight + every * ((last - midnight) // every + 1)


def _within(at: datetime, period: Period) -> datetime:
    """`at`, or the first instant after it that lies in the window."""
    midnight = day_starts(supply_day_of(at))
    if at < midnight + period.opens:
        return midnight + period.opens
    if at < midnight + period.closes:
        return at
    return midnight + ONE_DAY + period.opens


def _period(held: object, key: str) -> Period:
    part = _table(held, key)
    window = _table(part, "window")
    opens, closes = _clock_time(window, "from"), _clock_time(window, "until")
    if opens >= closes:
        raise ValueError(f"{key}: the window must open before it closes")
    every = MINUTE * _whole(part, "every_minutes", most=MOST_MINUTES)
    return Period(every=every, opens=opens, closes=closes)


def _table(held: object, key: str) -> dict[str, object]:
    part = held.get(key) if isinstance(held, dict) else None
    if not isinstance(part, dict):
        raise ValueError(f"{key} is missing or has no keys of its own")
    return part


def _whole(held: dict[str, object], key: str, *, most: int) -> int:
    value = held.get(key)
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{key} must be a whole number from 1 to {most}, not {value!r}")
    return value


def _seconds(held: dict[str, object], key: str) -> timedelta:
    return timedelta(seconds=_whole(held, key, most=86_400))


def _clock_time(window: dict[str, object], key: str) -> timedelta:
    value = window.get(key)
    found = _CLOCK_TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'window: {key} must be a time such as "18:00", not {value!r}')
    hours, minutes = found[0].split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
