"""What crosses the border of kyc; what goes out never carries a whole number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PaperKind(StrEnum):
    """By what somebody shows who they are."""

    SAMAGRA = "samagra"
    """The family or member id of Madhya Pradesh, proven by a code to the mobile."""
    PAN = "pan"
    VOTER_ID = "voter_id"
    DRIVING_LICENCE = "driving_licence"
    OFFLINE_QR = "offline_qr"
    """The signed QR code of an identity letter: its signature counts, no number is kept."""


class PaperState(StrEnum):
    """How far a paper is."""

    ASKED = "asked"
    """The code that was sent to the mobile is still to come."""
    WAITING = "waiting"
    """The office has to look at it."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"
    """Another one was shown in its place, or its code never came."""
    WITHDRAWN = "withdrawn"


class Purpose(StrEnum):
    """What a consent is for."""

    IDENTITY = "identity"
    BENEFIT = "benefit"
    """Paying a subsidy straight to a bank account."""


class Standing(StrEnum):
    """How far a connection is with KYC."""

    NOT_STARTED = "not_started"
    WAITING = "waiting"
    REJECTED = "rejected"
    DONE = "done"


class Wrong(StrEnum):
    """Why what was shown or typed is not taken."""

    EMPTY = "empty"
    FORM = "form"
    LIKE_AADHAAR = "like_aadhaar"
    NOT_USED = "not_used"
    NO_CONSENT = "no_consent"
    NOT_THE_SAME = "not_the_same"
    IFSC = "ifsc"
    NAME = "name"
    TOO_LARGE = "too_large"
    NO_PICTURE = "no_picture"
    BROKEN = "broken"
    TOO_MANY_PAGES = "too_many_pages"
    CARD_OF_AADHAAR = "card_of_aadhaar"
    NO_QR = "no_qr"
    OLD_QR = "old_qr"
    NOT_SIGNED = "not_signed"
    CERTIFICATE = "certificate"
    GONE = "gone"
    TOO_MANY = "too_many"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChecked:
    """A paper's number that may be taken."""

    number: str
    """Capital letters and digits only."""
    is_unusual: bool
    """Of an old form, or with a check digit that does not fit: the office looks closer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChecked:
    """A bank account that may be taken."""

    account: str
    ifsc: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFacts:
    """All that is kept of a signed QR code."""

    name: str
    born_year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """A paper as its owner and the office see it."""

    paper_id: UUID
    connection_id: int
    kind: PaperKind
    state: PaperState
    end: str
    """The last characters of its number; empty where none is kept."""
    name: str
    """As it is written on the paper, where that is kept."""
    born_year: int | None
    is_unusual: bool
    pages: int
    shown_at: datetime
    decided_at: datetime | None
    why: str
    """Why it was rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankShown:
    """Where a benefit is paid, masked."""

    account_id: UUID
    end: str
    ifsc: str
    holder: str
    since: datetime | None
    """None: the code that was sent to the mobile is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """What somebody agreed to, in which words and when, and until when."""

    purpose: Purpose
    text_version: str
    language: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kyc:
    """Everything about a connection's KYC that may be shown."""

    connection_id: int
    standing: Standing
    papers: tuple[PaperShown, ...]
    """Those that count or wait, the newest first."""
    bank: BankShown | None
    bank_asked: BankShown | None
    """A change of the account whose code is still to come."""
    consents: tuple[ConsentGiven, ...]

    def has_consent(self, purpose: Purpose) -> bool:
        """Whether a consent for this purpose holds."""
        return any(
            one.purpose is purpose and one.withdrawn_at is None for one in self.consents
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A paper that the office has to look at, with whose it is."""

    paper: PaperShown
    consumer_number: str
    name_en: str
    name_hi: str
