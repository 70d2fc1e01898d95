"""Paying, for oneself and for others, and what is told of a payment that hangs or fails."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from bijlighar.flow.ask_gateway import Said, ask_due, ask_gateway, ask_soon
from bijlighar.flow.tell_unsettled import tell_unsettled
from bijlighar.kernel.ist import in_ist
from bijlighar.notices.models import Notice
from bijlighar.payments import rules
from bijlighar.payments.models import NumberLookup, Payment, RechargeOrder
from tests.signing_in import sign_in_consumer

STRANGER = "+919811111111"


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return unescape(answer.content.decode())


@pytest.fixture
def asha(world):
    world.at("2026-04-02", "10:00")
    return world.home(0)


@pytest.fixture
def stranger(demo):
    """Somebody with a number of their own and no connection, in English."""
    client = Client(SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    sign_in_consumer(client, STRANGER)
    return client


def begin(client, home, rupees: str = "500") -> str:
    """Start a recharge; the address of its page of UPI."""
    answer = client.post(f"/home/{home.consumer_number}/recharge/", {"rupees": rupees})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def order_of(page: str) -> RechargeOrder:
    (order_id,) = re.findall("[0-9a-f]{8}-[0-9a-f-]{27}", page)
    return RechargeOrder.objects.get(pk=order_id)


def at_the_app(world, page: str, choice: str) -> None:
    """What somebody does in the pretend UPI app."""
    answer = world.client.post(order_of(page).upi_opens, data={"choice": choice})
    assert answer.status_code == 303, answer.text


def later_on(world, **passed: int) -> None:
    local = in_ist(world.now + timedelta(**passed))
    world.at(f"{local:%Y-%m-%d}", f"{local:%H:%M}")


class TestUpi:
    """A phone opens its app; a desk shows the code; nobody is asked for another amount."""

    def test_the_address_says_whom_how_much_and_for_what(self, world, asha, english):
        page = begin(english, asha)
        held = order_of(page)
        assert held.upi_uri == (
            "upi://pay?pa=bijlighar@pretend"
            "&pn=%E0%A4%AC%E0%A4%BF%E0%A4%9C%E0%A4%B2%E0%A5%80%E0%A4%98%E0%A4%B0%20Bijlighar"
            f"&tr={held.gateway_order_id}&am=500.00&cu=INR"
        )
        shown = text_of(english.get(page))
        assert "Pay ₹500.00" in shown
        assert f'href="{held.upi_opens}?lang=en"' in shown
        assert f'src="{page}code.svg"' in shown
        code = english.get(f"{page}code.svg")
        assert code.headers["Content-Type"] == "image/svg+xml"
        assert code.content.startswith(b"<svg")
        assert english.get(f"{page}live/").status_code == 204

        at_the_app(world, page, "pay")
        later_on(world, minutes=1)
        english.get(f"{page}live/")
        world.work()
        gone = english.get(f"{page}live/")
        assert gone.headers["HX-Redirect"] == page.removesuffix("pay/")
        assert english.get(page).status_code == 302, "what is paid is not paid again"

    def test_a_gateway_that_asks_for_more_is_shown_to_nobody(
        self, world, asha, english, monkeypatch
    ):
        monkeypatch.setattr(
            "bijlighar.payments.gateways.pretend.gateway.pay_uri",
            lambda **_: "upi://pay?pa=a@bank&pn=x&tr=1&am=5000.00&cu=INR",
        )
        page = begin(english, asha)
        assert "/gateway/pay/" in page, "the gateway's own page is left"


class TestTruth:
    """Pending, failed and late, told as they are, and told once."""

    def test_a_bank_that_does_not_answer(self, world, asha, english):
        page = begin(english, asha)
        done = page.removesuffix("pay/")
        at_the_app(world, page, "hang")
        assert "not confirmed it yet" in text_of(english.get(done))
        later_on(world, minutes=1)
        assert "Waiting for" in text_of(english.get(f"{done}live/"))
        assert not ask_soon(order_id=str(order_of(page).pk), now=world.now)
        world.work()
        shown = text_of(english.get(f"{done}live/"))
        assert "Your bank has not answered yet. Please do not pay again." in shown
        assert "by Tuesday, 7 April 2026" in shown
        assert "it owes you ₹100" in shown
        assert "Pay now" not in shown

        assert tell_unsettled(now=world.now) == 0
        later_on(world, minutes=11)
        assert tell_unsettled(now=world.now) == 1
        assert tell_unsettled(now=world.now) == 0
        assert world.told(asha)[-1] == "payment_pending"

        at_the_app(world, page, "pay")
        later_on(world, minutes=11)
        assert ask_due(now=world.now) == 1
        assert "₹500.00 received" in text_of(english.get(done))
        assert world.told(asha)[-1].startswith("recharged")

    def test_a_failure_is_told_once_and_a_late_success_is_told_too(
        self, world, asha, english
    ):
        page = begin(english, asha)
        done = page.removesuffix("pay/")
        at_the_app(world, page, "fail")
        order_id = str(order_of(page).pk)
        assert ask_gateway(order_id=order_id, now=world.now).said is Said.REFUSED
        shown = text_of(english.get(done))
        assert "did not go through" in shown
        assert "no money came to us" in shown
        assert tell_unsettled(now=world.now) == 0, "perhaps they try again at once"
        later_on(world, minutes=11)
        assert tell_unsettled(now=world.now) == 1
        assert tell_unsettled(now=world.now) == 0
        assert world.told(asha)[-1] == "payment_failed"

        at_the_app(world, page, "pay")
        before = world.balance_paise(asha)
        assert ask_gateway(order_id=order_id, now=world.now).is_credited_now
        assert not ask_gateway(order_id=order_id, now=world.now).is_credited_now
        assert world.balance_paise(asha) == before + 500_00
        assert "the money came after all" in text_of(english.get(done))
        assert world.told(asha)[-1].startswith("recharged")

    def test_who_never_paid_is_told_nothing(self, world, asha, english):
        page = begin(english, asha)
        later_on(world, minutes=20)
        assert ask_due(now=world.now) == 1
        assert ask_due(now=world.now) == 0, "asked once, then after a while again"
        later_on(world, minutes=20)
        assert tell_unsettled(now=world.now) == 0
        done = text_of(english.get(page.removesuffix("pay/")))
        assert "knows of no money so far" in done
        assert "Pay now" in done


class TestForSomebodyElse:
    """The name masked, nothing of the home shown, guessing stopped."""

    def test_who_pays_sees_that_it_is_the_right_home_and_nothing_else(
        self, world, asha, stranger, english
    ):
        world.spend(asha, leave_rupees="-40.00")
        asked = text_of(stranger.post("/my/pay/", {"number": asha.consumer_number}))
        assert rules.masked_name(asha.name_en) in asked
        for hidden in (asha.name_en, asha.name_hi, asha.mobile, "40.00", "Supply"):
            assert hidden not in asked, hidden
        answer = stranger.post(
            "/my/pay/start/", {"number": asha.consumer_number, "rupees": "500"}
        )
        page = answer.headers["Location"]
        assert re.fullmatch("/my/pay/[0-9a-f-]{36}/how/", page)
        assert "Pay ₹500.00" in text_of(stranger.get(page))
        at_the_app(world, page, "pay")
        done = page.removesuffix("how/")
        assert stranger.get(f"{done}receipt/").status_code == 404, "nothing is paid yet"
        ask_gateway(order_id=str(order_of(page).pk), now=world.now)
        shown = text_of(stranger.get(done))
        assert "₹500.00 received" in shown
        assert asha.name_en not in shown
        pdf = stranger.get(f"{done}receipt/")
        assert pdf.headers["Content-Type"] == "application/pdf"
        for kept in ("", "live/", "how/", "code.svg", "receipt/"):
            assert english.get(f"{done}{kept}").status_code in (302, 404)
        assert stranger.get(f"/home/{asha.consumer_number}/payments/").status_code == 404
        assert "paid by somebody else" in text_of(
            english.get(f"/home/{asha.consumer_number}/payments/")
        )

    def test_who_pays_for_another_is_told_at_their_own_number_and_learns_nothing(
        self, world, asha, stranger
    ):
        world.spend(asha, leave_rupees="-40.00")
        page = self.begin_for(stranger, asha)
        at_the_app(world, page, "pay")
        ask_gateway(order_id=str(order_of(page).pk), now=world.now)
        assert world.told(asha)[-1].startswith("recharged"), "the home hears of its own"
        (row,) = Notice.objects.filter(mobile=STRANGER, kind="paid_for_another")
        assert row.connection_id is None, "it is on nobody's page"
        assert row.text == (
            f"{rules.masked_name(asha.name_hi)} के कनेक्शन"
            f" (आखिरी अंक {asha.consumer_number[-4:]}) के लिए आपके ₹500.00 जमा हो गए।"
            f" रसीद {row.parameters['receipt']}। हेल्पलाइन 1912 - बिजलीघर"
        )
        paid = Payment.objects.get(order=order_of(page))
        assert row.parameters["receipt"] == f"R-2026-{paid.pk:010d}"
        ask_gateway(order_id=str(order_of(page).pk), now=world.now)
        assert Notice.objects.filter(mobile=STRANGER, kind=row.kind).count() == 1

    @pytest.mark.parametrize(
        ("choice", "kind", "words"),
        [
            ("hang", "pending_for_another", "अभी बैंक से पक्का नहीं हुआ है"),
            ("fail", "failed_for_another", "बैंक को 07-04-2026 तक लौटाने होंगे"),
        ],
    )
    def test_a_payment_for_another_that_hangs_or_fails_is_told_to_who_paid(
        self, world, asha, stranger, choice, kind, words
    ):
        page = self.begin_for(stranger, asha)
        before = world.told(asha)
        at_the_app(world, page, choice)
        ask_gateway(order_id=str(order_of(page).pk), now=world.now)
        later_on(world, minutes=11)
        assert (tell_unsettled(now=world.now), tell_unsettled(now=world.now)) == (1, 0)
        (row,) = Notice.objects.filter(mobile=STRANGER, kind=kind)
        assert words in row.text
        assert world.told(asha) == before, "the home has not paid and hears nothing"

    def begin_for(self, stranger, home) -> str:
        answer = stranger.post(
            "/my/pay/start/", {"number": home.consumer_number, "rupees": "500"}
        )
        return str(answer.headers["Location"])

    def test_ones_own_home_is_recharged_at_home(self, asha, english):
        english.get(f"/home/{asha.consumer_number}/")
        answer = english.post("/my/pay/", {"number": asha.consumer_number})
        assert answer.headers["Location"] == f"/home/{asha.consumer_number}/#recharge"

    def test_numbers_are_not_tried_out(self, asha, stranger):
        for _ in range(rules.LOOKUPS_OF_LOGIN - 1):
            assert stranger.post("/my/pay/", {"number": "99"}).status_code == 404
        assert stranger.post("/my/pay/", {"number": ""}).status_code == 422
        assert (
            stranger.post("/my/pay/", {"number": asha.consumer_number}).status_code == 200
        )
        refused = stranger.post("/my/pay/", {"number": asha.consumer_number})
        assert refused.status_code == 429
        assert rules.masked_name(asha.name_en) not in refused.content.decode()
        start = {"number": asha.consumer_number, "rupees": "500"}
        assert stranger.post("/my/pay/start/", start).status_code == 429
        assert NumberLookup.objects.count() == rules.LOOKUPS_OF_LOGIN

    def test_nobody_pays_who_is_not_signed_in(self, asha, browser):
        answer = browser.post("/my/pay/", {"number": asha.consumer_number})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/my/sign-in/")


class TestHistory:
    """Months, sums, files and receipts."""

    def test_payments_stand_by_month_with_their_receipts(self, world, asha, english):
        world.recharge(asha, 100)
        world.at("2026-05-01", "09:00")
        world.recharge(asha, 250)
        world.recharge(world.home(1), 999)
        page = f"/home/{asha.consumer_number}/payments/"
        everything = text_of(english.get(page))
        assert "2 payments, ₹350.00 in all." in everything
        assert "₹999" not in everything
        may = text_of(english.get(page, {"month": "2026-05"}))
        assert "1 payment, ₹250.00." in may
        assert "₹100.00" not in may
        assert "No payment in this month." in text_of(
            english.get(page, {"month": "2026-03"})
        )
        assert "2 payments" in text_of(english.get(page, {"month": "' or 1=1"}))

        table = english.get(f"{page}csv/", {"month": "2026-05"}).content.decode()
        assert table.startswith("\ufeffReceipt number,")
        (line,) = table.splitlines()[1:]
        assert re.match(r"R-2026-[0-9]{10},", line)
        assert ",250.00," in line

        pdfs = re.findall('href="([^"]*/receipt/[^"]*)"', may)
        assert len(pdfs) == 2, "one in each language"
        for address in pdfs:
            assert english.get(address).content.startswith(b"%PDF")
        mine = pdfs[0].split("?")[0]
        other = mine.replace(asha.consumer_number, world.home(1).consumer_number)
        assert english.get(other).status_code == 404

    def test_before_the_first_payment_the_page_says_what_comes(self, asha, english):
        page = text_of(english.get(f"/home/{asha.consumer_number}/payments/"))
        assert "No payment yet." in page
