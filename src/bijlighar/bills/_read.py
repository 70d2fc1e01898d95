"""Bills as they are kept, as values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection

from bijlighar.bills import _json
from bijlighar.bills.models import Bill as Row
from bijlighar.bills.rules import BOOKS_OF_CHARGES, Credit, settled, state_of
from bijlighar.bills.values import (
    Adjustment,
    Bill,
    BillDay,
    BillKind,
    BillListed,
    BillNames,
    BillPart,
    PrintedLine,
)
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book


def value_of(row: Row) -> Bill:
    """A kept bill."""
    return Bill(
        number=row.number,
        connection_id=row.connection_id,
        kind=BillKind(row.kind),
        first=row.first_day,
        until=row.until_day,
        is_prepaid=row.is_prepaid,
        issued_at=row.issued_at,
        due_on=row.due_on,
        names=_json.read(BillNames, row.names),
        energy_wh=row.energy_wh,
        opening_register_wh=row.opening_register_wh,
        closing_register_wh=row.closing_register_wh,
        days=_json.listed(BillDay, row.days),
        parts=_json.listed(BillPart, row.parts),
        lines=_json.listed(PrintedLine, row.lines),
        heads_paise=row.heads,
        deducted_paise=row.deducted_paise,
        true_up_paise=row.true_up_paise,
        charges_paise=row.charges_paise,
        previous_paise=row.previous_paise,
        payments_paise=row.payments_paise,
        adjustments=_json.listed(Adjustment, row.adjustments),
        balance_paise=row.balance_paise,
        payable_paise=row.payable_paise,
        rounding_paise=row.rounding_paise,
        rounding_before_paise=row.rounding_before_paise,
    )


def listed(bills: Iterable[Bill], *, today: date) -> tuple[BillListed, ...]:
    """Bills with what became of them."""
    found = tuple(bills)
    asked = [bill for bill in found if bill.payable_paise]
    credits = _credits([bill.number for bill in asked])
    arrears = ledger.owned_balances(
        book=Book.ARREARS, owner_ids=sorted({bill.connection_id for bill in asked})
    )
    return tuple(
        _listed(
            bill,
            credits.get(bill.number, ()),
            arrears_paise=-arrears.get(bill.connection_id, 0),
            today=today,
        )
        for bill in found
    )


def months_before(bill: Bill) -> dict[str, int]:
    """Wh by month, as `2026-04`, of the bills up to this one, in order; this one last."""
    found: dict[str, int] = {}
    earlier = (
        Row.objects.filter(connection_id=bill.connection_id, until_day__lte=bill.until)
        .order_by("until_day")
        .values_list("until_day", "energy_wh")
    )
    for until, energy_wh in earlier:
        month = f"{date.fromordinal(until.toordinal() - 1):%Y-%m}"
        found[month] = found.get(month, 0) + energy_wh
    return found


def _listed(
    bill: Bill, credits: Sequence[Credit], *, arrears_paise: int, today: date
) -> BillListed:
    paid, planned = settled(
        payable_paise=bill.payable_paise, credits=credits, arrears_paise=arrears_paise
    )
    return BillListed(
        bill=bill,
        state=state_of(
            is_prepaid=bill.is_prepaid,
            payable_paise=bill.payable_paise,
            due_on=bill.due_on,
            paid_paise=paid,
            planned_paise=planned,
            today=today,
        ),
        paid_paise=paid,
        planned_paise=planned,
    )


def _credits(numbers: list[str]) -> dict[str, list[Credit]]:
    found: dict[str, list[Credit]] = {}
    if not numbers:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.bills", "wallets_credited"),
            {
                "numbers": numbers,
                "arrears": Book.ARREARS.value,
                "books_of_charges": [book.value for book in BOOKS_OF_CHARGES],
            },
        )
        for row in rows(cursor):
            credit = Credit(amount_paise=row["amount_paise"], is_plan=row["is_plan"])
            found.setdefault(row["number"], []).append(credit)
    return found
