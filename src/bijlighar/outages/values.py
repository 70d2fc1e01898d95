"""What crosses the border of outages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bijlighar.grid.values import Kind


class OutageKind(StrEnum):
    """Whether supply was taken away on purpose."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"


class OutageState(StrEnum):
    """Where an outage stands; before, during and after follow from the hours."""

    STANDS = "stands"
    CANCELLED = "cancelled"
    """It will not happen: told before it began."""
    OVER = "over"
    """Supply is back, as staff said."""


NODES = frozenset({Kind.SUBSTATION, Kind.FEEDER, Kind.TRANSFORMER})
"""Pieces of the network that can be without supply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutage:
    """An outage as staff enter it. `until` may be unknown for an unplanned one only."""

    kind: OutageKind
    node_id: int
    starts_at: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A piece of the network without supply, from one instant to another."""

    outage_id: int
    kind: OutageKind
    node_id: int
    starts_at: datetime
    until: datetime | None
    """When supply is to be back; None: nobody knows yet."""
    reason: str
    state: OutageState
    ended_at: datetime | None
    """When it was cancelled, or when supply was back."""
    version: int
    """Raised by every change: each is told once."""
    entered_by: str
    entered_at: datetime

    def is_open(self, at: datetime) -> bool:
        """Whether homes below are dark because of it at an instant.

        A planned one is over at its hour; an unplanned one when somebody says so.
        """
        if self.state is OutageState.CANCELLED or at < self.starts_at:
            return False
        if self.ended_at is not None:
            return at < self.ended_at
        return self.kind is OutageKind.UNPLANNED or self.until is None or at < self.until

    def is_ahead(self, at: datetime) -> bool:
        """Whether it stands and has not begun."""
        return self.state is OutageState.STANDS and at < self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom an outage concerns, and how they are told."""

    connection_id: int
    consumer_number: str
    mobile: str
    language: str
