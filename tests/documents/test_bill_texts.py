"""Every label of the bill stands in both languages, and none is left over."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bijlighar import documents
from bijlighar.documents._bill_texts import LANGUAGES, day_in, days_in, texts_in

FOLDER = Path(documents.__path__[0])
LATIN_IN_HINDI = {"kw"}


def test_both_languages_have_the_same_labels_with_the_same_places() -> None:
    hindi, english = texts_in("hi"), texts_in("en")
    assert hindi.keys() == english.keys()
    for name in hindi:
        assert hindi[name]
        assert english[name]
        assert set(re.findall(r"{\w+}", hindi[name])) == set(
            re.findall(r"{\w+}", english[name])
        )


def test_hindi_is_written_in_devanagari_with_latin_digits() -> None:
    for name, text in texts_in("hi").items():
        assert name in LATIN_IN_HINDI or re.search("[\u0900-\u097f]", text), name
        assert not re.search("[०-९]", text), name


def test_no_label_is_unused() -> None:
    code = "".join(path.read_text() for path in FOLDER.glob("_*.py"))
    assert [name for name in texts_in("hi") if f'"{name}"' not in code] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_year_has_twelve_months(language: str) -> None:
    assert len(texts_in(language)["months"].split()) == 12


def test_a_span_of_days_says_nothing_twice() -> None:
    assert days_in("en", date(2026, 3, 1), date(2026, 3, 31)) == "1–31 March 2026"
    assert days_in("en", date(2026, 3, 9), date(2026, 4, 8)) == "9 March – 8 April 2026"
    assert (
        days_in("hi", date(2025, 12, 9), date(2026, 1, 8)) == "9 दिसंबर 2025 – 8 जनवरी 2026"
    )
    assert day_in("hi", date(2026, 2, 5)) == "5 फ़रवरी 2026"
