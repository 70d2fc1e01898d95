"""Security deposits: held, set off against dues, refunded, never more than there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from bijlighar.dues._plans import open_plans_of
from bijlighar.dues.values import DepositNow, DepositRefund, NewDeposit, SetOff
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, OwnedBook, WalletOf
from bijlighar.tariffs.dues import settle_deposit

HELD = "deposit held"
"""The ledger's reason for a deposit that was paid before this system knew it."""
SET_OFF = "deposit set off"
"""The ledger's reason for a deposit that pays dues; what is over is credit."""
REFUND = "deposit refunded"
"""The ledger's reason for a deposit that the office pays out."""

OUTSIDE = BookOf(book=Book.MIGRATION, head=Book.DEPOSIT.value)
"""What an older system held and holds, and what the office pays out by itself."""


class NoDeposit(BijligharError):
    """A deposit or a refund is more than nothing."""


class NotHeld(BijligharError):
    """More would be refunded than is held."""


def hold(deposits: Sequence[NewDeposit], now: datetime) -> None:
    """As `service.hold` says."""
    for one in deposits:
        if one.amount_paise <= 0:
            raise NoDeposit(
                f"Connection {one.connection_id}: {one.amount_paise} paise are no deposit."
            )
    with transaction.atomic():
        ledger.lock_balances(owner_ids=[one.connection_id for one in deposits])
        entries = [
            NewEntry(
                reason=HELD,
                source=f"{one.connection_id}:{one.source}",
                effective_at=now,
                transfers=(
                    NewTransfer(
                        debit=OUTSIDE,
                        credit=_deposit(one.connection_id),
                        head=Book.DEPOSIT.value,
                        amount_paise=one.amount_paise,
                    ),
                ),
            )
            for one in deposits
        ]
        ledger.post(entries=entries, now=now)


def set_off(
    owed_paise: Mapping[int, int], source: str, effective_at: datetime, now: datetime
) -> dict[int, SetOff]:
    """As `service.set_off` says."""
    with transaction.atomic():
        ledger.lock_balances(owner_ids=list(owed_paise))
        held = _held(list(owed_paise))
        done: dict[int, SetOff] = {}
        for connection_id, deposit_paise in held.items():
            dues_paise = owed_paise[connection_id]
            if deposit_paise > 0:
                _, credit = settle_deposit(
                    deposit_paise=deposit_paise, dues_paise=dues_paise
                )
                done[connection_id] = SetOff(
                    against_dues_paise=deposit_paise - credit, credited_paise=credit
                )
        ledger.post(
            entries=[
                _set_off_entry(one, was, source, effective_at) for one, was in done.items()
            ],
            now=now,
        )
    return done


def refund(refunds: Sequence[DepositRefund], now: datetime) -> None:
    """As `service.refund` says."""
    ids = [one.connection_id for one in refunds]
    assert len(set(ids)) == len(ids), "one refund a connection in one call"
    with transaction.atomic():
        ledger.lock_balances(owner_ids=ids)
        entries = {(REFUND, f"{one.connection_id}:{one.source}"): one for one in refunds}
        before = _held(ids)
        posted = ledger.post(
            entries=[_refund_entry(one, now) for one in entries.values()], now=now
        )
        for key in sorted(posted):
            one = entries[key]
            if one.amount_paise > before[one.connection_id]:
                raise NotHeld(
                    f"Connection {one.connection_id}: {before[one.connection_id]} paise are"
                    f" held, {one.amount_paise} cannot be refunded."
                )


def deposits_of(connection_ids: Sequence[int]) -> dict[int, DepositNow]:
    """As `service.deposits_of` says."""
    held = _held(connection_ids)
    asked = open_plans_of(Book.DEPOSIT, connection_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.dues", "set_off"),
            {"ids": list(connection_ids), "reason": SET_OFF},
        )
        off = {row["connection_id"]: row["amount_paise"] for row in rows(cursor)}
    return {
        one: DepositNow(
            held_paise=held[one],
            asked_paise=asked[one].left_paise if one in asked else 0,
            set_off_paise=max(off.get(one, 0), 0),
        )
        for one in connection_ids
    }


def _held(connection_ids: Sequence[int]) -> dict[int, int]:
    return ledger.owned_balances(book=Book.DEPOSIT, owner_ids=connection_ids)


def _deposit(connection_id: int) -> OwnedBook:
    return OwnedBook(book=Book.DEPOSIT, owner_id=connection_id)


def _set_off_entry(
    connection_id: int, was: SetOff, source: str, effective_at: datetime
) -> NewEntry:
    parts = (("dues", was.against_dues_paise), ("credit", was.credited_paise))
    return NewEntry(
        reason=SET_OFF,
        source=f"{connection_id}:{source}",
        effective_at=effective_at,
        transfers=tuple(
            NewTransfer(
                debit=_deposit(connection_id),
                credit=WalletOf(owner_id=connection_id),
                head=head,
                amount_paise=amount_paise,
            )
            for head, amount_paise in parts
            if amount_paise
        ),
    )


def _refund_entry(one: DepositRefund, now: datetime) -> NewEntry:
    if one.amount_paise <= 0:
        raise NoDeposit(
            f"Connection {one.connection_id}: {one.amount_paise} paise are no refund."
        )
    return NewEntry(
        reason=REFUND,
        source=f"{one.connection_id}:{one.source}",
        effective_at=now,
        transfers=(
            NewTransfer(
                debit=_deposit(one.connection_id),
                credit=OUTSIDE,
                head=Book.DEPOSIT.value,
                amount_paise=one.amount_paise,
            ),
        ),
    )
