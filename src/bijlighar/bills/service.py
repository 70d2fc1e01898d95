"""Bills: what a period cost, explained and balanced, once and for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from bijlighar.bills import _document, _issue, _read, _words
from bijlighar.bills.models import Bill as Row
from bijlighar.bills.values import Asked, Bill, BillKind, BillListed, Issued, Moved
from bijlighar.documents.bill_pdf import bill_pdf
from bijlighar.documents.values import BillDocument, Language
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement


class UnknownBill(BijligharError):
    """There is no bill with this number."""


class WrongPeriod(BijligharError):
    """A bill's period has at least one day, and all of its days have ended."""


def issue(
    *,
    connection_ids: Sequence[int],
    first: date,
    until: date,
    kind: BillKind = BillKind.MONTHLY,
    even_if_open: bool = False,
    now: datetime,
) -> Issued:
    """Bill these connections for the days in `[first, until)`.

    A connection's bill begins where its last one ended; a first one at `first`, or on the
    day its meter came. The days are charged once more, what that posts is the true-up. Safe
    to repeat: what is billed already is answered as it is. A connection with a day that is
    not charged yet is rejected, unless `even_if_open`; each rejected one has its sentence
    and holds up nobody else. One transaction, the wallets locked first.
    Raises WrongPeriod, ledger.NoWallet.
    """
    if not first < until <= supply_day_of(now):
        raise WrongPeriod(f"No bill is made from {first} until {until} on {now:%d-%m-%Y}.")
    with transaction.atomic():
        return _issue.issue(
            connection_ids=connection_ids,
            first=first,
            until=until,
            kind=kind,
            even_if_open=even_if_open,
            now=now,
        )


def unbilled(*, until: date) -> tuple[int, ...]:
    """Connections with a meter before `until` that have no bill up to it, by id."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.bills", "unbilled"), {"until": until})
        return tuple(row["connection_id"] for row in rows(cursor))


def bill_of(*, number: str) -> Bill:
    """One bill. Raises UnknownBill."""
    row = Row.objects.filter(number=number).first()
    if row is None:
        raise UnknownBill(f"There is no bill {number}.")
    return _read.value_of(row)


def bills_of(
    *, connection_id: int, today: date, limit: int = 60, before: date | None = None
) -> tuple[BillListed, ...]:
    """A connection's bills and what became of them, the newest first.

    `before`: only those whose period ends before it.
    """
    found = Row.objects.filter(connection_id=connection_id)
    if before is not None:
        found = found.filter(until_day__lt=before)
    newest = [_read.value_of(row) for row in found.order_by("-until_day")[:limit]]
    return _read.listed(newest, today=today)


def listed(*, number: str, today: date) -> BillListed:
    """One bill and what became of it. Raises UnknownBill."""
    return _read.listed([bill_of(number=number)], today=today)[0]


def last_bills(*, connection_ids: Sequence[int]) -> dict[int, Bill]:
    """The last bill of each connection that has one."""
    found = (
        Row.objects.filter(connection_id__in=connection_ids)
        .order_by("connection_id", "-until_day")
        .distinct("connection_id")
    )
    return {row.connection_id: _read.value_of(row) for row in found}


def asked(*, connection_ids: Sequence[int], paid_by: date, most: int) -> tuple[Asked, ...]:
    """What the last bills of each connection asked for, the oldest first; one question.

    Back to one that was paid in full by the morning of `paid_by`, and no more than `most`
    bills back. Bills that asked for nothing are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.bills", "asked"),
            {"ids": list(connection_ids), "paid_by": paid_by, "most": most},
        )
        return tuple(Asked(**row) for row in rows(cursor))


def document(*, number: str, language: Language) -> BillDocument:
    """A bill as it is printed. Raises UnknownBill."""
    return _document.document_of(bill_of(number=number), language)


def pdf(*, number: str, language: Language) -> bytes:
    """A bill as one page of A4. Raises UnknownBill, and what documents.bill_pdf raises."""
    return bill_pdf(document(number=number, language=language))


def name_of_movement(*, what: Moved, language: Language) -> str:
    """What people call what moved a wallet, as it stands on the printed bill."""
    return _words.say(f"moved.{what}", language)


def name_of_funder(*, funder: str, language: Language) -> str:
    """Who pays a relief, by the name in the order."""
    return _words.funder(funder, language)
