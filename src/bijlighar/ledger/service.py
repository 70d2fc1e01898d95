"""Post entries, ask for balances, prove that every balance is the sum of what moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import _accounts, _run
from bijlighar.ledger._accounts import WALLET as WALLET
from bijlighar.ledger._accounts import NoWallet as NoWallet
from bijlighar.ledger._run import EmptyEntry as EmptyEntry
from bijlighar.ledger._run import Unbalanced as Unbalanced
from bijlighar.ledger.models import Entry, Wallet
from bijlighar.ledger.values import (
    Balance,
    Book,
    LockedWallets,
    NewEntry,
    RunEntry,
    Side,
    WalletOf,
)

OPENING = "opening"
"""The reason of entries that bring a balance in from an older system."""


def open_wallets(*, owner_ids: Sequence[int], now: datetime) -> None:
    """Give each owner a wallet with nothing in it. Safe to repeat."""
    told: dict[str, Any] = {"owners": sorted(set(owner_ids)), "book": WALLET, "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.ledger", "open_accounts"), told)
        cursor.execute(statement("bijlighar.ledger", "open_wallets"), told)


def post(*, entries: Sequence[NewEntry], now: datetime) -> frozenset[tuple[str, str]]:
    """Post entries that are not posted yet; answer which were new, by (reason, source).

    All of them or none: the balances of the wallets change in the same transaction.
    Raises NoWallet, EmptyEntry.
    """
    for entry in entries:
        if not entry.transfers:
            raise EmptyEntry(f"{entry.reason} {entry.source} has no transfers.")
    keys = {(entry.reason, entry.source) for entry in entries}
    assert len(keys) == len(entries), "the same entry twice in one call"
    with transaction.atomic():
        # Wallets before books, as callers who hold a wallet's lock already: no deadlock.
        _accounts.lock_wallets(sorted(_owners(entries)))
        accounts = _accounts.accounts_of(_sides(entries))
        ids = _insert_entries(entries, now)
        new = [entry for entry in entries if (entry.reason, entry.source) in ids]
        if new:
            _insert_transfers(new, ids, accounts)
            _move_wallets(new, now)
    return frozenset(ids)


def post_run(
    *, entry: RunEntry, now: datetime, locked: LockedWallets | None = None
) -> bool:
    """Post one entry of a run over part of the fleet; False if it is posted already.

    All of it or nothing. It locks the wallets that move, in order of owner, as `post`
    does, unless they are among those that the caller's transaction has `locked`. For parts
    of some 50,000 owners; raises EmptyEntry, Unbalanced, NoWallet.
    """
    return _run.post_run(entry, now, locked)


def balances_of(*, owner_ids: Sequence[int]) -> dict[int, Balance]:
    """What each owner's wallet holds. Raises NoWallet where one has none."""
    found = {
        wallet.owner_id: Balance(
            owner_id=wallet.owner_id,
            balance_paise=wallet.balance_paise,
            as_of=wallet.as_of,
        )
        for wallet in Wallet.objects.filter(owner_id__in=owner_ids)
    }
    missing = set(owner_ids) - found.keys()
    if missing:
        raise NoWallet(f"No wallet for {sorted(missing)}.")
    return found


def lock_balances(*, owner_ids: Sequence[int]) -> dict[int, Balance]:
    """As `balances_of`, and nobody else changes them until this transaction ends."""
    _accounts.lock_wallets(sorted(set(owner_ids)))
    return balances_of(owner_ids=owner_ids)


def lock_wallets(*, owner_ids: NDArray[np.int64]) -> LockedWallets:
    """As `lock_balances` for a part of the fleet whose balances are not asked for.

    The owners are strictly ascending. Raises NoWallet.
    """
    with connection.cursor() as cursor:
        account_ids = _run.locked_accounts(cursor, owner_ids)
    return LockedWallets(owner_ids=owner_ids, account_ids=account_ids)


