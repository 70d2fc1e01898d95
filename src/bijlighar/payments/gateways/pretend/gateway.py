"""The pretend gateway of the demo: real HTTP, real signatures, no real money.

Its webhook has the shape of Razorpay's `payment.captured`; the signature is the hex
HMAC-SHA256 of the raw body under the webhook secret, in `X-Pretend-Signature`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from bijlighar.kernel.errors import BijligharError, TemporaryError
from bijlighar.payments.upi import WrongUpi, pay_uri
from bijlighar.payments.values import Captured, GatewayOrder, Pending, Refused

NAME = "pretend"
TIMEOUT_S = 10
SIGNATURE_HEADER = "x-pretend-signature"


class BadSignature(BijligharError):
    """The message was not signed with the gateway's secret; nothing was done."""


class BadMessage(BijligharError):
    """The message is signed, but does not say what a payment's message must say."""


class GatewaySilent(TemporaryError):
    """The payment gateway did not answer; nothing was charged."""


def open_order(
    *,
    url: str,
    key_id: str,
    key_secret: str,
    receipt: str,
    amount_paise: int,
    consumer_number: str,
    return_url: str,
) -> GatewayOrder:
    """Open an order at the gateway; the same receipt gives the same order.

    Raises GatewaySilent.
    """
    try:
        answer = httpx.post(
            f"{url}/v1/orders",
            auth=(key_id, key_secret),
            json={
                "amount_paise": amount_paise,
                "receipt": receipt,
                "consumer_number": consumer_number,
                "callback_url": return_url,
            },
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        opened = answer.json()
        return GatewayOrder(
            gateway_order_id=opened["id"],
            pay_url=opened["pay_url"],
            **_upi(opened.get("upi"), amount_paise),
        )
    except (httpx.HTTPError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise GatewaySilent(
            "The payment gateway does not answer. Nothing was charged; please try again."
        ) from error


def asked(
    *, url: str, key_id: str, key_secret: str, gateway_order_id: str
) -> Captured | Refused | Pending | None:
    """What the gateway says of an order over its own interface; None: no money so far.

    Raises GatewaySilent, BadMessage.
    """
    try:
        answer = httpx.get(
            f"{url}/v1/orders/{gateway_order_id}",
            auth=(key_id, key_secret),
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        held = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise GatewaySilent("The payment gateway does not answer.") from error
    return _outcome(held, gateway_order_id)


def verified(*, body: bytes, headers: Mapping[str, str], secret: str) -> Captured | Refused:
    """What a signed webhook says. Raises BadSignature, BadMessage."""
    given = {name.lower(): value for name, value in headers.items()}.get(
        SIGNATURE_HEADER, ""
    )
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), given.encode()):
        raise BadSignature("The signature does not match the message.")
    return _message(body)


def _message(body: bytes) -> Captured | Refused:
    try:
        held: dict[str, Any] = json.loads(body)
        entity = held["payload"]["payment"]["entity"]
        if held["event"] == "payment.failed":
            return Refused(gateway=NAME, gateway_order_id=_name(entity["order_id"]))
        if held["event"] != "payment.captured" or entity["currency"] != "INR":
            raise BadMessage(f"{held['event']} in {entity['currency']} is not taken here.")
        amount_paise = entity["amount"]
        if type(amount_paise) is not int or amount_paise <= 0:
            raise BadMessage("The amount is not a positive whole number of paise.")
        return Captured(
            gateway=NAME,
            gateway_payment_id=_name(entity["id"]),
            gateway_order_id=_name(entity["order_id"]),
            amount_paise=amount_paise,
            captured_at=datetime.fromtimestamp(int(held["created_at"]), tz=UTC),
        )
    except (
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
        OSError,
        RecursionError,
    ) as error:
        raise BadMessage(
            f"The message cannot be understood: {type(error).__name__}."
        ) from error


def _upi(told: Any, amount_paise: int) -> dict[str, str]:
    """The UPI address of an order that the gateway takes by UPI, and its pretend app."""
    if not told:
        return {}
    try:
        uri = pay_uri(
            payee=told["payee"],
            name=told["name"],
            amount_paise=amount_paise,
            reference=told["reference"],
        )
    except WrongUpi:
        return {}  # The gateway's own page takes the money all the same.
    return {"upi_uri": uri, "upi_opens": str(told.get("opens", ""))}


def _outcome(held: Any, gateway_order_id: str) -> Captured | Refused | Pending | None:
    """The payment that was captured for an order; else how its last one stands."""
    try:
        payments = list(held["payments"])
        captured = next((one for one in payments if one["status"] == "captured"), None)
        if captured is None:
            last = payments[-1]["status"] if payments else ""
            if last == "failed":
                return Refused(gateway=NAME, gateway_order_id=gateway_order_id)
            if last == "pending":
                return Pending(gateway=NAME, gateway_order_id=gateway_order_id)
            return None
        amount_paise = captured["amount_paise"]
        if type(amount_paise) is not int or amount_paise <= 0:
            raise BadMessage("The amount is not a positive whole number of paise.")
        captured_at = datetime.fromisoformat(captured["captured_at"])
        if captured_at.tzinfo is None:
            raise BadMessage("The time of a payment has no zone.")
        return Captured(
            gateway=NAME,
            gateway_payment_id=_name(captured["id"]),
            gateway_order_id=gateway_order_id,
            amount_paise=amount_paise,
            captured_at=captured_at.astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadMessage(
            f"The answer cannot be understood: {type(error).__name__}."
        ) from error


def _name(held: object) -> str:
    """What the gateway calls a payment or an order: a credit happens once for it."""
    if (
        not isinstance(held, str)
        or not held.isascii()
        or not held.isprintable()
        or not held
    ):
        raise BadMessage("A payment and its order are named by printable text.")
    return held
