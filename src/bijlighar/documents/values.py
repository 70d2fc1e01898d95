"""What a printed bill says: every amount in integer paise, every energy in integer Wh.

Texts (names, addresses, the words of lines) are printed as they come and never interpreted.
They are written by the caller in the bill's language; all labels are this package's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["hi", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One row of the month's charges; a deduction is negative."""

    text: str
    quantity: str
    """What is charged, with its unit: `100 units`, `2 kW × 31 days`; may be empty."""
    rate: str
    """The rate as the order prints it: `₹4.90`, `7.5%`; may be empty."""
    amount_paise: int
    note: str = ""
    """A few more words in small type, left out where more than 14 lines stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """What a government paid of this bill; its lines stand among the charges too."""

    payer: str
    """`Government of Uttar Pradesh`, in the bill's language."""
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUsage:
    """One bar of the chart of months."""

    label: str
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """One bar of the chart of days."""

    day: date
    energy_wh: int
    is_estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PayLink:
    """How to pay or recharge: what the QR code holds, and the same for people."""

    address: str
    """`upi://pay?...`, or the address of a page; at most 600 octets."""
    text: str
    """What stands under the code for who cannot read it: `UPI: discom@bank`."""
    is_upi: bool = False
    """Whether a UPI app reads the code; a page's address opens a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One more row of the account; positive in the consumer's favour."""

    text: str
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDocument:
    """A month's bill of one connection.

    Balances are positive in the consumer's favour and negative when owed; the other amounts
    of the account are positive. A bill adds up when

        sum of the lines = counted_daily + true_up
        month = sum of the lines + earlier_months
        balance_after = previous_balance + payments_received + 100 × net_payable_rupees
                        - month - arrears_instalment - late_surcharge - rounding_carried
                        + others
    """

    language: Language
    discom: str
    office: str
    """The name of the office that serves the connection; may be empty."""
    helpline: str = "1912"

    consumer_name: str
    consumer_number: str
    address: str
    """One or more lines; may be empty."""
    category: str
    sanctioned_load_w: int
    is_prepaid: bool
    meter_serial: str

    bill_number: str
    first_day: date
    last_day: date
    issued_on: date
    due_on: date | None
    """The last day to pay; None for prepaid."""

    opening_register_wh: int
    """The register as the first day begins."""
    closing_register_wh: int
    """The register as the last day ends."""
    energy_wh: int
    is_estimated: bool

    lines: tuple[BillLine, ...]
    counted_daily_paise: int
    """What was deducted (or counted, postpaid) for the days before the bill was made."""
    true_up_paise: int
    """What making the bill settled of them; always printed, also as 0.00."""
    earlier_months_paise: int
    """What corrects earlier bills; printed where it is something."""
    subsidy: Subsidy | None

    previous_balance_paise: int
    payments_received_paise: int
    arrears_instalment_paise: int
    late_surcharge_paise: int
    rounding_carried_paise: int
    """Paise that the last bill's rounding left to pay; negative when it took too many."""
    others: tuple[AccountRow, ...] = ()
    """Whatever else moved the account, at most 6 rows."""
    net_payable_rupees: int
    """What to pay now in whole rupees; 0 for prepaid and where nothing is owed."""
    balance_after_paise: int
    """The balance once `net_payable_rupees` is paid: carried to the next bill."""

    months: tuple[MonthUsage, ...]
    """The last months in order, this one last; the last 12 are drawn."""
    days: tuple[DayUsage, ...]
    """The days of the period in order; a day that is missing leaves a gap."""

    pay_link: PayLink | None
    order_name: str
    """The tariff order that the bill was rated with."""
    order_hash: str
    """The hash of the order's file; its first 12 characters are printed."""
