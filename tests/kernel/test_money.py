"""Money is whole paise, rounded half up and written with lakhs and crores."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel.money import divide_half_up, format_rupees, group_lakh


@pytest.mark.parametrize(
    ("paise", "written"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (100, "1.00"),
        (99_999, "999.99"),
        (100_000, "1,000.00"),
        (12_345_678, "1,23,456.78"),
        (1_234_567_890, "1,23,45,678.90"),
        (10_000_000_00, "1,00,00,000.00"),
        (-4_000, "-40.00"),
        (-1, "-0.01"),
    ],
)
def test_rupees_are_written_as_people_write_them(paise, written):
    assert format_rupees(paise) == written


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (90_475, 10, 9_048),
        (102_375, 10, 10_238),
        (5, 10, 1),
        (4, 10, 0),
        (-5, 10, -1),
        (-4, 10, 0),
        (-14, 10, -1),
        (0, 7, 0),
    ],
)
def test_half_a_paisa_goes_up_and_its_reversal_mirrors_it(numerator, denominator, rounded):
    assert divide_half_up(numerator, denominator) == rounded


@given(st.integers(-(10**15), 10**15))
def test_written_rupees_are_the_same_amount(paise):
    assert Decimal(format_rupees(paise).replace(",", "")) * 100 == paise


@given(st.integers(0, 10**18).map(str))
def test_only_the_last_group_has_three_digits(digits):
    *others, last = group_lakh(digits).split(",")
    assert "".join([*others, last]) == digits
    assert all(len(group) == 2 for group in others[1:])
    assert len(last) == 3 if others else len(last) <= 3


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 2, 5, 10, 100, 10_000, 2**20]))
def test_division_rounds_as_decimal_does(numerator, denominator):
    exact = Decimal(numerator) / denominator
    assert divide_half_up(numerator, denominator) == exact.quantize(
        Decimal(1), ROUND_HALF_UP
    )


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_rounding_is_never_off_by_more_than_half(numerator, denominator):
    rounded = divide_half_up(numerator, denominator)
    assert abs(2 * (rounded * denominator - numerator)) <= denominator


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_a_debit_and_its_reversal_round_alike(numerator, denominator):
    assert divide_half_up(-numerator, denominator) == -divide_half_up(
        numerator, denominator
    )
