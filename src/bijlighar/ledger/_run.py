"""Post a run over part of the fleet: columns in, no statement and no object a wallet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from bijlighar.kernel.columns import (
    Column,
    ColumnType,
    Constant,
    copy_columns,
    fetch_columns,
)
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger._accounts import NoWallet, books_of
from bijlighar.ledger.models import BookMove
from bijlighar.ledger.values import BookOf, LockedWallets, RunEntry

NAMED_AT_MOST = 20
"""Owners without a wallet whom an error names."""


class EmptyEntry(BijligharError):
    """An entry that moves nothing says nothing about money."""


class Unbalanced(BijligharError):
    """What moves into wallets and books together is not nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moves:
    """What a run entry moves, without zeros."""

    owner_ids: NDArray[np.int64]
    amounts_paise: NDArray[np.int64]
    books_paise: dict[BookOf, int]


def post_run(entry: RunEntry, now: datetime, locked: LockedWallets | None) -> bool:
    """As `service.post_run` says."""
    moves = _moves(entry)
    with transaction.atomic(), connection.cursor() as cursor:
        account_ids = _known(locked, moves.owner_ids)
        if account_ids is None:
            account_ids = locked_accounts(cursor, moves.owner_ids)
        entry_id = _insert_entry(cursor, entry, now)
        if entry_id is None:
            return False
        _insert_book_moves(entry_id, moves)
        if account_ids.size:
            _insert_wallet_moves(cursor, entry_id, account_ids, moves)
            _move_wallets(cursor, entry_id, moves, now)
    return True


def locked_accounts(
    cursor: CursorWrapper, owner_ids: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The accounts of the owners' wallets, locked, in order of owner. Raises NoWallet."""
    assert bool(np.all(owner_ids[:-1] < owner_ids[1:])), "owners are strictly ascending"
    if not owner_ids.size:
        return owner_ids
    owners = ",".join(map(str, owner_ids.tolist()))
    found = fetch_columns(
        cursor.cursor,
        statement("bijlighar.ledger", "lock_wallets_of_run"),
        {"owner_id": ColumnType.INT8, "account_id": ColumnType.INT8},
        _reach(owner_ids) | {"owners": f"{{{owners}}}"},
    )
    missing = np.setdiff1d(owner_ids, found["owner_id"], assume_unique=True)
    if missing.size:
        raise NoWallet(f"No wallet for {missing[:NAMED_AT_MOST].tolist()}.")
    return found["account_id"]


def _known(
    locked: LockedWallets | None, owner_ids: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """The accounts of owners who are all locked already; None where somebody is not."""
    if locked is None or not locked.owner_ids.size:
        return None
    places = np.searchsorted(locked.owner_ids, owner_ids)
    places = np.minimum(places, locked.owner_ids.size - 1)
    if not bool(np.all(locked.owner_ids[places] == owner_ids)):
        return None
    return locked.account_ids[places]


def _moves(entry: RunEntry) -> _Moves:
    """What moves. Raises EmptyEntry, Unbalanced."""
    owners, amounts = entry.owner_ids, entry.amounts_paise
    assert owners.dtype == amounts.dtype == np.int64, "owners and amounts are int64"
    assert owners.shape == amounts.shape == (owners.size,), "one amount an owner"
    assert bool(np.all(owners[:-1] < owners[1:])), "owners are strictly ascending"
    books = {book: paise for book, paise in entry.books_paise.items() if paise}
    named = f"{entry.reason} {entry.source}"
    if not books and not amounts.any():
        raise EmptyEntry(f"{named} moves nothing.")
    left = _sum(amounts) + sum(books.values())
    if left:
        raise Unbalanced(f"{named} leaves {left} paise between wallets and books.")
    moving = amounts != 0
    return _Moves(
        owner_ids=owners[moving], amounts_paise=amounts[moving], books_paise=books
    )


def _sum(amounts: NDArray[np.int64]) -> int:
    """The exact sum: the halves of many amounts fit into 64 bits where the sum may not."""
    return (int((amounts >> 32).sum()) << 32) + int((amounts & 0xFFFFFFFF).sum())


def _reach(owner_ids: NDArray[np.int64]) -> dict[str, Any]:
    """First and last owner: so that no statement passes over the whole fleet."""
    return {"first": int(owner_ids[0]), "last": int(owner_ids[-1])}


def _insert_entry(cursor: CursorWrapper, entry: RunEntry, now: datetime) -> int | None:
    """The new entry's id, or None where it is posted already."""
    cursor.execute(
        statement("bijlighar.ledger", "insert_entries"),
        {
            "reasons": [entry.reason],
            "sources": [entry.source],
            "effective_at": [entry.effective_at],
            "now": now,
        },
    )
    new = rows(cursor)
    return int(new[0]["id"]) if new else None


def _insert_book_moves(entry_id: int, moves: _Moves) -> None:
    accounts = books_of(set(moves.books_paise))
    BookMove.objects.bulk_create(
        [
            BookMove(entry_id=entry_id, account_id=accounts[book], amount_paise=paise)
            for book, paise in moves.books_paise.items()
        ]
    )


def _insert_wallet_moves(
    cursor: CursorWrapper, entry_id: int, account_ids: NDArray[np.int64], moves: _Moves
) -> None:
    """The accounts are those of wallets this transaction has locked: no key checks it."""
    copy_columns(
        cursor.cursor,
        "ledger_walletmove",
        {
            "entry_id": Constant(of=ColumnType.INT8, value=entry_id),
            "account_id": Column(of=ColumnType.INT8, values=account_ids),
            "amount_paise": Column(of=ColumnType.INT8, values=moves.amounts_paise),
        },
    )


def _move_wallets(
    cursor: CursorWrapper, entry_id: int, moves: _Moves, now: datetime
) -> None:
    cursor.execute(
        statement("bijlighar.ledger", "move_wallets_of_run"),
        _reach(moves.owner_ids) | {"entry": entry_id, "now": now},
    )
    assert cursor.rowcount == moves.owner_ids.size, "a wallet has not moved"
