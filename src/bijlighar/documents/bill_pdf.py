"""The monthly bill as one page of A4: tagged for screen readers, the same bytes every time.

`_bill_page` writes every word and figure; `bill.typ` only sets them. What comes from
outside reaches typst as strings of a JSON text, never as markup.
"""

from __future__ import annotations

import json
from pathlib import Path

import typst

from bijlighar.documents import fonts
from bijlighar.documents._bill_page import page_of
from bijlighar.documents.values import BillDocument
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import day_starts
from bijlighar.kernel.money import PAISE_PER_RUPEE

MOST_LINES = 24
MOST_OTHERS = 6
LONGEST_ADDRESS = 600
_FOLDER = Path(__file__).parent


class BillTooLong(BijligharError):
    """A bill has more lines, or a longer payment address, than a page can hold legibly."""


class BillDoesNotAddUp(BijligharError):
    """The amounts of a bill do not lead to its balance, so it is not printed."""


def bill_pdf(bill: BillDocument) -> bytes:
    """The bill as a PDF of one page.

    Raises BillDoesNotAddUp, BillTooLong, and FontMissing where set-up made no fonts.
    """
    _check(bill)
    pdf = typst.compile(
        _FOLDER / "bill.typ",
        root=_FOLDER,
        format="pdf",
        font_paths=fonts.fonts_in(fonts.FOLDER),
        ignore_system_fonts=True,
        sys_inputs={"bill": json.dumps(page_of(bill), ensure_ascii=False)},
        timestamp=day_starts(bill.issued_on),
        pdf_standards=["ua-1"],
    )
    assert b"/Type/Pages/Count 1/" in pdf, "a bill is one page"
    return pdf


def _check(bill: BillDocument) -> None:
    if len(bill.lines) > MOST_LINES:
        raise BillTooLong(f"{len(bill.lines)} lines; a bill holds {MOST_LINES}.")
    if len(bill.others) > MOST_OTHERS:
        raise BillTooLong(f"{len(bill.others)} other rows; an account holds {MOST_OTHERS}.")
    if bill.pay_link and len(bill.pay_link.address.encode()) > LONGEST_ADDRESS:
        raise BillTooLong(f"The payment address is over {LONGEST_ADDRESS} octets long.")
    if bill.net_payable_rupees < 0 or (bill.is_prepaid and bill.net_payable_rupees):
        raise BillDoesNotAddUp(
            f"Bill {bill.bill_number} asks for {bill.net_payable_rupees} rupees: a bill "
            "never asks for less than nothing, and a prepaid one for nothing."
        )
    lines_paise = sum(line.amount_paise for line in bill.lines)
    counted_paise = bill.counted_daily_paise + bill.true_up_paise
    if lines_paise != counted_paise:
        raise BillDoesNotAddUp(
            f"The lines of bill {bill.bill_number} come to {lines_paise} paise, but its "
            f"days and their true-up to {counted_paise}."
        )
    balance_paise = (
        bill.previous_balance_paise
        + bill.payments_received_paise
        + bill.net_payable_rupees * PAISE_PER_RUPEE
        - lines_paise
        - bill.earlier_months_paise
        - bill.arrears_instalment_paise
        - bill.late_surcharge_paise
        - bill.rounding_carried_paise
        + sum(row.amount_paise for row in bill.others)
    )
    if balance_paise != bill.balance_after_paise:
        raise BillDoesNotAddUp(
            f"Bill {bill.bill_number} leads to a balance of {balance_paise} paise, "
            f"but says {bill.balance_after_paise}."
        )
