"""What crosses the border of notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What people are told of; each has its texts in `catalogue/`."""

    RECHARGED = "recharged"
    RECHARGED_TOO_LITTLE = "recharged_too_little"
    LOW_BALANCE = "low_balance"
    BALANCE_USED_UP = "balance_used_up"
    DISCONNECTED = "disconnected"
    RECONNECTED = "reconnected"
    THRESHOLD_AHEAD = "threshold_ahead"
    BILL_READY = "bill_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """Something to tell one consumer, once: `source` is the idempotency key."""

    kind: NoticeKind
    source: str
    connection_id: int
    consumer_number: str
    mobile: str
    language: str
    parameters: Mapping[str, str]
    """The words that the text leaves open, ready to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A notice that a channel has to carry."""

    notice_id: int
    mobile: str
    language: str
    sender: str
    template_id: str
    text: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNotice:
    """A notice as staff and the pretend phones see it."""

    notice_id: int
    at: datetime
    kind: str
    text: str
    language: str
    state: str
    mobile: str
    connection_id: int
