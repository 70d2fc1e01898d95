"""What crosses the border of the head-end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bijlighar.headend.command_values import Command as Command
from bijlighar.headend.command_values import CommandState as CommandState
from bijlighar.headend.command_values import NewCommand as NewCommand
from bijlighar.headend.command_values import RelayOutcome as RelayOutcome
from bijlighar.headend.command_values import RelayWanted as RelayWanted
from bijlighar.headend.command_values import Waiting as Waiting
from bijlighar.headend.command_values import Withdrawn as Withdrawn
from bijlighar.headend.configuration_values import AlarmingRelay as AlarmingRelay
from bijlighar.headend.configuration_values import Column as Column
from bijlighar.headend.configuration_values import Configuration as Configuration
from bijlighar.headend.configuration_values import ProfileSaid as ProfileSaid
from bijlighar.headend.configuration_values import RelayAlarm as RelayAlarm
from bijlighar.headend.configuration_values import Scaler as Scaler
from bijlighar.readings.values import Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterKeys:
    """The keys of one meter: global unicast encryption, authentication, and more if known.

    Without the master key, under which new keys travel, these cannot be changed from afar.
    """

    encryption_key: bytes = field(repr=False)
    authentication_key: bytes = field(repr=False)
    master_key: bytes = field(default=b"", repr=False)
    lls_secret: bytes = field(default=b"", repr=False)
    """The meter reader's password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """When a meter was last tried and heard."""

    last_heard_at: datetime | None
    last_tried_at: datetime | None
    failures_in_a_row: int


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
    encryption_key: bytes = field(repr=False)
    authentication_key: bytes = field(repr=False)
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
    known: Configuration | None = None
    """What the meter said it is; None where it was not asked yet."""
    left_out: frozenset[str] = frozenset()
    """Profiles that the meter has refused lately: it does not have them."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAccess:
    """All that is needed to open a meter's pushes. Held in memory only, never logged."""

    meter_id: int
    encryption_key: bytes
    authentication_key: bytes
    known: Configuration | None
    """What the meter said it is: its rows are read by its own columns and scalers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A genuine push: what it brought, and the counter that it came with.

    `alert_word` is the event status word, if any: 128 bits, the first at the left.
    """

    heard: Heard
    counter: int
    at: datetime
    alert_word: str | None = None


class Talk(StrEnum):
    """What was tried with a meter, as it is counted."""

    READ = "read"
    ON_DEMAND = "on_demand"
    RELAY = "relay"
    PUSH = "push"
    COMMISSION = "commission"
    """It was asked what it is."""


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
    refused: frozenset[str] = frozenset()
    """Profiles that the meter refuses and will go on refusing."""
    changed: Mapping[str, ProfileSaid] = field(default_factory=dict)
    """Profiles that are not as they are kept, by OBIS, as the meter now says them."""


class KeyFault(StrEnum):
    """What can be wrong with a row of a key file, or with the file."""

    NOT_TEXT = "not_text"
    COLUMNS = "columns"
    EMPTY = "empty"
    TOO_MANY = "too_many"
    CELLS = "cells"
    NO_SERIAL = "no_serial"
    NOT_HEX = "not_hex"
    LENGTH = "length"
    DEFAULT_KEY = "default_key"
    ONE_KEY_TWICE = "one_key_twice"
    TWICE = "twice"
    SHARED_KEY = "shared_key"
    UNKNOWN_METER = "unknown_meter"
    OTHER_TITLE = "other_title"
    HAS_KEYS = "has_keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongKeys:
    """A row of a key file that is not taken in, and why; `line` as an editor counts."""

    line: int
    serial: str
    fault: KeyFault
    other: str = ""
    """The serial of the meter that has the same key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A meter's keys as a key file brings them; no title where the file says none."""

    line: int
    serial: str
    system_title: bytes
    keys: MeterKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysChecked:
    """What a key file would do: meters that get keys, and every row that may not."""

    meters: int
    faults: tuple[WrongKeys, ...]


class KeyPart(StrEnum):
    """Which of a meter's secrets change together, in one conversation."""

    GLOBALS = "globals"
    """Encryption and authentication key."""
    MASTER = "master"
    """The key under which keys travel (KEK)."""
    LLS = "lls"
    """The meter reader's password (low level security)."""


class KeyChangeState(StrEnum):
    """How far a change of a meter's keys got; see _rotate.NEXT for what leads where."""

    PREPARED = "prepared"
    """New keys lie wrapped in the database; the meter knows nothing of them."""
    SENT = "sent"
    """They may have been sent: the meter holds the new keys or the old ones."""
    PROVED = "proved"
    """The meter has proved that it holds the new keys; the old ones are gone."""
    GIVEN_UP = "given_up"
    """The meter refuses them; it holds the old ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """A change of one meter's keys that is not ended."""

    change_id: int
    meter_id: int
    part: KeyPart
    state: KeyChangeState
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysToSend:
    """All that sending new keys needs. Held in memory only, never logged."""

    access: MeterAccess
    part: KeyPart
    new: MeterKeys
    master_key: bytes = field(repr=False)
    """The one that the meter holds now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysToProve:
    """Keys that a meter may hold, and all for finding it out. Held in memory only."""

    access: MeterAccess
    part: KeyPart
    keys: MeterKeys
    is_new: bool
