"""Dues, interest, deposits, instalments and the rounding of bills, in whole paise."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.tariffs.dues import (
    Kept,
    balance_interest,
    instalments,
    late_payment_surcharge,
    round_bill,
    settle_deposit,
)
from bijlighar.tariffs.values import BalanceInterest, LatePayment

from .drawing import SAID
from .reference import half_up

LATE = LatePayment(
    share_per_month=Decimal("0.0125"),
    later_share_per_month=Decimal("0.02"),
    later_after_months=3,
    **SAID,
)
INTEREST = BalanceInterest(
    above_rupees=Decimal(2000), months=3, share_per_year=Decimal("0.0675"), **SAID
)
paise = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("days", "surcharge_paise"),
    [(0, 0), (1, 42), (30, 1250), (90, 3750), (91, 3750 + 67), (120, 3750 + 2000)],
)
def test_a_late_thousand_rupees(days, surcharge_paise):
    """1.25 % a month of 30 days; from the fourth month on 2 %."""
    found = late_payment_surcharge(LATE, dues_paise=1000_00, days_overdue=days)
    assert found == surcharge_paise


@given(paise, st.integers(0, 4000), st.integers(1, 400))
def test_more_days_never_cost_less(dues_paise, days, more):
    first, later = (
        late_payment_surcharge(LATE, dues_paise=dues_paise, days_overdue=d)
        for d in (days, days + more)
    )
    assert first <= later


@given(paise, st.integers(0, 4000))
def test_the_surcharge_is_the_sum_of_its_days(dues_paise, days):
    early = min(days, 90)
    share = early * Fraction("0.0125") + (days - early) * Fraction("0.02")
    found = late_payment_surcharge(LATE, dues_paise=dues_paise, days_overdue=days)
    assert found == half_up(dues_paise * share / 30)


def test_a_balance_that_stayed_earns_interest():
    """2500 rupees for 90 days and 3000 for 10, both above 2000: 6.75 % a year."""
    kept = [Kept(balance_paise=2500_00, days=90), Kept(balance_paise=3000_00, days=10)]
    earned = half_up((2500_00 * 90 + 3000_00 * 10) * Fraction("0.0675") / 365)
    assert balance_interest(INTEREST, kept=kept) == earned == 4716


@pytest.mark.parametrize(
    "kept",
    [
        [],
        [(2500_00, 89)],
        [(2000_00, 365)],
        [(2500_00, 60), (2000_00, 1), (2500_00, 60)],
        [(-10, 400)],
    ],
)
def test_a_balance_that_did_not_stay_long_enough_earns_nothing(kept):
    spans = [Kept(balance_paise=balance, days=days) for balance, days in kept]
    assert balance_interest(INTEREST, kept=spans) == 0


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 100)), max_size=6))
def test_how_a_stretch_is_cut_into_spans_changes_nothing(kept):
    whole = [Kept(balance_paise=balance, days=days) for balance, days in kept]
    daily = [
        Kept(balance_paise=one.balance_paise, days=1)
        for one in whole
        for _ in range(one.days)
    ]
    assert balance_interest(INTEREST, kept=whole) == balance_interest(INTEREST, kept=daily)


def test_a_deposit_of_700_leaves_1300_of_2000_rupees():
    assert settle_deposit(deposit_paise=700_00, dues_paise=2000_00) == (1300_00, 0)
    assert settle_deposit(deposit_paise=700_00, dues_paise=500_00) == (0, 200_00)


@given(paise, paise)
def test_a_deposit_loses_nothing(deposit_paise, dues_paise):
    pays, credit = settle_deposit(deposit_paise=deposit_paise, dues_paise=dues_paise)
    assert pays - credit == dues_paise - deposit_paise
    assert min(pays, credit) == 0


@given(paise, st.integers(1, 60))
def test_instalments_sum_to_the_amount(amount_paise, count):
    parts = instalments(amount_paise=amount_paise, count=count)
    assert len(parts) == count
    assert sum(parts) == amount_paise
    assert sorted(parts, reverse=True) == list(parts)
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize(
    ("total", "step", "rounded"),
    [
        (123_49, 100, (123_00, 49)),
        (123_50, 100, (124_00, -50)),
        (-123_50, 100, (-124_00, 50)),
        (123_47, 5, (123_45, 2)),
        (123_47, 1, (123_47, 0)),
    ],
)
def test_a_bill_is_rounded_and_the_rest_carried(total, step, rounded):
    assert round_bill(total_paise=total, step_paise=step) == rounded


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 5, 10, 50, 100, 1000]))
def test_nothing_is_lost_by_rounding_a_bill(total_paise, step_paise):
    payable, carried = round_bill(total_paise=total_paise, step_paise=step_paise)
    assert payable + carried == total_paise
    assert payable % step_paise == 0
    assert abs(carried) * 2 <= step_paise
