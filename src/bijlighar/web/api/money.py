"""The money of a connection: charges with their lines, the balance, receipts."""

from __future__ import annotations

from datetime import date

from bijlighar.bills import service as billing
from bijlighar.bills.values import Bill, BillListed, PrintedLine
from bijlighar.charges import service as charging
from bijlighar.charges.values import DayExplained
from bijlighar.clock import clock
from bijlighar.connections.service import UnknownConsumer
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import ReceiptListed
from bijlighar.kernel.ist import supply_day_of
from bijlighar.ledger import service as ledger
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.connections import ONE, one
from bijlighar.web.api.cursors import USUAL_ROWS, Cursor, Limit, Page
from bijlighar.web.api.months import month_asked
from bijlighar.web.api.operation import reads
from bijlighar.web.api.words import ConsumerNumber, Month


@reads(f"{ONE}/charges", right=Right.SEE_MONEY, answer=schemas.Charges, tag="money")
def charges(
    request: DeskRequest, consumer_number: ConsumerNumber, month: Month = None
) -> schemas.Charges:
    """The charged days of a month (the running one by default), line by line."""
    known = one(request, consumer_number)
    asked = month_asked(month, now=clock.now())
    days = charging.days_of(
        connection_id=known.connection_id, first=asked.first, until=asked.until
    )
    explained = (
        charging.explain_day(connection_id=known.connection_id, day=total.day)
        for total in days
    )
    return schemas.Charges(
        month=asked.name, charges=[_charge(day) for day in explained if day is not None]
    )


@reads(f"{ONE}/balance", right=Right.SEE_MONEY, answer=schemas.Balance, tag="money")
def balance(request: DeskRequest, consumer_number: ConsumerNumber) -> schemas.Balance:
    """What the connection's wallet holds."""
    known = one(request, consumer_number)
    held = ledger.balances_of(owner_ids=[known.connection_id]).get(known.connection_id)
    if held is None:
        raise UnknownConsumer(f"The connection {consumer_number} has no wallet yet.")
    return schemas.Balance(balance_paise=held.balance_paise, as_of=held.as_of)


@reads(f"{ONE}/bills", right=Right.SEE_MONEY, answer=schemas.Bills, tag="money")
def bills(
    request: DeskRequest,
    consumer_number: ConsumerNumber,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.Bills:
    """Bills with their lines, the newest first."""
    known = one(request, consumer_number)
    page: Page[BillListed] = Page(cursor=cursor, limit=limit, of=("bills", consumer_number))
    found = billing.bills_of(
        connection_id=known.connection_id,
        today=supply_day_of(clock.now()),
        limit=page.ask_for,
        before=date.fromordinal(page.number) if page.number else None,
    )
    shown, following = page.cut(found, key=lambda row: row.bill.until.toordinal())
    return schemas.Bills(bills=[_bill(row) for row in shown], next_cursor=following)


@reads(f"{ONE}/receipts", right=Right.SEE_MONEY, answer=schemas.Receipts, tag="money")
def receipts(
    request: DeskRequest,
    consumer_number: ConsumerNumber,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.Receipts:
    """Recharges that were credited, the newest first."""
    known = one(request, consumer_number)
    page: Page[ReceiptListed] = Page(
        cursor=cursor, limit=limit, of=("receipts", consumer_number)
    )
    found = dashboards.receipts_listed(
        connection_id=known.connection_id, before=page.number, limit=page.ask_for
    )
    shown, following = page.cut(found, key=lambda row: row.receipt_id)
    return schemas.Receipts(
        receipts=[schemas.Receipt.model_validate(row) for row in shown],
        next_cursor=following,
    )


def _bill(listed: BillListed) -> schemas.Bill:
    bill = listed.bill
    return schemas.Bill(
        number=bill.number,
        kind=bill.kind,
        state=listed.state,
        first=bill.first,
        last=bill.last,
        payment_mode="prepaid" if bill.is_prepaid else "postpaid",
        issued_at=bill.issued_at,
        due_on=bill.due_on,
        energy_wh=bill.energy_wh,
        opening_register_wh=bill.opening_register_wh,
        closing_register_wh=bill.closing_register_wh,
        is_estimated=bill.is_estimated,
        deducted_paise=bill.deducted_paise,
        true_up_paise=bill.true_up_paise,
        charges_paise=bill.charges_paise,
        previous_paise=bill.previous_paise,
        payments_paise=bill.payments_paise,
        adjustments=[
            schemas.BillAdjustment(what=each.what, amount_paise=each.amount_paise)
            for each in bill.adjustments
        ],
        balance_paise=bill.balance_paise,
        payable_paise=bill.payable_paise,
        rounding_paise=bill.rounding_paise,
        paid_paise=listed.paid_paise,
        planned_paise=listed.planned_paise,
        order_hashes=list(dict.fromkeys(part.order_sha256 for part in bill.parts)),
        lines=[_bill_line(bill, line) for line in bill.lines],
    )


def _bill_line(bill: Bill, line: PrintedLine) -> schemas.BillLine:
    return schemas.BillLine(
        head=line.head,
        first=bill.parts[line.part].first,
        last=bill.parts[line.part].last,
        text=schemas.BothNames(en=line.text_en, hi=line.text_hi),
        quantity=schemas.BothNames(en=line.quantity_en, hi=line.quantity_hi),
        rate=line.rate,
        amount_paise=line.amount_paise,
        source=line.source,
        funded_by=line.funded_by,
    )


def _charge(day: DayExplained) -> schemas.Charge:
    return schemas.Charge(
        day=day.day,
        energy_wh=day.energy_wh,
        opening_register_wh=day.opening_register_wh,
        closing_register_wh=day.closing_register_wh,
        total_paise=day.total_paise,
        is_estimated=day.is_estimated,
        charged_at=day.charged_at,
        lines=[
            schemas.ChargeLine(
                head=line.head,
                text=schemas.BothNames(en=line.text_en, hi=line.text_hi),
                amount_paise=line.amount_paise,
                source=line.source,
            )
            for line in day.lines
        ],
    )
