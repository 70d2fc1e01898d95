"""The bill is one page that says what is owed, whatever names and lines stand in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.documents import fonts
from bijlighar.documents.bill_pdf import (
    MOST_LINES,
    BillDoesNotAddUp,
    BillTooLong,
    bill_pdf,
)
from bijlighar.documents.plain_text import PRINTABLE
from bijlighar.documents.values import (
    BillDocument,
    BillLine,
    Language,
    MonthUsage,
    PayLink,
)
from bijlighar.kernel.money import format_rupees
from tests.documents import examples
from tests.documents.pdf_text import pages_of, text_of

each_example = pytest.mark.parametrize(
    "bill", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys()
)
HOSTILE = (
    '#read("/etc/passwd")',
    '#panic("stop")',
    "#pagebreak() #sys.inputs",
    "*x* _y_ `z` $1/0$",
    "$",
    "\\",
    "\\u{41} \\n <label> @label",
    "= Heading // nothing /* here",
    "\"'#\"'",
    "[[ ]] ](( {{ }}",
    "{amount} {0} %s",
    'Ram" #import "@preview/x:1.0.0"',
)


def printed(bill: BillDocument) -> str:
    return text_of(bill_pdf(bill))


def packed(text: str) -> str:
    return "".join(text.split())


@each_example
def test_a_bill_is_one_page(bill: BillDocument) -> None:
    assert pages_of(bill_pdf(bill)) == 1


@each_example
def test_the_same_bill_is_the_same_bytes(bill: BillDocument) -> None:
    assert bill_pdf(bill) == bill_pdf(bill)


def test_many_threads_print_what_one_prints() -> None:
    bills = list(examples.EXAMPLES.values()) * 2
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(bill_pdf, bills)) == [bill_pdf(bill) for bill in bills]


def test_the_file_is_dated_by_the_bill_and_not_by_the_clock() -> None:
    its_day_begins = b"/CreationDate(D:20260401183000Z)"
    assert its_day_begins in bill_pdf(examples.POSTPAID_HINDI)


@each_example
def test_every_amount_is_printed(bill: BillDocument) -> None:
    text = printed(bill)
    lines_paise = sum(line.amount_paise for line in bill.lines)
    amounts = [line.amount_paise for line in bill.lines]
    amounts += [lines_paise, bill.counted_daily_paise, bill.true_up_paise]
    amounts += [bill.earlier_months_paise, lines_paise + bill.earlier_months_paise]
    amounts += [row.amount_paise for row in bill.others]
    amounts += [bill.previous_balance_paise, bill.payments_received_paise]
    amounts += [bill.arrears_instalment_paise, bill.late_surcharge_paise]
    for paise in filter(None, amounts):
        assert format_rupees(abs(paise)) in text


def test_what_to_pay_and_until_when_comes_first() -> None:
    text = printed(examples.POSTPAID_HINDI)
    first = text.index("आपकोदेनाहै₹1,739")
    assert first < text.index("17अप्रैल2026") < text.index("उपभोक्तासंख्या7204518893")
    assert packed("इसमें ₹500.00 पहले का बकाया है।") in text


def test_the_account_of_a_postpaid_bill_adds_up_before_the_reader() -> None:
    account = printed(examples.POSTPAID_HINDI).partition("आपकाहिसाब")[2]
    rows = ("1,100.00", "−1,100.00", "1,225.51", "500.00", "13.75", "0.32", "1,739.00")
    places = [account.index(row) for row in rows]
    assert places == sorted(places)


def test_a_prepaid_bill_is_no_demand() -> None:
    text = printed(examples.PREPAID_ENGLISH)
    assert packed("Balance at the end of 31 March 2026 ₹426.74") in text
    assert packed("This is an account, not a demand.") in text
    assert "Youhavetopay" not in text
    assert packed("Scan to recharge bijli.example.in/recharge") in text


def test_a_balance_below_zero_asks_for_a_recharge() -> None:
    text = printed(examples.PREPAID_HINDI)
    assert "−₹363.01" in text
    assert packed("बैलेंस शून्य से नीचे है: रीचार्ज कर लें।") in text


def test_money_that_is_left_over_is_said_to_be_kept() -> None:
    text = printed(examples.NOTHING_YET)
    assert packed("कुछ नहीं देना है") in text
    assert packed("आपके ₹496.77 हमारे पास जमा हैं।") in text


TRUE_UP = {
    (
        "hi",
        True,
    ): "इसमें से इस बिल से पहले रोज़ कटा {daily} इसमें से इस बिल से हिसाब (ट्रू-अप) {true_up}",
    (
        "hi",
        False,
    ): "इसमें से इस बिल से पहले रोज़ गिना गया {daily} इसमें से इस बिल से हिसाब (ट्रू-अप) {true_up}",
    ("en", True): "of this, deducted day by day before this bill {daily} "
    "of this, settled with this bill (true-up) {true_up}",
    ("en", False): "of this, counted day by day before this bill {daily} "
    "of this, settled with this bill (true-up) {true_up}",
}
fullest = {
    (bill.language, bill.is_prepaid): bill
    for bill in (
        examples.POSTPAID_HINDI,
        examples.POSTPAID_ENGLISH,
        examples.PREPAID_HINDI,
        examples.PREPAID_ENGLISH,
    )
}


@pytest.mark.parametrize("true_up_paise", [0, 12_34_567, -98_765])
@pytest.mark.parametrize(("language", "is_prepaid"), TRUE_UP)
def test_the_true_up_is_always_there_at_the_most_lines_too(
    language: Language, is_prepaid: bool, true_up_paise: int
) -> None:
    few = replace(fullest[language, is_prepaid], true_up_paise=true_up_paise)
    full = replace(
        few,
        lines=(examples.LONG_LINES * 2)[:MOST_LINES],
        earlier_months_paise=-1,
        is_estimated=True,
        others=examples.FULL.others,
    )
    for bill in map(examples.adding_up, (few, full)):
        pdf = bill_pdf(bill)
        assert pages_of(pdf) == 1
        told = TRUE_UP[language, is_prepaid].format(
            daily=format_rupees(bill.counted_daily_paise).replace("-", "−"),
            true_up=format_rupees(true_up_paise).replace("-", "−"),
        )
        assert packed(told) in text_of(pdf)


def test_a_correction_of_earlier_bills_is_a_row_where_there_is_one() -> None:
    bill = examples.PREPAID_ENGLISH
    assert packed("Correction of earlier bills −12.40 Total for this month") in printed(
        bill
    )
    none = examples.adding_up(replace(bill, earlier_months_paise=0))
    assert "Correctionofearlier" not in printed(none)


PAID_AT = PayLink(
    address="https://bijli.example.in/home/1/", text="Pay at bijli.example.in"
)


@pytest.mark.parametrize(
    ("bill", "link", "told"),
    [
        (examples.POSTPAID_ENGLISH, None, "Scan to pay by UPI UPI: discom@examplebank"),
        (examples.POSTPAID_HINDI, None, "UPI से देने के लिए स्कैन करें"),
        (examples.POSTPAID_ENGLISH, PAID_AT, "Scan to pay online Pay at bijli.example.in"),
        (examples.POSTPAID_HINDI, PAID_AT, "ऑनलाइन देने के लिए स्कैन करें"),
        (examples.PREPAID_ENGLISH, PAID_AT, "Scan to recharge"),
        (examples.PREPAID_HINDI, PAID_AT, "रीचार्ज के लिए स्कैन करें"),
        (examples.NOTHING_YET, PAID_AT, "अपने बिल देखने के लिए स्कैन करें"),
    ],
)
def test_the_code_says_what_scanning_it_does(
    bill: BillDocument, link: PayLink | None, told: str
) -> None:
    text = printed(replace(bill, pay_link=link) if link else bill)
    assert packed(told) in text
    assert ("UPIसे" in text or "byUPI" in text) == (link is None)


def test_the_government_that_paid_is_named() -> None:
    bill = examples.PREPAID_ENGLISH
    assert packed("Government of Uttar Pradesh paid ₹232.01 of this bill.") in printed(bill)
    assert "ofthisbill." not in printed(replace(bill, subsidy=None))


def test_an_estimate_says_that_it_is_one() -> None:
    bill = examples.POSTPAID_ENGLISH
    assert "Estimated:" in printed(bill)
    assert "Estimated:" not in printed(replace(bill, is_estimated=False))


def test_registers_are_subtracted_only_where_they_make_the_units() -> None:
    bill = examples.POSTPAID_ENGLISH
    assert "12,545.20−" in printed(bill)
    assert "12,545.20−" not in printed(replace(bill, energy_wh=250_000))


def test_the_foot_says_where_to_complain_what_to_keep_secret_and_which_order_holds() -> (
    None
):
    text = printed(examples.POSTPAID_ENGLISH)
    assert packed("Complaint about this bill or the supply: call 1912.") in text
    assert packed("Never tell an OTP to anybody on the phone.") in text
    assert packed("UPERC 2141/2024 of 10 October 2024 (file 9f2c4e81b7a0)") in text
    assert "Page1of1" in text


def test_only_the_last_twelve_months_are_drawn() -> None:
    older = MonthUsage(label="Older", energy_wh=1_000)
    bill = examples.POSTPAID_ENGLISH
    text = printed(replace(bill, months=(older, *bill.months)))
    assert "Older" not in text
    assert "Apr" in text


def test_the_file_names_its_language_and_is_made_for_screen_readers() -> None:
    pdf = bill_pdf(examples.POSTPAID_HINDI)
    assert b"/Lang(hi)" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"pdfuaid:part" in pdf


def test_hindi_is_shaped() -> None:
    text = printed(examples.POSTPAID_HINDI)
    for word in ("श्रीमती", "स्वीकृत", "उपभोक्ता", "किस्त", "फिक्स्ड"):
        assert word in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_anything_but_a_name(name: str) -> None:
    line = replace(examples.HINDI_LINES[0], text=name, quantity=name, rate=name, note=name)
    bill = replace(
        examples.POSTPAID_ENGLISH,
        consumer_name=name,
        address=name,
        office=name,
        lines=(line, *examples.PREPAID_ENGLISH.lines[1:]),
        pay_link=PayLink(address="upi://pay?pn=" + name, text=name),
    )
    pdf = bill_pdf(bill)
    assert pages_of(pdf) == 1
    assert text_of(pdf).count(packed(name)) >= 4
    assert "root:" not in text_of(pdf)


def test_hidden_signs_are_dropped_and_unknown_ones_are_marked() -> None:
    name = "\u202eRam\u200b \u2066Lal\u0000\ufeff \u0645\u0631\u064a\u0645 \N{PILE OF POO}"
    text = printed(replace(examples.POSTPAID_ENGLISH, consumer_name=name))
    assert "ConsumerRamLal?????House14/2" in text


def test_a_name_that_is_too_long_ends_in_dots() -> None:
    text = printed(replace(examples.POSTPAID_ENGLISH, consumer_name="Venkata" * 100))
    assert "VenkataVenkata" in text
    assert "…" in text


def test_more_lines_than_a_page_holds_are_refused() -> None:
    line = examples.HINDI_LINES[0]
    bill = examples.adding_up(replace(examples.POSTPAID_HINDI, lines=(line,) * 24))
    assert pages_of(bill_pdf(bill)) == 1
    others = examples.FULL.others + examples.FULL.others[:1]
    with pytest.raises(BillTooLong, match="7 other rows"):
        bill_pdf(examples.adding_up(replace(bill, others=others)))
    with pytest.raises(BillTooLong, match="25 lines"):
        bill_pdf(examples.adding_up(replace(bill, lines=(line,) * 25)))


def test_a_payment_address_that_no_phone_could_read_is_refused() -> None:
    link = PayLink(address="upi://pay?tn=" + "x" * 600, text="UPI")
    with pytest.raises(BillTooLong, match="payment address"):
        bill_pdf(replace(examples.POSTPAID_HINDI, pay_link=link))


def test_a_bill_that_does_not_add_up_is_not_printed() -> None:
    wrong = replace(examples.POSTPAID_HINDI, payments_received_paise=1)
    with pytest.raises(BillDoesNotAddUp, match="2026-03/7204518893"):
        bill_pdf(wrong)


def test_a_bill_whose_days_and_lines_differ_is_not_printed() -> None:
    wrong = replace(examples.POSTPAID_HINDI, true_up_paise=1)
    with pytest.raises(BillDoesNotAddUp, match="its days and their true-up to 122552"):
        bill_pdf(wrong)


@pytest.mark.parametrize(("is_prepaid", "rupees"), [(True, 1), (False, -1)])
def test_a_prepaid_bill_asks_for_nothing_and_no_bill_for_less(
    is_prepaid: bool, rupees: int
) -> None:
    bill = replace(
        examples.POSTPAID_HINDI, is_prepaid=is_prepaid, net_payable_rupees=rupees
    )
    with pytest.raises(BillDoesNotAddUp, match="asks for"):
        bill_pdf(examples.adding_up(bill))


def test_missing_fonts_are_told_with_what_brings_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path / "none")
    with pytest.raises(fonts.FontMissing, match="make setup"):
        bill_pdf(examples.POSTPAID_HINDI)


drawn = "".join(sorted(PRINTABLE)) + "\u200c\u200d"
texts = st.text(max_size=400) | st.text(drawn, max_size=400)
lines = st.builds(
    BillLine,
    text=texts,
    quantity=texts,
    rate=texts,
    amount_paise=st.integers(-(10**13), 10**13),
    note=texts,
)


@settings(max_examples=40, deadline=None)
@given(
    name=texts,
    address=texts,
    lines=st.lists(lines, max_size=24).map(tuple),
    is_prepaid=st.booleans(),
    last_day=st.dates(date(2026, 3, 1), date(2026, 5, 31)),
    monthly_wh=st.lists(st.integers(-(10**6), 10**12), max_size=14),
)
def test_whatever_stands_in_it_a_bill_is_one_page(
    name: str,
    address: str,
    lines: tuple[BillLine, ...],
    is_prepaid: bool,
    last_day: date,
    monthly_wh: list[int],
) -> None:
    bill = replace(
        examples.POSTPAID_HINDI,
        discom=name,
        office=address,
        consumer_name=name,
        consumer_number=name,
        category=name,
        address=address,
        lines=lines,
        is_prepaid=is_prepaid,
        net_payable_rupees=0 if is_prepaid else 1_739,
        last_day=last_day,
        months=tuple(MonthUsage(label=name, energy_wh=wh) for wh in monthly_wh),
        order_name=address,
    )
    assert pages_of(bill_pdf(examples.adding_up(bill))) == 1
