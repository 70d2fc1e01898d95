"""When to try again, and what to do about a meter's clock: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bijlighar.headend.values import ClockAction
from bijlighar.kernel.energy import BLOCK_MINUTES
from bijlighar.kernel.ist import day_starts, supply_day_of

MOST_ATTEMPTS = 6
"""Attempts at one relay command before it is shown as failed."""

_MOST_DOUBLINGS = 10

_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=5)

READ_EVERY = timedelta(minutes=60)
"""How often a meter that answers is asked for what is new."""

ASK_REFUSED_AFTER = timedelta(days=30)
"""When a profile that a meter does not have is asked for again: firmware may bring it."""

_FIRST_READ_RETRY = timedelta(minutes=10)
_LONGEST_READ_RETRY = timedelta(minutes=60)


def retry_command_after(*, attempts: int) -> timedelta:
    """The pause before the next attempt: doubling, at most five minutes."""
    doublings = min(max(attempts - 1, 0), _MOST_DOUBLINGS)
    return min(_FIRST_RETRY * (1 << doublings), _LONGEST_RETRY)


def retry_read_after(*, failures_in_a_row: int) -> timedelta:
    """The pause before a silent meter is asked again: doubling, at most an hour."""
    doublings = min(max(failures_in_a_row - 1, 0), _MOST_DOUBLINGS)
    return min(_FIRST_READ_RETRY * (1 << doublings), _LONGEST_READ_RETRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPolicy:
    """From which drift on a meter's clock is set, and from which it is not believed."""

    set_from: timedelta
    distrust_from: timedelta
    away_from_block_ends: timedelta


def drift_of(shown: datetime, *, before: datetime, after: datetime) -> timedelta:
    """How far a meter is ahead; `shown` came between two looks at our own clock.

    What lies between the two looks is no drift: a slow answer and a clock that runs fast
    for a demo make nobody wrong.
    """
    if shown < before:
        return shown - before
    return max(shown - after, timedelta(0))


def clock_action(drift: timedelta, *, now: datetime, policy: ClockPolicy) -> ClockAction:
    """Leave a clock alone, set it, or not believe it.

    No clock is set over the end of a half-hour, ours or the meter's, nor close to one: the
    meter would close that half-hour twice, or never.
    """
    if abs(drift) > policy.distrust_from:
        return ClockAction.DISTRUST
    if abs(drift) < policy.set_from:
        return ClockAction.KEEP
    near = policy.away_from_block_ends
    first, last = min(now, now + drift) - near, max(now, now + drift) + near
    crosses = _block_number(first) != _block_number(last)
    return ClockAction.KEEP if crosses else ClockAction.SET


def _block_number(at: datetime) -> tuple[object, int]:
    day = supply_day_of(at)
    return day, (at - day_starts(day)) // timedelta(minutes=BLOCK_MINUTES)
