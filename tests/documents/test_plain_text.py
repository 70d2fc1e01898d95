"""Text from outside is made fit to print before it is printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.documents.plain_text import LONGEST, PRINTABLE, printable

KSHA_APART = "क\u094d\u200dष"


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("राम  प्रसाद\n", "राम प्रसाद"),
        ("A\u202eB\u200bC\u2069", "ABC"),
        ("Ram\u200dLal", "RamLal"),
        (KSHA_APART, KSHA_APART),
        ("\uff32am \u2468", "Ram 9"),
        ("José", "José"),
        ("தமிழ்", "????"),
        ("\ud800x", "x"),
        ("", ""),
    ],
)
def test_what_is_drawn(given_text: str, shown: str) -> None:
    assert printable(given_text) == shown


def test_letters_with_their_dots_apart_and_together_are_the_same() -> None:
    assert printable("\u095b") == printable("\u091c\u093c")


@given(st.text(max_size=2000))
def test_nothing_is_left_that_the_fonts_cannot_draw(text: str) -> None:
    shown = printable(text)
    assert set(shown) <= PRINTABLE | {"\u200c", "\u200d"}
    assert len(shown) <= LONGEST
