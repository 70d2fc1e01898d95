"""The pretend gateway over HTTP: an interface for the merchant, a page for the payer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bijlighar.kernel.money import Paise
from bijlighar.simulator.gateway import (
    MAX_AMOUNT_PAISE,
    Gateway,
    Order,
    OrderDiffers,
    UnknownOrder,
)
from bijlighar.simulator.gateway_page import (
    language_of,
    payment_page,
    unknown_page,
    upi_page,
)
from bijlighar.simulator.http_input import (
    BadRequest,
    json_object,
    read_body,
    require_basic,
    text_of,
    whole_of,
)
from bijlighar.simulator.webhooks import WebhookDelivery


class GatewayRoutes:
    """The routes under `/gateway`, answering from one gateway."""

    def __init__(self, *, gateway: Gateway, delivery: WebhookDelivery) -> None:
        """`delivery` is woken whenever a payment was captured."""
        self._gateway = gateway
        self._delivery = delivery

    def routes(self) -> list[Route]:
        """All routes."""
        one = "/gateway/v1/orders/{order_id}"
        page = "/gateway/pay/{order_id}"
        return [
            Route("/gateway/v1/orders", self.make_order, methods=["POST"]),
            Route(one, self.show_order, methods=["GET"]),
            Route(f"{one}/capture", self.capture, methods=["POST"]),
            Route(page, self.show_page, methods=["GET"]),
            Route(page, self.pay, methods=["POST"]),
            Route("/gateway/upi/{order_id}", self.show_upi, methods=["GET"]),
            Route("/gateway/upi/{order_id}", self.pay, methods=["POST"]),
        ]

    async def make_order(self, request: Request) -> Response:
        """The merchant asks for an order; the same receipt gives the same order."""
        self._require_merchant(request)
        body = await json_object(request)
        amount_paise = whole_of(body, "amount_paise")
        if not 0 < amount_paise <= MAX_AMOUNT_PAISE:
            raise BadRequest("The amount is out of range.", field="amount_paise")
        try:
            order = self._gateway.make_order(
                receipt=text_of(body, "receipt"),
                amount_paise=Paise(amount_paise),
                consumer_number=text_of(body, "consumer_number"),
                callback_url=_web_address(text_of(body, "callback_url")),
            )
        except OrderDiffers as differs:
            raise BadRequest(str(differs), field="receipt", status=409) from None
        return JSONResponse(self._order_json(order))

    async def show_order(self, request: Request) -> Response:
        """The merchant asks what became of an order."""
        self._require_merchant(request)
        return JSONResponse(self._order_json(self._order(request)))

    async def capture(self, request: Request) -> Response:
        """Pay an order without the page; the answer holds the webhook to be handed on."""
        self._require_merchant(request)
        webhook = self._gateway.capture(self._order(request).id)
        self._delivery.wake()
        return JSONResponse({"webhook": {"body": webhook.body, "headers": webhook.headers}})

    async def show_page(self, request: Request) -> Response:
        """The payer sees the payment page."""
        return self._shown(request, payment_page)

    async def show_upi(self, request: Request) -> Response:
        """The payer sees the pretend UPI app."""
        return self._shown(request, partial(upi_page, settings=self._gateway.settings))

    def _shown(self, request: Request, page_of: Callable[..., str]) -> Response:
        nonce = secrets.token_urlsafe(12)
        language = language_of(
            request.query_params.get("lang"), otherwise=self._gateway.settings.language
        )
        try:
            order = self._gateway.order(request.path_params["order_id"])
        except UnknownOrder:
            page = unknown_page(language=language, nonce=nonce)
            return HTMLResponse(page, status_code=404, headers=_headers(nonce=nonce))
        page = page_of(order=order, language=language, nonce=nonce)
        return HTMLResponse(page, headers=_headers(nonce=nonce, order=order))

    async def pay(self, request: Request) -> Response:
        """The payer presses a button: paid, told late, hanging at the bank, or failed."""
        form = parse_qs((await read_body(request)).decode("utf-8", "replace"))
        choice = form.get("choice", [""])[0]
        order = self._order(request)
        if choice == "fail":
            self._gateway.fail(order.id)
        elif choice == "hang":
            self._gateway.hang(order.id)
        elif choice in ("pay", "late"):
            self._gateway.capture(order.id, is_late=choice == "late")
            self._delivery.wake()
        else:
            raise BadRequest("The choice is pay, late, hang or fail.", field="choice")
        return RedirectResponse(order.callback_url, status_code=303)

    def _require_merchant(self, request: Request) -> None:
        """Insist on the merchant's key."""
        settings = self._gateway.settings
        require_basic(request, name=settings.key_id, secret=settings.key_secret)

    def _order(self, request: Request) -> Order:
        """The order that the path names."""
        try:
            return self._gateway.order(request.path_params["order_id"])
        except UnknownOrder as unknown:
            raise BadRequest(str(unknown), status=404) from None

    def _order_json(self, order: Order) -> dict[str, object]:
        """An order as the merchant sees it."""
        payments = [
            {
                "id": payment.id,
                "status": payment.status,
                "amount_paise": payment.amount_paise,
                "captured_at": payment.at.isoformat()
                if payment.status == "captured"
                else None,
            }
            for payment in order.payments
        ]
        return {
            "id": order.id,
            "receipt": order.receipt,
            "consumer_number": order.consumer_number,
            "amount_paise": order.amount_paise,
            "status": "paid" if order.is_paid else "created",
            "pay_url": self._gateway.pay_url(order),
            "upi": {
                "payee": self._gateway.settings.upi_payee,
                "name": self._gateway.settings.upi_name,
                "reference": order.id,
                "opens": self._gateway.upi_app_url(order),
            },
            "payments": payments,
        }


def _web_address(address: str) -> str:
    """The address if a browser may be sent there."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadRequest("callback_url must be a web address.", field="callback_url")
    return address


def _headers(*, nonce: str, order: Order | None = None) -> dict[str, str]:
    """No scripts, only our style, and forms that lead here or back to the merchant."""
    leads = "'self'"
    if order is not None:
        parts = urlsplit(order.callback_url)
        leads += f" {parts.scheme}://{parts.netloc}"
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action {leads}"
    return {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
