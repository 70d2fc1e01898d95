"""From usage to what is posted: which part of a month a day lies in, and who pays what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.kernel.ist import month_starts, next_month_starts
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.tariffs.values import FppasValue, Head, Schedule

REASON = "charge"

BOOK_OF: dict[Head, Book] = {
    Head.ENERGY: Book.REVENUE,
    Head.FIXED: Book.REVENUE,
    Head.FPPAS: Book.REVENUE,
    Head.SUBSIDY: Book.SUBSIDY,
    Head.DUTY: Book.DUTY,
    Head.REBATE: Book.REBATE,
}
"""Whose money each head is, from the discom's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a calendar month in which one order, category and FPPAS value hold."""

    starts: date
    days: int


def part_of_month(
    *, day: date, schedule: Schedule, facts_from: date, fppas: FppasValue
) -> Part:
    """The part of its month that a day lies in: slabs are scaled by its length.

    A fact that begins with the connection itself does not split the month: a new consumer
    has the whole month's slabs. Source: tariffs 5.1 (calendar-month slabs).
    """
    starts = max(
        month_starts(day),
        schedule.in_force_from,
        facts_from,
        fppas.starts or date.min,
    )
    ends = min(
        next_month_starts(day),
        schedule.in_force_until or date.max,
        fppas.ends or date.max,
    )
    return Part(starts=starts, days=(ends - starts).days)


def entry_of_day(
    *,
    connection_id: int,
    source: str,
    effective_at: datetime,
    heads_paise: Mapping[Head, int],
) -> NewEntry | None:
    """A day's charge as transfers, whichever way each head goes; None if all are zero."""
    wallet = WalletOf(owner_id=connection_id)
    transfers = tuple(
        _transfer(wallet, head, amount) for head, amount in heads_paise.items() if amount
    )
    if not transfers:
        return None
    return NewEntry(
        reason=REASON, source=source, effective_at=effective_at, transfers=transfers
    )


def _transfer(wallet: WalletOf, head: Head, amount_paise: int) -> NewTransfer:
    """A positive amount leaves the wallet; a relief or a cheaper correction returns."""
    book = BookOf(book=BOOK_OF[head], head=head.value)
    if amount_paise > 0:
        return NewTransfer(
            debit=wallet, credit=book, head=head.value, amount_paise=amount_paise
        )
    return NewTransfer(
        debit=book, credit=wallet, head=head.value, amount_paise=-amount_paise
    )
