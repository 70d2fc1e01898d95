"""Arithmetic on arrays of micropaise agrees with fractions, however large they are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.tariffs.exact import nearest, part, to_paise

from .reference import half_up

amounts = st.integers(-(10**18), 10**18)


def column(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


@given(st.integers(0, 9 * 10**18), st.integers(1, 10**9))
def test_nearest_rounds_halves_up(numerator, denominator):
    expected = half_up(Fraction(numerator, denominator))
    assert nearest(column(numerator), denominator).tolist() == [expected]
    assert nearest(column(numerator), column(denominator)).tolist() == [expected]


@given(amounts, st.integers(0, 10**9), st.integers(1, 10**9), st.booleans())
def test_a_part_is_rounded_away_from_zero_and_leaves_no_int64(amount, some, whole, is_less):
    """As rating asks for it: a part of at most the whole, of either sign."""
    numerator = -min(some, whole) if is_less else min(some, whole)
    expected = half_up(Fraction(amount * numerator, whole))
    assert part(column(amount), numerator=numerator, denominator=whole).tolist() == [
        expected
    ]
    by_column = part(column(amount), numerator=column(numerator), denominator=column(whole))
    assert by_column.tolist() == [expected]


@given(st.integers(-(9 * 10**17), 9 * 10**17), st.integers(0, 100_000))
def test_shares_of_up_to_ten_times(amount, share):
    found = part(column(amount), numerator=share, denominator=10_000)
    assert found.tolist() == [half_up(Fraction(amount * share, 10_000))]


@given(amounts, st.sampled_from([1, 5, 10, 50, 100]))
def test_paise_are_rounded_to_a_step_and_mirror_their_credit(amount, step):
    expected = half_up(Fraction(amount, step * 10**6)) * step
    assert to_paise(column(amount), step).tolist() == [expected]
    assert to_paise(column(-amount), step).tolist() == [-expected]


def test_rows_do_not_touch_one_another():
    found = part(column(5, -5, 7), numerator=column(1, 1, -1), denominator=column(2, 2, 2))
    assert found.tolist() == [3, -3, -4]