def wrong_wallets() -> tuple[int, ...]:
    """Owners whose balance is not the sum of what moved: always none."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.ledger", "wrong_wallets"))
        return tuple(row["owner_id"] for row in rows(cursor))


def wrong_entries() -> tuple[int, ...]:
    """Run entries whose wallets and books do not sum to nothing: always none."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.ledger", "wrong_entries"))
        return tuple(row["entry_id"] for row in rows(cursor))


def totals_by_reason() -> dict[str, int]:
    """What moved into (+) or out of (-) wallets so far, in paise, by reason."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.ledger", "wallet_totals_by_reason"))
        return {row["reason"]: row["amount_paise"] for row in rows(cursor)}


def opening_of(*, owner_ids: Sequence[int]) -> dict[int, int]:
    """The balance in paise that each wallet was opened with, where it was not zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.ledger", "openings"),
            {"owners": list(owner_ids), "reason": OPENING},
        )
        return {row["owner_id"]: row["amount_paise"] for row in rows(cursor)}


def owned_balances(*, book: Book, owner_ids: Sequence[int]) -> dict[int, int]:
    """What each owner's account of this book holds in paise: credits less debits."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.ledger", "owned_balances"),
            {"book": book.value, "owners": list(owner_ids)},
        )
        held = {row["owner_id"]: row["amount_paise"] for row in rows(cursor)}
    return {owner_id: held.get(owner_id, 0) for owner_id in owner_ids}


def posted(*, reason: str, sources: Sequence[str]) -> frozenset[str]:
    """Which of these sources were posted under a reason."""
    found = Entry.objects.filter(reason=reason, source__in=sources).order_by()
    return frozenset(found.values_list("source", flat=True))


def wallets_paise() -> int:
    """What all wallets hold together, by their running balances."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(balance_paise), 0)::bigint from ledger_wallet")
        return int(cursor.fetchone()[0])


def count_transfers() -> int:
    """How many transfers the ledger holds; a wallet that a run entry moves is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from ledger_transfer)"
            " + (select count(*) from ledger_walletmove)"
        )
        return int(cursor.fetchone()[0])


def _sides(entries: Iterable[NewEntry]) -> Iterable[Side]:
    for entry in entries:
        for transfer in entry.transfers:
            yield transfer.debit
            yield transfer.credit


def _owners(entries: Iterable[NewEntry]) -> set[int]:
    return {side.owner_id for side in _sides(entries) if isinstance(side, WalletOf)}


def _insert_entries(
    entries: Sequence[NewEntry], now: datetime
) -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.ledger", "insert_entries"),
            {
                "reasons": [entry.reason for entry in entries],
                "sources": [entry.source for entry in entries],
                "effective_at": [entry.effective_at for entry in entries],
                "now": now,
            },
        )
        return {(row["reason"], row["source"]): row["id"] for row in rows(cursor)}


def _insert_transfers(
    entries: Sequence[NewEntry],
    ids: dict[tuple[str, str], int],
    accounts: dict[Side, int],
) -> None:
    flat = [
        (ids[e.reason, e.source], transfer) for e in entries for transfer in e.transfers
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.ledger", "insert_transfers"),
            {
                "entries": [entry_id for entry_id, _ in flat],
                "debits": [accounts[transfer.debit] for _, transfer in flat],
                "credits": [accounts[transfer.credit] for _, transfer in flat],
                "heads": [transfer.head for _, transfer in flat],
                "amounts": [transfer.amount_paise for _, transfer in flat],
            },
        )


def _move_wallets(entries: Sequence[NewEntry], now: datetime) -> None:
    moved: dict[int, int] = {}
    for entry in entries:
        for transfer in entry.transfers:
            for side, sign in ((transfer.debit, -1), (transfer.credit, 1)):
                if isinstance(side, WalletOf):
                    change = sign * transfer.amount_paise
                    moved[side.owner_id] = moved.get(side.owner_id, 0) + change
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.ledger", "move_wallets"),
            {"owners": list(moved), "changes": list(moved.values()), "now": now},
        )
