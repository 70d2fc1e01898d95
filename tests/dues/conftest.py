"""Asha and Balram with wallets in debt, deposits and bills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import FactsChange, Home, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import Instalments, NewDeposit, NewPlan, RechargeShare, Terms
from bijlighar.kernel.ist import day_starts
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf

GATEWAY = BookOf(book=Book.GATEWAY, head="pretend")
REVENUE = BookOf(book=Book.REVENUE, head="energy")


@contextmanager
def undone() -> Iterator[None]:
    """What an example did is taken back, however it ends."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def at(day: date) -> datetime:
    return day_starts(day)


def ids(*homes: Home) -> list[int]:
    return [home.connection_id for home in homes]


def move(home: Home, paise: int, source: str, *, now: datetime, reason="story") -> None:
    """Money comes into a wallet (+) or leaves it (-)."""
    wallet = WalletOf(owner_id=home.connection_id)
    debit, credit = (GATEWAY, wallet) if paise > 0 else (wallet, REVENUE)
    entry = NewEntry(
        reason=reason,
        source=f"{home.connection_id}:{source}",
        effective_at=now,
        transfers=(
            NewTransfer(debit=debit, credit=credit, head="story", amount_paise=abs(paise)),
        ),
    )
    ledger.post(entries=[entry], now=now)


def balance(home: Home) -> int:
    return ledger.balances_of(owner_ids=ids(home))[home.connection_id].balance_paise


def arrears(home: Home) -> int:
    return dues.arrears_of(connection_ids=ids(home))[home.connection_id]


def deposit(home: Home):
    return dues.deposits_of(connection_ids=ids(home))[home.connection_id]


def owned_in_all(home: Home) -> int:
    """Wallet, deposit and old dues together: what only money from outside changes."""
    return balance(home) + deposit(home).held_paise - arrears(home)


def plan(home: Home, paise: int, terms: Terms, source: str = "first") -> NewPlan:
    return NewPlan(
        connection_id=home.connection_id,
        amount_paise=paise,
        terms=terms,
        because="a test",
        source=source,
    )


def share(percent: int = 25) -> RechargeShare:
    return RechargeShare(percent=percent)


def parts(count: int, first_on: date) -> Instalments:
    return Instalments(count=count, first_on=first_on)


def hold(home: Home, paise: int, source: str = "taken over", *, now: datetime) -> None:
    one = NewDeposit(connection_id=home.connection_id, amount_paise=paise, source=source)
    dues.hold(deposits=[one], now=now)


def make_postpaid(home: Home, day: date) -> None:
    change = FactsChange(
        connection_id=home.connection_id, from_day=day, payment_mode=PaymentMode.POSTPAID
    )
    connections.change_facts(changes=[change], now=at(day))


def entries_of(reason: str) -> list[tuple[str, int]]:
    """(source, paise) of the ledger's entries of one reason, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select entry.source, sum(transfer.amount_paise)::bigint"
            " from ledger_entry as entry"
            " join ledger_transfer as transfer on transfer.entry_id = entry.id"
            " where entry.reason = %s group by entry.id, entry.source order by entry.id",
            [reason],
        )
        return cursor.fetchall()
