"""A bill as the printed document: its account in the document's terms, merged to fit.

The document knows the month, old dues' instalments and surcharges; whatever else moved
the wallet is one more row of its account under its own name, so that everything adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import quote, urlencode, urlsplit

from babel.dates import format_date
from django.conf import settings

from bijlighar.bills._read import months_before
from bijlighar.bills._words import funder, say
from bijlighar.bills.values import Bill, Moved, PrintedLine
from bijlighar.documents.bill_pdf import MOST_LINES
from bijlighar.documents.values import (
    AccountRow,
    BillDocument,
    BillLine,
    DayUsage,
    Language,
    MonthUsage,
    PayLink,
    Subsidy,
)
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.money import PAISE_PER_RUPEE

_OWN_ROWS = frozenset({Moved.EARLIER_DAYS, Moved.INSTALMENT, Moved.SURCHARGE})
MINUS = "−"


def document_of(bill: Bill, language: Language) -> BillDocument:
    """The document of a bill in one language; the same every time."""
    last = bill.parts[-1]
    taken = {one.what: -one.amount_paise for one in bill.adjustments}
    return BillDocument(
        language=language,
        discom=_in(language, bill.names.discom_en, bill.names.discom_hi),
        office=_in(language, bill.names.office_en, bill.names.office_hi),
        consumer_name=_in(language, bill.names.consumer_en, bill.names.consumer_hi),
        consumer_number=bill.names.consumer_number,
        address="",
        category=f"{last.category} {_in(language, last.category_en, last.category_hi)}",
        sanctioned_load_w=last.sanctioned_load_w,
        is_prepaid=bill.is_prepaid,
        meter_serial=last.meter_serial,
        bill_number=bill.number,
        first_day=bill.first,
        last_day=bill.last,
        issued_on=supply_day_of(bill.issued_at),
        due_on=bill.due_on,
        opening_register_wh=bill.opening_register_wh,
        closing_register_wh=bill.closing_register_wh,
        energy_wh=bill.energy_wh,
        is_estimated=bill.is_estimated,
        lines=_lines(bill, language),
        counted_daily_paise=bill.deducted_paise,
        true_up_paise=bill.true_up_paise,
        earlier_months_paise=taken.get(Moved.EARLIER_DAYS, 0),
        subsidy=_subsidy(bill, language),
        previous_balance_paise=bill.previous_paise + bill.rounding_before_paise,
        payments_received_paise=bill.payments_paise,
        arrears_instalment_paise=taken.get(Moved.INSTALMENT, 0),
        late_surcharge_paise=taken.get(Moved.SURCHARGE, 0),
        rounding_carried_paise=bill.rounding_before_paise,
        others=tuple(
            AccountRow(
                text=say(f"moved.{one.what}", language), amount_paise=one.amount_paise
            )
            for one in bill.adjustments
            if one.what not in _OWN_ROWS
        ),
        net_payable_rupees=bill.payable_paise // PAISE_PER_RUPEE,
        balance_after_paise=bill.balance_paise + bill.payable_paise,
        months=tuple(
            MonthUsage(label=_month(language, month), energy_wh=energy_wh)
            for month, energy_wh in months_before(bill).items()
        ),
        days=tuple(
            DayUsage(day=day.day, energy_wh=day.energy_wh, is_estimated=day.is_estimated)
            for day in bill.days
        ),
        pay_link=_pay_link(bill, language),
        order_name=" · ".join(
            dict.fromkeys(
                _in(language, part.order_en, part.order_hi) for part in bill.parts
            )
        ),
        order_hash=last.order_sha256,
    )


def _lines(bill: Bill, language: Language) -> tuple[BillLine, ...]:
    if len(bill.lines) > MOST_LINES:
        return tuple(_by_head(bill, language))
    return tuple(_line(bill, line, language) for line in bill.lines)


def _line(bill: Bill, line: PrintedLine, language: Language) -> BillLine:
    rate = line.rate.replace("-", MINUS)
    return BillLine(
        text=_in(language, line.text_en, line.text_hi),
        quantity=_in(language, line.quantity_en, line.quantity_hi),
        rate=f"{MINUS}{rate}" if rate.startswith("₹") and line.amount_paise < 0 else rate,
        amount_paise=line.amount_paise,
        note=_note(bill, line, language),
    )


def _note(bill: Bill, line: PrintedLine, language: Language) -> str:
    """Which days a line is for, where the period has parts; who pays a relief."""
    told = []
    if len(bill.parts) > 1:
        part = bill.parts[line.part]
        told.append(f"{_day(language, part.first)} – {_day(language, part.last)}")
    if line.funded_by:
        told.append(funder(line.funded_by, language))
    return " · ".join(told)


def _by_head(bill: Bill, language: Language) -> Iterator[BillLine]:
    for head, paise in bill.heads_paise.items():
        yield BillLine(
            text=say(f"heads.{head}", language), quantity="", rate="", amount_paise=paise
        )


def _subsidy(bill: Bill, language: Language) -> Subsidy | None:
    paid = {name: paise for name, paise in bill.subsidies_paise.items() if paise > 0}
    if not paid:
        return None
    return Subsidy(payer=_all_of(list(paid), language), amount_paise=sum(paid.values()))


def _all_of(names: Sequence[str], language: Language) -> str:
    whole = funder(names[0], language)
    for name in names[1:]:
        whole = say("and", language, first=whole, last=funder(name, language))
    return whole


def _pay_link(bill: Bill, language: Language) -> PayLink:
    """By UPI where the discom has an address for it and something is to be paid."""
    upi = settings.BIJLIGHAR["upi_id"]
    if upi and bill.payable_paise:
        asked = {
            "pa": upi,
            "pn": bill.names.discom_en,
            "am": f"{bill.payable_paise // PAISE_PER_RUPEE}.00",
            "cu": "INR",
            "tn": f"Bill {bill.number}",
            "tr": bill.number.replace("-", ""),
        }
        address = f"upi://pay?{urlencode(asked, quote_via=quote)}"
        return PayLink(address=address, text=say("upi", language, upi=upi), is_upi=True)
    public = settings.BIJLIGHAR["public_url"].rstrip("/")
    place = urlsplit(public).netloc
    name = "recharge_at" if bill.is_prepaid else "pay_at"
    return PayLink(
        address=f"{public}/home/{bill.names.consumer_number}/",
        text=say(name, language, place=place)
        if bill.is_prepaid or bill.payable_paise
        else place,
    )


def _month(language: Language, month: str) -> str:
    return format_date(date.fromisoformat(f"{month}-01"), "LLL", locale=language)


def _day(language: Language, day: date) -> str:
    return format_date(day, "d MMM", locale=language)


def _in(language: Language, english: str, hindi: str) -> str:
    return english if language == "en" else hindi
