"""Webhooks as the pretend gateway signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
from copy import deepcopy

SECRET = "webhook secret of this test"
CREATED_AT = 1_775_541_600

CAPTURED = {
    "event": "payment.captured",
    "created_at": CREATED_AT,
    "payload": {
        "payment": {
            "entity": {
                "id": "pay_1",
                "order_id": "order_1",
                "amount": 500_00,
                "currency": "INR",
            }
        }
    },
}


def message(*, event: object = "payment.captured", **entity: object) -> dict[str, object]:
    """A payment's message, with some of what it says about the payment changed."""
    told = deepcopy(CAPTURED)
    told["event"] = event
    told["payload"]["payment"]["entity"].update(entity)
    return told


def body_of(told: object) -> bytes:
    return json.dumps(told).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Pretend-Signature": signature(body, secret)}
