"""What crosses the border of bills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class BillKind(StrEnum):
    """Why a bill was made."""

    MONTHLY = "monthly"
    INTERIM = "interim"
    """Up to a day inside a month, as when the payment mode changes."""
    FINAL = "final"
    """The connection is given up: no bill follows."""


class Moved(StrEnum):
    """What moved a wallet in a period besides its own days and payments."""

    EARLIER_DAYS = "earlier_days"
    """Days of earlier bills, charged again or charged late."""
    INSTALMENT = "instalment"
    """Of old dues that were set aside."""
    SURCHARGE = "surcharge"
    SET_ASIDE = "set_aside"
    """Old dues, now paid by instalments."""
    DEPOSIT_TAKEN = "deposit_taken"
    DEPOSIT_GIVEN = "deposit_given"
    INTEREST = "interest"
    OPENING = "opening"
    """A balance that came in from an older system."""
    OTHER = "other"


class BillState(StrEnum):
    """What became of a bill."""

    DEDUCTED = "deducted"
    """Prepaid: an account of what was deducted day by day."""
    NOTHING_TO_PAY = "nothing_to_pay"
    TO_PAY = "to_pay"
    OVERDUE = "overdue"
    IN_PLAN = "in_plan"
    """What is not paid of it is old dues now, paid in parts."""
    PAID = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """One line of a bill in both languages; a relief is negative.

    Quantity and rate are as people read them, and may be empty.
    """

    part: int
    """Its place among the parts of the bill."""
    head: str
    text_en: str
    text_hi: str
    quantity_en: str
    quantity_hi: str
    rate: str
    amount_paise: int
    source: str
    funded_by: str
    """Who pays a relief; empty where the consumer pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPart:
    """Days of a bill under one order, category, load, payment mode and meter."""

    first: date
    last: date
    category: str
    category_en: str
    category_hi: str
    order_en: str
    order_hi: str
    order_sha256: str
    sanctioned_load_w: int
    is_prepaid: bool
    meter_serial: str
    opening_register_wh: int
    closing_register_wh: int
    energy_wh: int
    total_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDay:
    """A day of a bill's period."""

    day: date
    energy_wh: int
    is_estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Money that moved beside days and payments; positive in the consumer's favour."""

    what: Moved
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillNames:
    """Whom a bill is for and from, as they were called when it was issued."""

    consumer_number: str
    consumer_en: str
    consumer_hi: str
    discom_en: str
    discom_hi: str
    office_en: str
    office_hi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a connection's period cost, what was paid, and what is left.

    Balances are positive in the consumer's favour. To the paisa:

        charges = deducted + true_up = sum of the lines
        balance = previous + payments - charges + sum of the adjustments
        payable + rounding = what is owed, where it is not prepaid
    """

    number: str
    connection_id: int
    kind: BillKind
    first: date
    until: date
    is_prepaid: bool
    issued_at: datetime
    due_on: date | None
    """The last day to pay; None for prepaid."""
    names: BillNames

    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    days: tuple[BillDay, ...]
    parts: tuple[BillPart, ...]
    lines: tuple[PrintedLine, ...]
    heads_paise: Mapping[str, int]

    deducted_paise: int
    """What was posted for its days before it was issued."""
    true_up_paise: int
    """What issuing it posted for its days, so that they come to `charges_paise`."""
    charges_paise: int
    previous_paise: int
    payments_paise: int
    adjustments: tuple[Adjustment, ...]
    balance_paise: int
    payable_paise: int
    """Asked for, in whole rupees; 0 for prepaid and where nothing is owed."""
    rounding_paise: int
    """What rounding leaves for the next bill; negative where it asks for too much."""
    rounding_before_paise: int
    """What the rounding of the bill before left; it is part of `previous_paise`."""

    @property
    def last(self) -> date:
        """The last day of its period."""
        return date.fromordinal(self.until.toordinal() - 1)

    @property
    def is_estimated(self) -> bool:
        """Whether any day of it is an estimate."""
        return any(day.is_estimated for day in self.days)

    @property
    def adjustments_paise(self) -> int:
        """All adjustments together."""
        return sum(one.amount_paise for one in self.adjustments)

    @property
    def subsidies_paise(self) -> dict[str, int]:
        """What others paid of it, by who paid."""
        found: dict[str, int] = {}
        for line in self.lines:
            if line.funded_by:
                paid = found.get(line.funded_by, 0) - line.amount_paise
                found[line.funded_by] = paid
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class BillListed:
    """A bill and what became of it."""

    bill: Bill
    state: BillState
    paid_paise: int
    """What of it is paid since the end of its period, as far as is known now: by the
    consumer, from the deposit or a credit, or by a plan."""
    planned_paise: int
    """What of it moved into a plan of old dues and is not paid yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one bill asked for in all, earlier dues included, and by when."""

    connection_id: int
    until: date
    """The first day after its period."""
    due_on: date
    issued_at: datetime
    payable_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBilled:
    """A connection that got no bill, and the sentence that says why."""

    connection_id: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The bills of a period: new ones and those that were there already."""

    bills: tuple[Bill, ...]
    new: frozenset[str]
    """Numbers of the bills that were made just now."""
    rejected: tuple[NotBilled, ...]
