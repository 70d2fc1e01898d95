"""The pretend gateway: one order per receipt, one capture per order, a signed event."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bijlighar.simulator import http_input
from bijlighar.simulator.gateway import (
    EVENT_ID_HEADER,
    SIGNATURE_HEADER,
    Gateway,
    GatewaySettings,
)
from bijlighar.simulator.gateway_routes import GatewayRoutes
from bijlighar.simulator.webhooks import WebhookDelivery

ORDER = {
    "amount_paise": 500_00,
    "receipt": "R-1",
    "consumer_number": "1234567890",
    "callback_url": "http://127.0.0.1:8000/recharge/R-1?lang=hi&x=<b>",
}
MERCHANT = ("pretend_key", "pretend_secret")


@pytest.fixture
def real_clock(clock):
    return type(clock)(datetime(2031, 1, 1, tzinfo=UTC))


@pytest.fixture
def gateway(connection, clock, real_clock):
    return Gateway(
        connection=connection,
        settings=GatewaySettings(late=timedelta(seconds=30)),
        now=clock,
        real_now=real_clock,
        seed=1,
    )


@pytest.fixture
def browser(gateway):
    routes = GatewayRoutes(gateway=gateway, delivery=WebhookDelivery(gateway=gateway))
    app = Starlette(
        routes=routes.routes(),
        exception_handlers={http_input.BadRequest: http_input.answer_bad_request},
    )

    def ask(method, path, **what):
        async def once():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://g"
            ) as client:
                return await client.request(method, path, **what)

        return asyncio.run(once())

    return ask


def make_order(browser, **other):
    return browser("POST", "/gateway/v1/orders", json=ORDER | other, auth=MERCHANT)


def test_the_same_receipt_gives_the_same_order(browser):
    first, again = make_order(browser), make_order(browser)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["status"] == "created"
    assert first.json()["pay_url"].endswith(f"/gateway/pay/{first.json()['id']}")


def test_a_receipt_cannot_be_used_for_another_amount(browser):
    make_order(browser)
    refused = make_order(browser, amount_paise=1)
    assert refused.status_code == 409
    assert refused.json()["field"] == "receipt"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount_paise": 0}, "amount_paise"),
        ({"amount_paise": "500"}, "amount_paise"),
        ({"amount_paise": True}, "amount_paise"),
        ({"receipt": ""}, "receipt"),
        ({"callback_url": "javascript:alert(1)"}, "callback_url"),
    ],
)
def test_wrong_fields_are_named(browser, wrong, field):
    refused = make_order(browser, **wrong)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@pytest.mark.parametrize("auth", [None, ("pretend_key", "wrong"), ("é", "é")])
def test_only_the_merchant_may_ask(browser, auth):
    assert browser("POST", "/gateway/v1/orders", json=ORDER, auth=auth).status_code == 401


def test_a_capture_happens_once_and_is_signed(browser, clock):
    order = make_order(browser).json()
    path = f"/gateway/v1/orders/{order['id']}"
    first = browser("POST", f"{path}/capture", auth=MERCHANT).json()
    clock.pass_by(minutes=5)
    assert browser("POST", f"{path}/capture", auth=MERCHANT).json() == first
    raw = first["webhook"]["body"].encode()
    signature = hmac.new(b"pretend_webhook_secret", raw, hashlib.sha256).hexdigest()
    assert first["webhook"]["headers"][SIGNATURE_HEADER] == signature
    event = json.loads(raw)
    entity = event["payload"]["payment"]["entity"]
    assert event["event"] == "payment.captured"
    assert (entity["order_id"], entity["amount"]) == (order["id"], 500_00)
    assert (entity["currency"], entity["status"]) == ("INR", "captured")
    shown = browser("GET", path, auth=MERCHANT).json()
    assert shown["status"] == "paid"
    assert [(p["id"], p["amount_paise"]) for p in shown["payments"]] == [
        (entity["id"], 500_00)
    ]
    assert (
        datetime.fromisoformat(shown["payments"][0]["captured_at"]).timestamp()
        == (entity["created_at"])
    )


def test_a_payment_may_fail_and_then_succeed(browser):
    order = make_order(browser).json()
    page = f"/gateway/pay/{order['id']}"
    failed = browser("POST", page, data={"choice": "fail"})
    assert failed.status_code == 303
    assert failed.headers["location"].startswith("http://127.0.0.1:8000/recharge/R-1?")
    assert "फिर से कोशिश" in browser("GET", page).text
    browser("POST", page, data={"choice": "pay"})
    browser("POST", page, data={"choice": "fail"})
    shown = browser("GET", f"/gateway/v1/orders/{order['id']}", auth=MERCHANT).json()
    assert [p["status"] for p in shown["payments"]] == ["failed", "captured"]
    assert "<button" not in browser("GET", page).text


@pytest.mark.parametrize(
    ("lang", "says"), [("hi", "नकली"), ("en", "pretend"), ("xx", "नकली")]
)
def test_the_page_says_that_it_is_pretend(browser, lang, says):
    order = make_order(browser).json()
    answer = browser("GET", f"/gateway/pay/{order['id']}?lang={lang}")
    assert says in answer.text
    assert "₹500.00" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:8000;" in policy
    assert "default-src 'none'" in policy
    assert f'nonce="{policy.split("nonce-")[1].split(chr(39))[0]}"' in answer.text
    browser("POST", f"/gateway/pay/{order['id']}", data={"choice": "pay"})
    assert "<b>" not in browser("GET", f"/gateway/pay/{order['id']}").text


def test_an_unknown_order_is_not_found(browser):
    assert browser("GET", "/gateway/pay/order_x").status_code == 404
    assert (
        browser("POST", "/gateway/pay/order_x", data={"choice": "pay"}).status_code == 404
    )
    unknown = browser("GET", "/gateway/v1/orders/order_x", auth=MERCHANT)
    assert unknown.json()["code"] == "not_found"


def test_a_late_webhook_waits(gateway, real_clock):
    order = gateway.make_order(**ORDER)
    gateway.capture(order.id, is_late=True)
    assert gateway.due_webhooks(limit=9) == []
    assert gateway.waits_s() == pytest.approx(30)
    real_clock.pass_by(seconds=31)
    assert len(gateway.due_webhooks(limit=9)) == 1


def test_an_event_waits_longer_every_time_it_is_not_heard(gateway, real_clock):
    gateway.capture(gateway.make_order(**ORDER).id)
    waits = []
    for _ in range(10):
        (webhook,) = gateway.due_webhooks(limit=9)
        gateway.note_unheard(webhook)
        waits.append(gateway.waits_s())
        real_clock.pass_by(seconds=waits[-1])
    assert waits[:4] == pytest.approx([0.5, 1, 2, 4])
    assert waits[-1] == pytest.approx(60)


class Merchant:
    """A real server that hears webhooks; it refuses the first `deaf` of them."""

    def __init__(self, deaf: int) -> None:
        self.deaf = deaf
        self.heard = []
        self.done = asyncio.Event()

    async def hear(self, request: Request) -> Response:
        body = await request.body()
        self.heard.append((body, dict(request.headers)))
        if len(self.heard) <= self.deaf:
            return Response(status_code=503)
        self.done.set()
        return Response(status_code=204)


def test_an_event_is_told_until_it_is_heard(connection, clock):
    async def story():
        merchant = Merchant(deaf=1)
        app = Starlette(routes=[Route("/webhook", merchant.hear, methods=["POST"])])
        server, port = await serve(app)
        gateway = Gateway(
            connection=connection,
            settings=GatewaySettings(webhook_url=f"http://127.0.0.1:{port}/webhook"),
            now=clock,
            real_now=lambda: datetime.now(tz=UTC),
            seed=1,
        )
        delivery = WebhookDelivery(gateway=gateway)
        telling = asyncio.create_task(delivery.run())
        await asyncio.sleep(0)
        webhook = gateway.capture(gateway.make_order(**ORDER).id)
        delivery.wake()
        async with asyncio.timeout(5):
            await merchant.done.wait()
            while gateway.waits_s() is not None:
                await asyncio.sleep(0.01)
        telling.cancel()
        await server()
        assert [body for body, _ in merchant.heard] == [webhook.body.encode()] * 2
        for _, headers in merchant.heard:
            assert headers[SIGNATURE_HEADER.lower()] == webhook.signature
            assert headers[EVENT_ID_HEADER.lower()] == webhook.event_id

    asyncio.run(story())


async def serve(app):
    """Serve an application on a free port; gives a function that stops it, and the port."""
    import uvicorn

    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)

    async def stop():
        server.should_exit = True
        await running

    return stop, server.servers[0].sockets[0].getsockname()[1]
