"""In a real browser: paying, waiting, receipts and texts are usable, at both sizes."""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.payments import service as payments
from bijlighar.payments.models import RechargeOrder
from bijlighar.payments.upi import pay_uri
from bijlighar.payments.values import Captured
from bijlighar.people.values import Role
from tests.live.test_browser import CHROMIUM, DESK, PHONE, QUIET
from tests.signing_in import add_staff, sign_in_consumer
from tests.web.test_grid_in_browser import Looking, looking, pytestmark, server

__all__ = ["pytestmark", "server"]
NUMBER = "7310000001"


def order(*, rupees: int, minutes_ago: int = 0, **more: object) -> str:
    """An order at the gateway, made some time ago."""
    home = connections.home_of(consumer_number=NUMBER)
    name = f"order_{uuid4().hex[:8]}"
    held = RechargeOrder.objects.create(
        id=uuid4(),
        connection_id=home.connection_id,
        consumer_number=NUMBER,
        gateway="pretend",
        gateway_order_id=name,
        pay_url="http://127.0.0.1:1/gateway/pay/x",
        upi_uri=pay_uri(
            payee="bijlighar@pretend",
            name="Bijlighar",
            amount_paise=rupees * 100,
            reference=name,
        ),
        amount_paise=rupees * 100,
        state="created",
        created_at=clock.now() - timedelta(minutes=minutes_ago),
        **more,
    )
    return str(held.pk)


def pay(order_id: str) -> None:
    held = RechargeOrder.objects.get(pk=order_id)
    payments.credit(
        captured=Captured(
            gateway="pretend",
            gateway_payment_id=f"pay_{held.gateway_order_id}",
            gateway_order_id=held.gateway_order_id,
            amount_paise=held.amount_paise,
            captured_at=clock.now(),
        ),
        now=clock.now(),
    )


@pytest.mark.parametrize(
    ("language", "size"), [("hi", PHONE), ("en", DESK)], ids=["hi-phone", "en-desk"]
)
def test_each_page_of_a_payment_can_be_used(server, settings, language, size):
    url, _ids = server
    settings.IS_DEMO = False
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    sign_in_consumer(client, connections.home_of(consumer_number=NUMBER).mobile)
    cookies = {name: held.value for name, held in client.cookies.items()}
    other = connections.homes()[1].consumer_number
    now = clock.now()
    paid = order(rupees=250)
    pay(paid)
    pages = {
        "upi": f"/home/{NUMBER}/recharges/{order(rupees=500)}/pay/",
        "waiting": f"/home/{NUMBER}/recharges/{order(rupees=500)}/",
        "unconfirmed": f"/home/{NUMBER}/recharges/{order(rupees=500, minutes_ago=20)}/",
        "pending": f"/home/{NUMBER}/recharges/{order(rupees=500, pending_at=now)}/",
        "paid": f"/home/{NUMBER}/recharges/{paid}/",
        "list": f"/home/{NUMBER}/payments/",
        "other": "/my/pay/",
    }
    failed = order(rupees=500, failed_at=now)
    RechargeOrder.objects.filter(pk=failed).update(state="failed")
    pages["failed"] = f"/home/{NUMBER}/recharges/{failed}/"
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        context = browser.new_context(viewport=size)
        context.add_cookies(
            [{"name": n, "value": v, "url": url} for n, v in cookies.items()]
        )
        at = Looking(page=context.new_page(), url=url, complaints=[])

        def seen(name: str) -> None:
            folder = os.environ.get("BIJLIGHAR_PICTURES")
            if folder:
                look = f"{language}-{size['width']}"
                at.page.screenshot(path=f"{folder}/pay-{look}-{name}.png", full_page=True)
            faults.extend(f"{name}: {one}" for one in at.faults())

        for name, path in pages.items():
            at.open(path)
            expect(at.page.locator("h1").first).to_be_visible()
            seen(name)
        at.open(pages["upi"])
        is_phone = size is PHONE
        expect(at.page.locator(".upi-button")).to_be_visible(visible=is_phone)
        expect(at.page.locator(".upi-code")).to_be_visible(visible=not is_phone)
        at.open("/my/pay/")
        at.page.locator("input[name=number]").fill(other)
        at.page.locator("main form button").first.click()
        expect(at.page.locator(".offer").first).to_be_visible()
        seen("amount")
        context.close()
        browser.close()
    assert faults == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_staff_read_every_registered_text(server, size):
    url, ids = server
    staff_id = add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["C1"]))
    with looking(url, staff_id, size=size, language="hi") as at:
        at.open("/desk/notices/texts/")
        expect(at.page.locator("table").first).to_be_visible()
        assert at.faults() == []
