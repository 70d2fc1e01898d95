"""Relay commands as they cross the border of the head-end: given to others by `values`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CommandState(StrEnum):
    """How far a relay command got; see states.py for what leads where."""

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RelayWanted(StrEnum):
    """How a relay is wanted: it opens to disconnect and closes to reconnect."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommand:
    """A relay command; `source` is its idempotency key."""

    meter_id: int
    connection_id: int
    wanted: RelayWanted
    source: str


class Withdrawn(StrEnum):
    """What withdrawing a command means for its relay."""

    NOT_THERE = "not there"
    """The command had ended before."""
    UNSENT = "unsent"
    """The meter never heard of it: the relay is as it was."""
    MAYBE_SENT = "maybe sent"
    """It was tried, and no answer came: only the relay itself can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A relay command as the queue holds it."""

    command_id: int
    meter_id: int
    connection_id: int
    wanted: RelayWanted
    state: CommandState
    attempts: int
    requested_at: datetime
    last_error: str
    open_before: datetime | None = None
    """Set when it is released: after this instant the relay may not be opened any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A relay command that is not ended yet."""

    attempts: int
    requested_at: datetime
    is_shown_as_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOutcome:
    """What came of one attempt at a relay command."""

    command_id: int
    is_closed: bool | None
    """The relay as read back; None where it could not be read."""
    at: datetime
    """When it was read, or when the attempt ended."""
    error: str
