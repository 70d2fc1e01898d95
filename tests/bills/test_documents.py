"""A real bill as the printed page: it adds up, says all of it, and stays the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings

from bijlighar.bills import _document
from bijlighar.bills import service as bills
from bijlighar.bills._words import funder, say
from bijlighar.bills.values import Bill, BillKind, Moved
from bijlighar.charges import service as charges
from bijlighar.kernel.money import format_rupees, group_lakh
from bijlighar.ledger.values import Book, BookOf
from bijlighar.tariffs.orders import catalogue
from bijlighar.tariffs.values import Head
from tests.bills.stories import (
    JUNE,
    MAY,
    bill,
    change_facts,
    correct,
    morning,
    move,
    owned,
    pay,
    used,
)
from tests.documents.pdf_text import pages_of, text_of

pytestmark = pytest.mark.django_db
LANGUAGES = ("hi", "en")


def words(made: Bill, language) -> str:
    pdf = bills.pdf(number=made.number, language=language)
    assert pages_of(pdf) == 1
    return text_of(pdf)


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prepaid_bill_is_one_page_with_its_total(asha, language):
    pay(asha, 700, at=morning(date(2026, 4, 9)))
    used(asha, MAY)
    made = bill(asha)
    page = words(made, language)
    assert format_rupees(made.charges_paise) in page
    assert format_rupees(made.balance_paise) in page
    assert made.number in page
    payer = {"hi": "उत्तर प्रदेश सरकार", "en": "Government of Uttar Pradesh"}[language]
    assert bare(payer) in page
    told = {"hi": "इस बिल से हिसाब (ट्रू-अप) 0.00", "en": "with this bill (true-up) 0.00"}
    assert bare(told[language]) in page, "the true-up is told though it is nothing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_postpaid_bill_says_what_to_pay(balram, language):
    used(balram, MAY)
    made = bill(balram)
    page = words(made, language)
    assert f"₹{group_lakh(str(made.payable_paise // 100))}" in page
    assert {"hi": "16मई2026", "en": "16May2026"}[language] in page


def test_the_true_up_stands_below_the_lines_of_a_prepaid_bill(asha):
    use = used(asha, MAY)
    correct(asha, date(2026, 4, 30), use.register_wh - 1_000, now=morning(MAY))
    made = bill(asha)
    true_up = f"−{format_rupees(-made.true_up_paise)}"
    deducted = format_rupees(made.deducted_paise)
    told = f"deducted day by day before this bill {deducted}"
    told += f" of this, settled with this bill (true-up) {true_up}"
    assert bare(told) in words(made, "en")


def test_lines_have_their_quantity_and_rate_in_both_languages(asha):
    used(asha, MAY, each_wh=9_000)
    made = bill(asha)
    rows = {
        language: [
            (line.text, line.quantity, line.rate)
            for line in bills.document(number=made.number, language=language).lines
        ]
        for language in LANGUAGES
    }
    assert rows["en"][0] == ("Energy", "150 units", "₹6.85")
    assert rows["en"][2] == ("Fixed charge for 30 days", "1.5 kW × 30 days", "₹110")
    assert rows["en"][3] == ("Government subsidy", "150 units", "−₹1.35")
    assert rows["hi"][0] == ("बिजली", "150 यूनिट", "₹6.85")
    assert rows["hi"][-1][0] == "प्रीपेड छूट"
    assert rows["en"][-1][1:] == (rows["hi"][-1][1], "2%")


def test_whatever_moved_the_wallet_is_on_the_page_and_it_adds_up(balram):
    at = morning(date(2026, 4, 9))
    for reason, other, paise in (
        ("instalment", owned(balram, Book.ARREARS), -120_00),
        ("deposit", owned(balram, Book.DEPOSIT), -90_00),
        ("surcharge", BookOf(book=Book.SURCHARGE, head="late"), -13_37),
        ("interest", BookOf(book=Book.INTEREST, head="deposit"), 7_01),
    ):
        move(balram, reason=reason, other=other, paise=paise, at=at)
    used(balram, MAY)
    made = bill(balram)
    page = words(made, "en")
    account = page.partition("Youraccount")[2]
    for told in ("120.00", "13.37", "Securitydeposit90.00", "Interestforyou−7.01"):
        assert told in account


def test_a_correction_of_an_earlier_bill_is_its_own_row(asha):
    use = used(asha, MAY)
    bill(asha)
    use.days([5_000] * 9)
    correct(asha, date(2026, 4, 30), use.register_wh - 46_000, now=morning(use.day))
    charges.charge_again(
        connection_ids=[asha.connection_id],
        first=date(2026, 4, 30),
        because="a test",
        now=morning(use.day),
    )
    use.until(JUNE)
    may = bill(asha, first=MAY)
    printed = bills.document(number=may.number, language="en")
    assert printed.earlier_months_paise == -may.adjustments_paise != 0
    assert printed.true_up_paise == may.true_up_paise == 0
    assert [month.label for month in printed.months] == ["Apr", "May"]


def test_what_rounding_left_is_a_row_of_the_next_bill(balram):
    use = used(balram, MAY)
    april = bill(balram)
    pay(balram, april.payable_paise // 100, at=morning(date(2026, 5, 10)))
    use.until(JUNE)
    may = bill(balram, first=MAY)
    printed = bills.document(number=may.number, language="hi")
    assert printed.rounding_carried_paise == april.rounding_paise != 0
    assert printed.previous_balance_paise == -april.payable_paise
    assert words(may, "hi")


def test_lines_of_a_second_part_say_for_which_days_they_are(asha):
    use = used(asha, date(2026, 4, 15))
    change_facts(asha, date(2026, 4, 15), load_w=4_000)
    use.until(MAY)
    made = bill(asha)
    notes = [one.note for one in bills.document(number=made.number, language="en").lines]
    assert notes[0].startswith("1 Apr – 14 Apr")
    assert notes[-1].startswith("15 Apr – 30 Apr")
    assert words(made, "en")


def test_a_bill_of_many_parts_is_told_by_head_on_one_page(asha):
    use = used(asha, date(2026, 4, 6))
    for day, load_w in ((6, 3_000), (12, 4_000), (19, 5_000), (25, 2_000)):
        use.until(date(2026, 4, day))
        change_facts(asha, date(2026, 4, day), load_w=load_w)
    use.until(MAY)
    made = bill(asha)
    assert len(made.lines) > 24
    page = words(made, "en")
    assert "Fixedcharge" in page
    assert format_rupees(made.charges_paise) in page


def test_a_final_bill_of_a_few_days_is_printed_too(asha):
    used(asha, date(2026, 4, 4))
    made = bill(asha, until=date(2026, 4, 5), kind=BillKind.FINAL, even_if_open=True)
    assert words(made, "hi")


def test_with_an_address_for_upi_a_postpaid_bill_is_paid_by_it(settings, balram):
    used(balram, MAY)
    made = bill(balram)
    settings.BIJLIGHAR = {**django_settings.BIJLIGHAR, "upi_id": "ndvn@bank"}
    link = bills.document(number=made.number, language="en").pay_link
    asked = parse_qs(urlsplit(link.address).query)
    assert asked["am"] == [f"{made.payable_paise // 100}.00"]
    assert (asked["pa"], asked["cu"]) == (["ndvn@bank"], ["INR"])
    assert asked["tr"] == [made.number.replace("-", "")]
    assert link.text == "UPI: ndvn@bank"
    assert bare("Scan to pay by UPI") in words(made, "en")
    assert words(made, "hi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_one_a_postpaid_bill_does_not_speak_of_upi(balram, language):
    used(balram, MAY)
    made = bill(balram)
    page = words(made, language)
    assert "UPI" not in page
    told = {"hi": "ऑनलाइन देने के लिए स्कैन करें", "en": "Scan to pay online"}[language]
    assert bare(told) in page


def test_where_nothing_is_owed_the_code_asks_for_nothing(balram):
    pay(balram, 5_000, at=morning(date(2026, 4, 9)))
    used(balram, MAY)
    made = bill(balram)
    assert made.payable_paise == 0
    page = words(made, "en")
    assert bare("Scan to see your bills") in page
    assert "Payat" not in page


def test_without_one_and_for_prepaid_the_code_leads_to_the_consumers_page(asha):
    used(asha, MAY)
    made = bill(asha)
    link = bills.document(number=made.number, language="en").pay_link
    assert link.address.endswith(f"/home/{asha.consumer_number}/")


def test_a_bill_prints_the_same_when_days_behind_it_are_corrected(asha):
    use = used(asha, MAY)
    made = bill(asha)
    before = bills.pdf(number=made.number, language="hi")
    correct(asha, date(2026, 4, 30), use.register_wh - 1_000, now=morning(MAY))
    use.register_wh -= 1_000
    use.until(JUNE)
    bill(asha, first=MAY)
    assert bills.pdf(number=made.number, language="hi") == before


def test_two_funders_are_both_named(asha):
    used(asha, MAY)
    made = bill(asha)
    first, *rest = made.lines
    relief = next(line for line in rest if line.funded_by)
    others = [line for line in rest if line is not relief]
    made = replace(
        made,
        lines=(first, relief, replace(relief, funded_by="Government of Bihar"), *others),
    )
    told = _document._subsidy(made, "hi")
    assert told.payer == "उत्तर प्रदेश सरकार और बिहार सरकार"
    assert told.amount_paise == -2 * relief.amount_paise


def test_every_head_and_movement_has_words_in_both_languages():
    for language in LANGUAGES:
        names = [f"moved.{one.value}" for one in Moved]
        names += [f"heads.{one.value}" for one in Head]
        assert all(say(name, language) for name in names)


def test_every_funder_in_an_order_has_its_hindi():
    named = {
        name
        for order in catalogue()
        for one in order.schedules
        for name in (
            one.subsidy_funded_by,
            one.free_units.funded_by if one.free_units else "",
            one.payable_cap.funded_by if one.payable_cap else "",
        )
        if name
    }
    assert named
    assert all(not funder(name, "hi").isascii() for name in named)
