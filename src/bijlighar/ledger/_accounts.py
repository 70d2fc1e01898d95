"""Which account a side of a transfer is: wallets are there, books open when first used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from bijlighar.kernel.errors import BijligharError
from bijlighar.ledger.models import Account
from bijlighar.ledger.values import Book, BookOf, OwnedBook, Side, WalletOf

WALLET = "wallet"


class NoWallet(BijligharError):
    """An owner has no wallet: open one before money is posted to it."""


def lock_wallets(owner_ids: Sequence[int]) -> None:
    """Nobody else changes these wallets until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select owner_id from ledger_wallet where owner_id = any(%s)"
            " order by owner_id for update",
            [list(owner_ids)],
        )


def accounts_of(sides: Iterable[Side]) -> dict[Side, int]:
    """Account ids. Raises NoWallet."""
    wanted = set(sides)
    owners = {side.owner_id for side in wanted if isinstance(side, WalletOf)}
    found: dict[Side, int] = {
        WalletOf(owner_id=owner_id): pk
        for pk, owner_id in Account.objects.filter(
            book=WALLET, owner_id__in=owners
        ).values_list("pk", "owner_id")
        if owner_id is not None
    }
    missing = owners - {side.owner_id for side in found if isinstance(side, WalletOf)}
    if missing:
        raise NoWallet(f"No wallet for {sorted(missing)}.")
    return (
        found
        | _owned({side for side in wanted if isinstance(side, OwnedBook)})
        | books_of({side for side in wanted if isinstance(side, BookOf)})
    )


def books_of(wanted: set[BookOf]) -> dict[Side, int]:
    """Account ids of the discom's own books."""
    if not wanted:
        return {}
    _open(
        Account(book=side.book.value, head=side.head)
        for side in sorted(wanted, key=lambda side: (side.book, side.head))
    )
    known = Account.objects.filter(owner_id=None).values_list("pk", "book", "head")
    ids = {(book, head): pk for pk, book, head in known}
    return {side: ids[side.book.value, side.head] for side in wanted}


def _owned(wanted: set[OwnedBook]) -> dict[Side, int]:
    """Account ids of owners' accounts that are no wallets."""
    if not wanted:
        return {}
    _open(
        Account(book=side.book.value, owner_id=side.owner_id)
        for side in sorted(wanted, key=lambda side: (side.book, side.owner_id))
    )
    return {
        OwnedBook(book=Book(book), owner_id=owner_id): pk
        for pk, book, owner_id in Account.objects.filter(
            book__in={side.book.value for side in wanted},
            owner_id__in={side.owner_id for side in wanted},
        ).values_list("pk", "book", "owner_id")
        if owner_id is not None
    }


def _open(accounts: Iterable[Account]) -> None:
    """Always in one order, so that two who open the same ones do not wait in a circle."""
    Account.objects.bulk_create(list(accounts), ignore_conflicts=True)
