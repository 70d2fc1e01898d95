"""What crosses the border of the head-end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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
class MeterKeys:
    """The global unicast encryption key and the authentication key of one meter."""

    encryption_key: bytes
    authentication_key: bytes


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
class Contact:
    """When a meter was last tried and heard."""

    last_heard_at: datetime | None
    last_tried_at: datetime | None
    failures_in_a_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A relay command that is not ended yet."""

    attempts: int
    requested_at: datetime
    is_shown_as_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How many meters hang below a node, and how many were silent when last asked."""

    meters: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterAccess:
    """All that a conversation with one meter needs. Held in memory only, never logged."""

    meter_id: int
    serial: str
    system_title: bytes
    host: str
    port: int
    encryption_key: bytes
    authentication_key: bytes
    first_counter: int
    """The first of the counters leased for this conversation."""
    leased_counters: int
    known_meter_counter: int
    """The last counter that the meter was heard to use: it must move forward."""


class ReadKind(StrEnum):
    """What a meter can be asked for, in the order in which it is asked."""

    DAILY = "daily"
    BLOCKS = "blocks"
    EVENTS = "events"
    BILLING = "billing"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpan:
    """Missing half-hours in a row: from the start of the first to the end of the last."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """What to ask one meter in one association.

    `blocks_from_day` and `blocks_from_block` are where the half-hours end that are known
    without a gap up to the newest; `gaps` lie before that, the oldest first.
    """

    meter_id: int
    daily_from: date
    blocks_from_day: date
    blocks_from_block: int
    kinds: frozenset[ReadKind] = frozenset({ReadKind.DAILY, ReadKind.BLOCKS})
    gaps: tuple[BlockSpan, ...] = ()
    events_since: datetime | None = None
    """Up to where the meter's event logs were read; None where they never were."""
    is_urgent: bool = False
    """Somebody waits for the answer."""
    blocks_until: datetime | None = None
    """Where to stop, so that a long silence is made up for in several conversations."""


class ClockAction(StrEnum):
    """What the head-end does about a meter's clock."""

    KEEP = "keep"
    SET = "set"
    DISTRUST = "distrust"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSeen:
    """A meter's clock at one conversation: how far it was ahead, and what was done."""

    drift_s: int
    """Whole seconds; negative where the meter is behind."""
    action: ClockAction
    is_set: bool
    at: datetime


class Talk(StrEnum):
    """What was tried with a meter, as it is counted."""

    READ = "read"
    ON_DEMAND = "on_demand"
    RELAY = "relay"
    PUSH = "push"


class Outcome(StrEnum):
    """What came of an attempt, as it is counted."""

    DONE = "done"
    BROKE_OFF = "broke_off"
    """Part of what was asked came, and is kept."""
    NO_CONNECTION = "no_connection"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    CLOCK_WRONG = "clock_wrong"
    TOO_LATE = "too_late"
    REPLAYED = "replayed"
    FORGED = "forged"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to talk to a meter, ended at `at` after `took_ms` of real time."""

    meter_id: int
    talk: Talk
    outcome: Outcome
    took_ms: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSum:
    """Attempts of one kind and outcome with one meter on one supply day."""

    talk: Talk
    outcome: Outcome
    many: int
    took_ms: int
    longest_ms: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is noted of a conversation beside its readings."""

    attempt: Attempt
    kinds: frozenset[ReadKind] = frozenset()
    """What was asked and answered."""
    events_until: datetime | None = None
    clock: ClockSeen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOutcome:
    """What came of one attempt at a relay command."""

    command_id: int
    is_closed: bool | None
    """The relay as read back; None where it could not be read."""
    at: datetime
    """When it was read, or when the attempt ended."""
    error: str
