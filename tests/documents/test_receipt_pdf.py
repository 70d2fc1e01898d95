"""A receipt is one page that says what was paid, in figures and words, and for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.documents.amount_words import amount_in_words, number_in_words
from bijlighar.documents.receipt_pdf import ReceiptDoesNotAddUp, receipt_pdf
from bijlighar.documents.receipt_values import AppliedRow, ReceiptDocument
from tests.documents.pdf_text import pages_of, text_of

RECEIPT = ReceiptDocument(
    language="en",
    discom="Madhyanchal",
    number="R-2026-0000000123",
    paid_at=datetime(2026, 4, 7, 6, 0, tzinfo=UTC),
    credited_at=datetime(2026, 4, 7, 6, 1, tzinfo=UTC),
    amount_paise=1_250_50,
    consumer_number="7310000001",
    name="A***a D***i",
    gateway="pretend",
    gateway_reference="pay_1",
    applied=(
        AppliedRow(text="Old dues by instalments", amount_paise=250_50),
        AppliedRow(text="Balance for the days ahead", amount_paise=1_000_00),
    ),
)


@pytest.mark.parametrize(
    ("paise", "en", "hi"),
    [
        (0, "zero rupees only", "शून्य रुपये मात्र"),
        (1_00, "one rupee only", "एक रुपया मात्र"),
        (10_01, "ten rupees and one paise only", "दस रुपये एक पैसे मात्र"),
        (79_00, "seventy-nine rupees only", "उनासी रुपये मात्र"),
        (500_00, "five hundred rupees only", "पाँच सौ रुपये मात्र"),
        (
            1_00_000_00,
            "one lakh rupees only",
            "एक लाख रुपये मात्र",
        ),
        (
            12_34_56_789_10,
            "twelve crore thirty-four lakh fifty-six thousand seven hundred eighty-nine"
            " rupees and ten paise only",
            "बारह करोड़ चौंतीस लाख छप्पन हज़ार सात सौ नवासी रुपये दस पैसे मात्र",
        ),
    ],
)
def test_amounts_in_words(paise, en, hi):
    assert amount_in_words(paise, language="en") == en
    assert amount_in_words(paise, language="hi") == hi


@pytest.mark.parametrize("language", ["hi", "en"])
def test_no_two_numbers_are_said_alike(language):
    said = {number_in_words(number, language=language) for number in range(10_000)}
    assert len(said) == 10_000


def test_a_receipt_says_everything_on_one_page():
    pdf = receipt_pdf(RECEIPT)
    assert pages_of(pdf) == 1
    text = text_of(pdf)
    for wanted in (
        "Receipt",
        "R-2026-0000000123",
        "₹1,250.50",
        "one thousand two hundred fifty rupees and fifty paise only",
        "7310000001",
        "A***a D***i",
        "7 April 2026, 11:30",
        "pay_1",
        "Old dues by instalments",
        "₹250.50",
        "₹1,000.00",
        "1912",
    ):
        assert "".join(wanted.split()) in text, wanted
    assert receipt_pdf(RECEIPT) == pdf, "the same bytes every time"


def test_in_hindi_and_without_the_account_of_somebody_else():
    text = text_of(receipt_pdf(replace(RECEIPT, language="hi", applied=())))
    assert "रसीद" in text
    assert "₹250.50" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_paise": 1_250_51},
        {"amount_paise": 0, "applied": ()},
        {"amount_paise": -1, "applied": ()},
    ],
)
def test_what_does_not_add_up_is_not_printed(wrong):
    with pytest.raises(ReceiptDoesNotAddUp):
        receipt_pdf(replace(RECEIPT, **wrong))


@pytest.mark.parametrize(
    "hostile", ['#read("/etc/passwd")', "#panic()", "</x>" * 60, "क" * 400, "\u202egnp"]
)
def test_whatever_stands_in_a_name_it_is_one_page_of_text(hostile):
    hurt = replace(
        RECEIPT, name=hostile, discom=hostile, gateway_reference=hostile, number=hostile
    )
    assert pages_of(receipt_pdf(hurt)) == 1


@given(paise=st.integers(0, 10**12))
def test_any_amount_has_words_in_both_languages(paise):
    for language in ("hi", "en"):
        assert "  " not in amount_in_words(paise, language=language)
