"""When to try again: pure."""

from __future__ import annotations

from datetime import timedelta

MOST_ATTEMPTS = 6
"""Attempts at one relay command before it is shown as failed."""

_MOST_DOUBLINGS = 10

_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=5)

READ_EVERY = timedelta(minutes=60)
"""How often a meter that answers is asked for what is new."""

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
