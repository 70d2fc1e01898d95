"""What crosses the border of notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


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
    CODE = "code"
    DISCONNECTION_AHEAD = "disconnection_ahead"
    PAYMENT_PENDING = "payment_pending"
    PAYMENT_FAILED = "payment_failed"
    PLANNED_OUTAGE = "planned_outage"
    OUTAGE_CHANGED = "outage_changed"
    OUTAGE_CANCELLED = "outage_cancelled"
    UNPLANNED_OUTAGE = "unplanned_outage"
    UNPLANNED_OUTAGE_OPEN = "unplanned_outage_open"
    OUTAGE_OVER = "outage_over"
    DIGEST_DAILY = "digest_daily"
    DIGEST_WEEKLY = "digest_weekly"
    BUDGET_REACHED = "budget_reached"
    BUDGET_UNITS_REACHED = "budget_units_reached"
    BUDGET_AHEAD = "budget_ahead"
    BUDGET_UNITS_AHEAD = "budget_units_ahead"
    COMPLAINT_TAKEN = "complaint_taken"
    COMPLAINT_MOVED = "complaint_moved"
    COMPLAINT_OVERDUE = "complaint_overdue"
    COMPLAINT_SETTLED = "complaint_settled"
    COMPENSATION_DUE = "compensation_due"
    INSTALMENT_TAKEN = "instalment_taken"
    DUES_SHARE_TAKEN = "dues_share_taken"
    DUES_CONVERTED = "dues_converted"
    TURNED_PREPAID = "turned_prepaid"
    TURNED_POSTPAID = "turned_postpaid"
    PAID_FOR_ANOTHER = "paid_for_another"
    PENDING_FOR_ANOTHER = "pending_for_another"
    FAILED_FOR_ANOTHER = "failed_for_another"
    NUMBER_CHANGE_ASKED = "number_change_asked"
    NUMBER_CHANGED = "number_changed"


class Urgency(IntEnum):
    """Which notices go first; a lower number is sooner."""

    CODE = 0
    SUPPLY = 1
    PAYMENT = 2
    BALANCE = 3
    NEWS = 4
    DIGEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """Something to tell one consumer, once: `source` is the idempotency key.

    A code, and what is told to somebody who paid for another's connection, goes to a number
    that may belong to no connection: `connection_id` is None then, `consumer_number` empty.
    """

    kind: NoticeKind
    source: str
    connection_id: int | None
    consumer_number: str
    mobile: str
    language: str
    parameters: Mapping[str, str]
    """The words that the text leaves open, ready to be read."""
    expires_at: datetime | None = None
    """Not sent after: a code that is good for five minutes only."""


class Medium(StrEnum):
    """By what a consumer is told; each may have several channels."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"
    MAIL = "mail"


class Digest(StrEnum):
    """How often somebody wants to be told of the use so far."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


class Outcome(StrEnum):
    """What came of handing a notice to an operator."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It will not take this one, however often it is asked."""
    SILENT = "silent"
    """No answer, or one that says later."""
    UNSURE = "unsure"
    """Whoever asked died before the answer."""


class AlarmKind(StrEnum):
    """What may be wrong with a channel."""

    SILENT = "silent"
    REFUSING = "refusing"
    NOT_DELIVERING = "not_delivering"
    """It takes messages, but most do not arrive or no receipt tells."""
    SPENT = "spent"
    """The day's money for it is used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTo:
    """A browser as web push reaches it. Source: RFC 8030, RFC 8291."""

    address_id: int
    endpoint: str
    public_key: str
    """The browser's P-256 point, base64url."""
    shared_secret: str
    """16 bytes, base64url."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A notice that a channel has to carry."""

    notice_id: int
    kind: NoticeKind
    urgency: Urgency
    mobile: str
    language: str
    sender: str
    template_id: str
    text: str
    parameters: Mapping[str, str]
    reference: str
    """The same however often it is handed over: an operator that knows it sends once."""
    mail: str = ""
    push: tuple[PushTo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an operator says has become of a notice."""

    channel: str
    provider_id: str = ""
    reference: str = ""
    """Ours, where the operator repeats it."""
    is_delivered: bool
    said: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a consumer wishes to be told. What the law asks for comes in any case."""

    medium: Medium
    language: str
    digest: Digest
    wants_news: bool
    """Recharges, thresholds, budgets."""
    mail: str
    browsers: int
    """How many browsers let themselves be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeQuestion:
    """Which notices somebody looks for; empty for any."""

    consumer_number: str = ""
    mobile: str = ""
    """E.164, instead of the consumer number; only where the looker may see numbers."""
    kind: str = ""
    state: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One notice as the desk lists it."""

    notice_id: int
    connection_id: int
    consumer_number: str
    at: datetime
    kind: str
    language: str
    mobile: str
    """Masked but for its last four digits, where the number is not shown."""
    text: str
    """Empty where amounts are not shown."""
    state: str
    channel: str
    sent_at: datetime | None
    arrived_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingLine:
    """One attempt of a notice, as the desk shows it."""

    channel: str
    at: datetime
    outcome: Outcome
    parts: int
    error: str
    receipt: str
    receipt_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A channel that does not do what it should."""

    channel: str
    kind: AlarmKind
    said: str
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelToday:
    """What a channel was given on a supply day, and what it cost."""

    channel: str
    messages: int
    paise: int
    cap_paise: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueText:
    """A registered text as staff check it against the operators' register."""

    kind: NoticeKind
    language: str
    sender: str
    """The DLT header."""
    template_id: str
    text: str
    urgency: Urgency
    is_always_told: bool
    variables: tuple[tuple[str, str], ...]
    """Name and type, as they come."""
    alphabet: str
    parts: int
    """SMS parts with values of usual length."""
    most_parts: int
    """With every variable at its longest."""
