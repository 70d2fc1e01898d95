"""A dark home looked into: what is known of each link, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DarkCause(StrEnum):
    """Why a home that says it recharged is dark: the first link that is wrong."""

    NO_RECHARGE = "no_recharge"
    PAYMENT_OPEN = "payment_open"
    """The gateway knows of no money for the recharge (yet)."""
    GATEWAY_SILENT = "gateway_silent"
    PAYMENT_FAILED = "payment_failed"
    WEBHOOK_LOST = "webhook_lost"
    """The gateway has the money, and we were not told."""
    TOO_LITTLE = "too_little"
    NOT_QUEUED = "not_queued"
    """The money is there, and nobody has told the meter to switch on."""
    COMMAND_WAITS = "command_waits"
    COMMAND_UNANSWERED = "command_unanswered"
    METER_SILENT = "meter_silent"
    TRANSFORMER_OUT = "transformer_out"
    FEEDER_OUT = "feeder_out"
    PLANNED_OUTAGE = "planned_outage"
    HOUSE = "house"
    """All is well up to the meter: what is dark lies behind it."""


class GatewaySaid(StrEnum):
    """What a gateway answers about a recharge that was never confirmed."""

    NOT_ASKED = "not_asked"
    NOTHING = "nothing"
    CAPTURED = "captured"
    REFUSED = "refused"
    SILENT = "silent"


class Link(StrEnum):
    """A link of the chain from a payment to the light."""

    PAYMENT = "payment"
    WALLET = "wallet"
    BALANCE = "balance"
    COMMAND = "command"
    METER = "meter"
    NETWORK = "network"


class Stand(StrEnum):
    """How a link of the chain is."""

    FINE = "fine"
    MENDED = "mended"
    """It was wrong and has just been put right."""
    BROKEN = "broken"
    NOT_REACHED = "not_reached"
    """Something before it is wrong: it was not looked at, or does not matter yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeSeen:
    """The last recharge that somebody started for a connection."""

    amount_paise: int
    started_at: datetime
    is_credited: bool
    has_failed: bool
    gateway_said: GatewaySaid
    was_credited_now: bool = False
    """The gateway had the money, and this diagnosis has just credited it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeen:
    """The relay command that a connection waits for."""

    attempts: int
    requested_at: datetime
    is_shown_as_failed: bool
    was_queued_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How many meters hang on one thing, and how many did not answer when last asked."""

    meters: int
    silent: int

    @property
    def is_out(self) -> bool:
        """Two meters or more, and none of them answers."""
        return self.meters > 1 and self.silent == self.meters


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageSeen:
    """An outage that is known and lies over a connection."""

    is_planned: bool
    is_whole_feeder: bool
    until: datetime | None
    """When supply is expected back, as far as anybody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DarkEvidence:
    """All that a diagnosis rests on, as every domain answered it."""

    recharge: RechargeSeen | None
    balance_paise: int
    needed_paise: int
    """The recharge that brings supply back; 0 where the balance is enough."""
    is_lit: bool
    """The relay is closed, as it was last read."""
    command: CommandSeen | None
    meter_is_silent: bool
    last_heard_at: datetime | None
    transformer: Answering
    feeder: Answering
    outage: OutageSeen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Where a home that recharged and is dark stands."""

    cause: DarkCause
    links: Mapping[Link, Stand]
    """In the order of the chain."""
    is_mended: bool
    """What was wrong has been put right just now: light follows in moments."""
    needs_a_person: bool
    """Somebody has to come or look: a complaint is opened."""
    amount_paise: int
    """What is missing, or what was paid; 0 where the cause has no amount."""
    until: datetime | None
    """When supply is expected back, where somebody knows."""
