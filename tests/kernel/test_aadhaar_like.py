"""What may be an Aadhaar number is seen, however it is typed (A21, D1, D5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import verhoeff

from bijlighar.kernel.aadhaar_like import aadhaar_like_in, looks_like_aadhaar

NUMBER = "234567890124"
"""A made-up number with the right check digit; nobody's."""


def made(eleven: str) -> str:
    """The digits with their check digit."""
    return eleven + verhoeff.calc_check_digit(eleven)


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        f"  {NUMBER}\n",
        "2345 6789 0124",
        "2345-6789-0124",
        "2345 - 6789 - 0124",
        "2345.6789.0124",
        "2345_6789_0124",
        "2345/6789/0124",
        "2345\u00a06789\u20090124",
        "2345\u20136789\u20140124",
        "2345\u200b6789\u200d0124",
        "2 3 4 5 6 7 8 9 0 1 2 4",
        "23 45 67 89 01 24",
        "२३४५६७८९०१२४",
        "२३४५ ६७८९ ०१२४",
        "২৩৪৫৬৭৮৯০১২৪",
        "２３４５６７８９０１２４",
        f"my number is {NUMBER}, thank you",
        f"मेरा नंबर {NUMBER} है",
        f"आधार{NUMBER}",
        f"Aadhaar{NUMBER}",
        f"aadharno{NUMBER}",
        f"UID{NUMBER}",
        f"98765 43210 {NUMBER}",
        f"12, {NUMBER}",
        f"({NUMBER})",
        f"a=1&b={NUMBER}",
        f"71603535-5380-4069-9380-{NUMBER}",
        f"7160353b-5380-4a69-9bdb-{NUMBER}1-{NUMBER}",
        f"7160353b-5380-0a69-9bdb-{NUMBER}",
        f"x/{NUMBER}/7160353b-5380-4a69-9bdb-298816192174",
    ],
)
def test_d1_it_is_seen_whatever_stands_between_and_around_its_digits(typed):
    assert looks_like_aadhaar(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "9876543210",
        "+91 98765 43210",
        NUMBER[:-1],
        f"{NUMBER}5",
        f"1{NUMBER}",
        "234567890123",
        made("12345678901"),
        made("01234567890"),
        f"UTR{NUMBER}",
        f"N{NUMBER}",
        f"{NUMBER}abcd",
        f"/desk/proposals/7160353b-5380-4a69-9bdb-{NUMBER}/",
        f"7160353B-5380-7A69-8BDB-{NUMBER}",
        "2026-11-26",
        "0.5",
        "८७६५४३२१०९",
        "1" * 3_000,
    ],
)
def test_other_numbers_pass(typed):
    assert not looks_like_aadhaar(typed)


def test_a_known_consumer_number_passes_and_another_one_beside_it_does_not():
    other = made("54321098765")
    assert not looks_like_aadhaar(NUMBER, known={NUMBER})
    assert looks_like_aadhaar(f"{NUMBER} {other}", known={NUMBER})
    assert aadhaar_like_in(f"{NUMBER}, {other}") == (NUMBER, other)


def test_a_palindrome_is_none():
    half = "23456"
    twelve = next(
        text
        for digit in "0123456789"
        if verhoeff.is_valid(text := half + digit + digit + half[::-1])
    )
    assert not looks_like_aadhaar(twelve)


def test_d5_every_wrong_digit_and_every_swap_of_neighbours_is_told_from_the_right_number():
    for place in range(12):
        for digit in set("0123456789") - {NUMBER[place]}:
            wrong = NUMBER[:place] + digit + NUMBER[place + 1 :]
            assert not looks_like_aadhaar(wrong)
    for place in range(11):
        if NUMBER[place] != NUMBER[place + 1]:
            swapped = (
                NUMBER[:place] + NUMBER[place + 1] + NUMBER[place] + NUMBER[place + 2 :]
            )
            assert not looks_like_aadhaar(swapped)


@given(
    st.from_regex(r"[2-9][0-9]{10}", fullmatch=True),
    st.lists(st.sampled_from(["", " ", "-", "  ", " - "]), min_size=11, max_size=11),
    st.sampled_from(["०", "০", "౦", "0"]),
)
def test_law_no_parting_and_no_script_hides_a_number(eleven, between, zero):
    number = made(eleven)
    if number == number[::-1]:
        return
    told = "".join(
        chr(ord(zero) + int(digit)) + part
        for digit, part in zip(number, [*between, ""], strict=True)
    )
    assert looks_like_aadhaar(told)
