"""What crosses the border of the ledger. It knows nothing of electricity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Book(StrEnum):
    """The discom's own accounts: their totals are sums, never rows that all must lock."""

    REVENUE = "revenue"
    """What was earned, by head."""
    GATEWAY = "gateway"
    """What a gateway has captured and owes."""
    SUBSIDY = "subsidy"
    """What the government owes for its share."""
    DUTY = "duty"
    """What is owed to the state as electricity duty."""
    REBATE = "rebate"
    """What was given as rebate."""
    MIGRATION = "migration"
    """Balances that came in from an older system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletOf:
    """The wallet of one owner, such as a connection."""

    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookOf:
    """One of the discom's own accounts, by book and head."""

    book: Book
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransfer:
    """So many paise from one account to another, under a head."""

    debit: WalletOf | BookOf
    credit: WalletOf | BookOf
    head: str
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """One thing that happened to money: all its transfers are posted or none.

    `(reason, source)` is the idempotency key: the same pair is posted once, for ever.
    """

    reason: str
    source: str
    effective_at: datetime
    transfers: tuple[NewTransfer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a wallet holds, and since when."""

    owner_id: int
    balance_paise: int
    as_of: datetime
