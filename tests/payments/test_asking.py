"""A gateway is asked again about a recharge: what it says, and what nobody may believe."""

from __future__ import annotations

import json

import pytest

from bijlighar.payments.gateways.pretend import gateway
from bijlighar.payments.values import Captured, Refused
from tests.local_http import local_server

AT = "2026-04-13T10:00:00+05:30"
PAID = {"id": "pay_1", "status": "captured", "amount_paise": 500_00, "captured_at": AT}
FAILED = {**PAID, "status": "failed", "captured_at": None}


def said(held: object, *, status: int = 200):
    with local_server() as server:
        server.status, server.body = status, json.dumps(held).encode()
        return gateway.asked(
            url=server.url, key_id="k", key_secret="s", gateway_order_id="order_1"
        )


def test_money_that_was_captured_is_told_though_other_tries_failed():
    for tries in ([PAID], [FAILED, PAID], [PAID, FAILED]):
        found = said({"payments": tries})
        assert isinstance(found, Captured)
        assert (found.gateway_payment_id, found.amount_paise) == ("pay_1", 500_00)


def test_nothing_or_a_refusal():
    assert said({"payments": []}) is None
    assert isinstance(said({"payments": [FAILED]}), Refused)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [],
        {"payments": [{**PAID, "amount_paise": "500"}]},
        {"payments": [{**PAID, "amount_paise": 0}]},
        {"payments": [{**PAID, "amount_paise": True}]},
        {"payments": [{**PAID, "id": ""}]},
        {"payments": [{**PAID, "captured_at": "soon"}]},
        {"payments": [{**PAID, "captured_at": "2026-04-13T10:00:00"}]},
    ],
)
def test_an_answer_that_cannot_be_understood_credits_nothing(wrong):
    with pytest.raises(gateway.BadMessage):
        said(wrong)


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_gateway_that_does_not_answer_is_silent(status):
    with pytest.raises(gateway.GatewaySilent):
        said({}, status=status)
