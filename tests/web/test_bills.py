"""The consumer's bills on the screen: the list, one bill, and the printed page."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from bijlighar.clock import clock
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import NewPlan, RechargeShare
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger.values import Book, BookOf
from bijlighar.web.consumer.bill_shown import next_bill_on
from tests.bills.stories import (
    APRIL,
    JUNE,
    MAY,
    balance,
    bill,
    change_facts,
    correct,
    home_of,
    morning,
    move,
    pay,
    used,
)
from tests.documents.pdf_text import pages_of

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def at(monkeypatch):
    """Let it be some time."""

    def let_it_be(now: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)

    let_it_be(morning(MAY))
    return let_it_be


@pytest.fixture
def asha() -> Home:
    """Prepaid, with 500 rupees on 1 April."""
    return home_of("Asha", opening_paise=500_00)


@pytest.fixture
def balram() -> Home:
    """Postpaid, with nothing."""
    return home_of("Balram", mode=PaymentMode.POSTPAID)


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def address(home: Home, rest: str = "") -> str:
    return f"/home/{home.consumer_number}/bills/{rest}"


# The list


def test_before_the_first_bill_it_says_when_it_comes(asha, at, english, hindi):
    at(morning(date(2026, 4, 20)))
    page = text_of(english.get(address(asha)))
    assert (
        "The first bill comes in the morning of 1 May 2026: the one of April 2026" in page
    )
    assert "पहला बिल 1 मई 2026 की सुबह आएगा" in text_of(hindi.get(address(asha)))


def test_while_a_day_is_open_it_says_that_the_bill_is_on_its_way(asha, at, english):
    at(morning(date(2026, 5, 3)))
    assert "The bill of April 2026 is on its way" in text_of(english.get(address(asha)))


@pytest.mark.parametrize(
    ("today", "installed_on", "expected"),
    [
        (date(2026, 4, 20), APRIL, (APRIL, MAY)),
        (date(2026, 5, 3), APRIL, (APRIL, MAY)),
        (date(2026, 5, 3), date(2026, 5, 2), (MAY, JUNE)),
        (date(2026, 12, 31), date(2026, 12, 9), (date(2026, 12, 1), date(2027, 1, 1))),
    ],
)
def test_the_next_bill_is_of_the_first_month_there_was_a_meter(
    today, installed_on, expected
):
    assert next_bill_on(today=today, installed_on=installed_on) == expected


def test_the_list_has_month_units_amount_state_and_both_pdfs(balram, at, english, hindi):
    used(balram, MAY)
    made = bill(balram)
    page = text_of(english.get(address(balram)))
    assert "April 2026" in page
    assert "150.00 units" in page
    assert f"₹{format_rupees(made.payable_paise).removesuffix('.00')}" in page
    assert "To be paid by 16 May 2026" in page
    assert "PDF in Hindi PDF in English" in page
    at(morning(date(2026, 5, 17)))
    assert "Was to be paid by 16 May 2026" in text_of(english.get(address(balram)))
    pay(balram, made.payable_paise // 100, at=morning(date(2026, 5, 17)))
    assert "Paid" in text_of(english.get(address(balram)))
    page = text_of(hindi.get(address(balram)))
    assert "अप्रैल 2026" in page
    assert "जमा हो गया" in page
    assert "हिन्दी में PDF" in page


def test_the_home_links_to_its_bills(asha, at, english):
    page = english.get(f"/home/{asha.consumer_number}/").content.decode()
    assert f'href="{address(asha)}"' in page


# One bill


def test_a_prepaid_bill_is_an_account_and_its_true_up_is_always_there(asha, at, english):
    pay(asha, 700, at=morning(date(2026, 4, 9)))
    used(asha, MAY)
    made = bill(asha)
    page = text_of(english.get(address(asha, f"{made.number}/")))
    assert "Bill, April 2026" in page
    assert "Balance at the end of 30 April 2026" in page
    assert "This is an account: there is nothing to pay." in page
    assert "Deducted day by day before this bill" in page
    assert "Energy 150 units × ₹6.85 ₹1,027.50" in page
    assert "Settled with this bill (true-up) ₹0.00" in page
    assert f"Electricity in all ₹{format_rupees(made.charges_paise)}" in page
    assert "Recharges ₹700.00" in page
    assert "Government of Uttar Pradesh paid ₹202.50 of this bill." in page
    assert "for the next bill" not in page


def test_a_bill_in_hindi(asha, at, hindi):
    use = used(asha, MAY)
    correct(asha, date(2026, 4, 30), use.register_wh - 1_000, now=morning(MAY))
    made = bill(asha)
    page = text_of(hindi.get(address(asha, f"{made.number}/")))
    assert "बिल, अप्रैल 2026" in page
    true_up = format_rupees(-made.true_up_paise)
    assert f"इस बिल से हिसाब (ट्रू-अप) −₹{true_up}" in page
    assert "उत्तर प्रदेश सरकार ने दिए हैं" in page
    assert "बैलेंस शून्य से नीचे है: रीचार्ज कर लें।" in page
    assert "बिजली 149 यूनिट × ₹6.85" in page


def test_a_postpaid_bill_says_what_is_left_to_pay(balram, at, english):
    move(
        balram,
        reason="surcharge",
        other=BookOf(book=Book.SURCHARGE, head="late"),
        paise=-13_37,
        at=morning(date(2026, 4, 9)),
    )
    used(balram, MAY)
    made = bill(balram)
    pay(balram, 100, at=morning(date(2026, 5, 3)))
    page = text_of(english.get(address(balram, f"{made.number}/")))
    assert "You have to pay" in page
    left = format_rupees(made.payable_paise - 100_00)
    assert f"₹100.00 has come in since; ₹{left} is left to pay." in page
    assert "Late payment surcharge −₹13.37" in page
    assert "Counted day by day before this bill" in page
    rounded = format_rupees(-made.rounding_paise)
    assert f"is paid, for the next bill ₹{rounded}" in page


def test_a_bill_whose_dues_are_in_a_plan_says_so_and_asks_for_nothing(
    balram, at, english, hindi
):
    used(balram, MAY)
    made = bill(balram)
    dues.set_aside(
        plans=[
            NewPlan(
                connection_id=balram.connection_id,
                amount_paise=-balance(balram),
                terms=RechargeShare(percent=25),
                because="the payment mode changed",
                source="2026-05-10",
            )
        ],
        now=morning(date(2026, 5, 10)),
    )
    at(morning(JUNE))
    page = text_of(english.get(address(balram, f"{made.number}/")))
    assert "Now paid in parts" in page
    planned = format_rupees(made.payable_paise)
    assert f"₹{planned} of it is old dues now, which are paid in parts." in page
    assert "You have to pay" not in page
    assert "अब किस्तों में दिया जा रहा है" in text_of(hindi.get(address(balram)))


def test_parts_of_a_month_stand_under_their_days(asha, at, english):
    use = used(asha, date(2026, 4, 15))
    change_facts(asha, date(2026, 4, 15), load_w=4_000)
    use.until(MAY)
    made = bill(asha)
    page = text_of(english.get(address(asha, f"{made.number}/")))
    assert page.index("1 April to 14 April") < page.index("15 April to 30 April")


def test_another_consumers_bill_and_an_unknown_one_are_not_there(asha, balram, at, english):
    used(asha, MAY)
    made = bill(asha)
    for rest in ("", "pdf/"):
        assert english.get(address(asha, f"{made.number}/{rest}")).status_code == 200
        assert english.get(address(balram, f"{made.number}/{rest}")).status_code == 404
        assert english.get(address(asha, f"NDVN-1/{rest}")).status_code == 404
    assert english.get("/home/99/bills/").status_code == 404


def test_outside_the_demo_bills_are_open_to_whoever_is_signed_in(asha, english, settings):
    settings.IS_DEMO = False
    assert english.get(address(asha)).status_code == 200


# The printed page


def test_the_pdf_comes_in_the_language_asked_for(asha, at, english, hindi):
    used(asha, MAY)
    made = bill(asha)
    pdf = address(asha, f"{made.number}/pdf/")
    names = {
        (english, ""): "en",
        (hindi, ""): "hi",
        (english, "?language=hi"): "hi",
        (hindi, "?language=en"): "en",
        (english, "?language=xx"): "en",
    }
    for (client, query), language in names.items():
        answer = client.get(pdf + query)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        told = answer.headers["Content-Disposition"]
        assert told == f'inline; filename="{made.number}-{language}.pdf"'
        assert pages_of(answer.content) == 1
        assert f"/Lang({language})".encode() in answer.content.replace(b" ", b"")
