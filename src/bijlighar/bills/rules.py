"""How a bill is numbered, what it asks for, and how a wallet's movements add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import lcm

from bijlighar.bills.values import Adjustment, BillState, Moved
from bijlighar.kernel.money import PAISE_PER_RUPEE
from bijlighar.ledger.values import Book
from bijlighar.tariffs.dues import round_bill

TRUE_UP = "true_up"
"""Why a day was charged again: its bill was made."""

MOVED_BY: Mapping[tuple[str, bool], Moved] = {
    (Book.ARREARS, False): Moved.INSTALMENT,
    (Book.ARREARS, True): Moved.SET_ASIDE,
    (Book.DEPOSIT, False): Moved.DEPOSIT_TAKEN,
    (Book.DEPOSIT, True): Moved.DEPOSIT_GIVEN,
    (Book.SURCHARGE, False): Moved.SURCHARGE,
    (Book.SURCHARGE, True): Moved.SURCHARGE,
    (Book.INTEREST, False): Moved.INTEREST,
    (Book.INTEREST, True): Moved.INTEREST,
    (Book.MIGRATION, False): Moved.OPENING,
    (Book.MIGRATION, True): Moved.OPENING,
}
"""What money is that moved between a wallet and a book, out of it or (True) into it."""

BOOKS_OF_CHARGES = (Book.REVENUE, Book.SUBSIDY, Book.DUTY, Book.REBATE)
"""The books that charged days move; runs over the fleet that move others are no charges."""

PAYMENTS = Book.GATEWAY
"""The book on the other side of what was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What one entry brought to a wallet; old dues that left it for a plan are one too."""

    amount_paise: int
    is_plan: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a wallet came from one balance to another."""

    previous_paise: int
    payments_paise: int
    adjustments: tuple[Adjustment, ...]
    balance_paise: int


def account(
    *,
    balance_paise: int,
    previous_paise: int | None,
    charges_paise: int,
    payments_paise: int,
    moved_paise: Mapping[Moved, int],
) -> Account:
    """The account of a period; what moved beside all that is known is OTHER.

    A first bill has no previous balance: it is what the movements leave of the balance.
    """
    known = payments_paise - charges_paise + sum(moved_paise.values())
    previous = balance_paise - known if previous_paise is None else previous_paise
    left = balance_paise - previous - known
    whole = {**moved_paise, Moved.OTHER: moved_paise.get(Moved.OTHER, 0) + left}
    return Account(
        previous_paise=previous,
        payments_paise=payments_paise,
        adjustments=tuple(
            Adjustment(what=what, amount_paise=whole[what])
            for what in Moved
            if whole.get(what)
        ),
        balance_paise=balance_paise,
    )


def ask(*, balance_paise: int, is_prepaid: bool, step_paise: int) -> tuple[int, int]:
    """What a bill asks for in whole rupees, and what its rounding leaves, in paise.

    Source: the order's rounding of the bill (tariffs reference 5.5).
    """
    if is_prepaid or balance_paise >= 0:
        return 0, 0
    step = lcm(step_paise, PAISE_PER_RUPEE)
    return round_bill(total_paise=-balance_paise, step_paise=step)


def number_of(*, discom: str, last: date, consumer_number: str, count: int) -> str:
    """The number of a connection's bill, the `count`th that ends in its month."""
    return f"{discom}-{last:%Y%m}-{consumer_number}-{count}"


def settled(
    *, payable_paise: int, credits: Sequence[Credit], arrears_paise: int
) -> tuple[int, int]:
    """What of a bill is paid, and what of it is in a plan and not paid yet.

    `credits` are all that the bill does not know of, as they were recorded: once old dues
    have left the wallet for a plan, later money pays newer days. A plan pays its oldest
    dues first: of the owner's `arrears_paise` the newest are left.
    """
    paid = planned = newer = 0
    for one in credits:
        part = min(one.amount_paise, payable_paise - paid - planned)
        if one.is_plan:
            planned += part
            newer = one.amount_paise - part + (0 if part else newer)
        else:
            paid += part
    left = min(max(arrears_paise - newer, 0), planned)
    return paid + planned - left, left


def state_of(
    *,
    is_prepaid: bool,
    payable_paise: int,
    due_on: date | None,
    paid_paise: int,
    planned_paise: int,
    today: date,
) -> BillState:
    """What became of a bill, by what was paid since its period ended."""
    if is_prepaid:
        return BillState.DEDUCTED
    if payable_paise == 0:
        return BillState.NOTHING_TO_PAY
    if paid_paise >= payable_paise:
        return BillState.PAID
    if paid_paise + planned_paise >= payable_paise:
        return BillState.IN_PLAN
    if due_on is not None and due_on < today:
        return BillState.OVERDUE
    return BillState.TO_PAY
