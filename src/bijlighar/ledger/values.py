"""What crosses the border of the ledger. It knows nothing of electricity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


class Book(StrEnum):
    """Accounts that are no wallets: their totals are sums, never rows that all must lock.

    ARREARS and DEPOSIT are of one owner each (`OwnedBook`), the others the discom's.
    """

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
    SURCHARGE = "surcharge"
    """What was earned because somebody paid late."""
    INTEREST = "interest"
    """What was given as interest, as on deposits."""
    COMPENSATION = "compensation"
    """What was given because a legal clock ran out."""
    ARREARS = "arrears"
    """An owner's old dues set aside, paid by instalments."""
    DEPOSIT = "deposit"
    """An owner's security deposit held."""


OWNED_BOOKS = frozenset({Book.ARREARS, Book.DEPOSIT})


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
class OwnedBook:
    """An account of one owner beside the wallet: one of OWNED_BOOKS."""

    book: Book
    owner_id: int


Side: TypeAlias = WalletOf | BookOf | OwnedBook


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransfer:
    """So many paise from one account to another, under a head."""

    debit: Side
    credit: Side
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunEntry:
    """One run over part of the fleet: many wallets against the discom's books, as columns.

    `(reason, source)` is the idempotency key, shared with NewEntry. What moves into wallets
    and books together is nothing.
    """

    reason: str
    source: str
    effective_at: datetime
    owner_ids: NDArray[np.int64]
    """Strictly ascending."""
    amounts_paise: NDArray[np.int64]
    """One an owner: into the wallet (+) or out of it (-); zeros move nothing."""
    books_paise: Mapping[BookOf, int]
    """Credited (+) to each book or debited (-)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LockedWallets:
    """Wallets that the present transaction holds locked, in order of owner, and their
    accounts: good in that transaction only."""

    owner_ids: NDArray[np.int64]
    account_ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a wallet holds, and since when."""

    owner_id: int
    balance_paise: int
    as_of: datetime
