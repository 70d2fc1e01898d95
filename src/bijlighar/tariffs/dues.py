"""Dues: what is owed late, earned early, set off, paid in parts, or rounded on a bill.

Pure arithmetic on integer paise; each quotient is rounded once, half up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from bijlighar.kernel.money import PAISE_PER_RUPEE, divide_half_up
from bijlighar.tariffs.costs import SHARE_PLACES
from bijlighar.tariffs.scaling import DAYS_OF_A_MONTH
from bijlighar.tariffs.values import BalanceInterest, LatePayment

DAYS_OF_A_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A prepaid balance that was the lowest of each of some days in a row."""

    balance_paise: int
    days: int


def late_payment_surcharge(rule: LatePayment, *, dues_paise: int, days_overdue: int) -> int:
    """What dues cost that were not paid for so many days, in paise.

    Simple, never on itself; a month is 30 days, and days of one count for their part. Days
    after `later_after_months` months cost the later share. Source: the order's late payment
    surcharge (tariffs reference 1.3, LPSC).
    """
    assert dues_paise >= 0, "a credit is not overdue"
    assert days_overdue >= 0, "days are counted from the due date on"
    first = min(days_overdue, rule.later_after_months * DAYS_OF_A_MONTH)
    shares = _whole(rule.share_per_month) * first
    shares += _whole(rule.later_share_per_month) * (days_overdue - first)
    return divide_half_up(dues_paise * shares, DAYS_OF_A_MONTH * 10**SHARE_PLACES)


def balance_interest(rule: BalanceInterest, *, kept: Sequence[Kept]) -> int:
    """What a prepaid balance has earned, in paise.

    `kept` is each day's lowest balance, in the order of time and without gap. Interest is
    on that balance, for the days of every stretch in which it stayed above the order's sum
    for at least the order's months of 30 days; other days earn nothing. Simple, by a year
    of 365 days.
    Source: the order's interest on prepaid balances (tariffs reference 3.4).
    """
    paise_days = sum(
        one.balance_paise * one.days
        for stretch in _stretches(rule, kept)
        if sum(one.days for one in stretch) >= rule.months * DAYS_OF_A_MONTH
        for one in stretch
    )
    shares = paise_days * _whole(rule.share_per_year)
    return divide_half_up(shares, DAYS_OF_A_YEAR * 10**SHARE_PLACES)


def settle_deposit(*, deposit_paise: int, dues_paise: int) -> tuple[int, int]:
    """What is left to pay and what is left to credit once a deposit is set off, in paise.

    One of the two is zero. Source: conversion to prepaid, the security deposit is set off
    against dues and the balance credited; 700 against 2000 rupees leaves 1300 to pay
    (tariffs reference 1.4).
    """
    assert deposit_paise >= 0, "a deposit is held, never owed"
    assert dues_paise >= 0, "a credit is no due"
    set_off = min(deposit_paise, dues_paise)
    return dues_paise - set_off, deposit_paise - set_off


def instalments(*, amount_paise: int, count: int) -> tuple[int, ...]:
    """An amount in so many parts that sum to it and differ by a paisa at most.

    The larger ones come first. Source: dues paid in equal instalments (tariffs reference,
    section 0: dues of 30 April in ten).
    """
    assert amount_paise >= 0, "a credit is not paid in parts"
    assert count > 0, "there is at least one instalment"
    each, over = divmod(amount_paise, count)
    return tuple(each + (number < over) for number in range(count))


def round_bill(*, total_paise: int, step_paise: int) -> tuple[int, int]:
    """What a bill asks for, to the nearest step, and what is carried to the next one.

    Both in paise; together they are the total. Halves are rounded up, and away from zero
    for a credit. Source: the net bill to the nearest rupee (tariffs reference 5.5).
    """
    payable = divide_half_up(total_paise, step_paise) * step_paise
    return payable, total_paise - payable


def _stretches(rule: BalanceInterest, kept: Sequence[Kept]) -> Iterator[list[Kept]]:
    above_paise = int(rule.above_rupees * PAISE_PER_RUPEE)
    for is_above, stretch in groupby(kept, lambda one: one.balance_paise > above_paise):
        if is_above:
            yield list(stretch)


def _whole(share: Decimal) -> int:
    """A printed share in ten-thousandths."""
    return int(share.scaleb(SHARE_PLACES))
