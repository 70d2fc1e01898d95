"""What a webhook proves and says; nothing is taken on trust."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.payments.gateways.pretend.gateway import (
    BadMessage,
    BadSignature,
    verified,
)
from bijlighar.payments.values import Captured, Refused
from tests.payments.webhooks import (
    CREATED_AT,
    SECRET,
    body_of,
    message,
    signature,
    signed,
)

BODY = body_of(message())
CAPTURED = Captured(
    gateway="pretend",
    gateway_payment_id="pay_1",
    gateway_order_id="order_1",
    amount_paise=500_00,
    captured_at=datetime.fromtimestamp(CREATED_AT, tz=UTC),
)


def read(told: object):
    body = body_of(told)
    return verified(body=body, headers=signed(body), secret=SECRET)


# The signature


@pytest.mark.parametrize(
    "name", ["X-Pretend-Signature", "x-pretend-signature", "X-PRETEND-SIGNATURE"]
)
def test_a_signed_message_is_believed_however_the_header_is_written(name):
    headers = {"Content-Type": "application/json", name: signature(BODY)}
    assert verified(body=BODY, headers=headers, secret=SECRET) == CAPTURED


def test_no_bit_of_a_message_can_be_flipped():
    for bit in range(len(BODY) * 8):
        forged = bytearray(BODY)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignature):
            verified(body=bytes(forged), headers=signed(BODY), secret=SECRET)


GOOD = signature(BODY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Pretend-Signature": ""},
        {"X-Pretend-Signature": GOOD[:-1]},
        {"X-Pretend-Signature": GOOD + "0"},
        {"X-Pretend-Signature": GOOD.upper()},
        {"X-Pretend-Signature": f" {GOOD}"},
        {"X-Pretend-Signature": "0" * 64},
        {"X-Pretend-Signature": "é" * 64},
        {"X-Pretend-Signature": "हस्ताक्षर"},
        {"X-Pretend-Signature": "\x00" * 64},
        {"X-Razorpay-Signature": GOOD},
        signed(BODY, "another secret"),
        signed(BODY + b" "),
    ],
    ids=str,
)
def test_another_signature_or_none_is_refused(headers):
    with pytest.raises(BadSignature, match="does not match"):
        verified(body=BODY, headers=headers, secret=SECRET)


def test_without_a_secret_nothing_is_believed_not_even_what_is_signed_with_none():
    with pytest.raises(BadSignature):
        verified(body=BODY, headers=signed(BODY, ""), secret="")


@given(st.binary(max_size=200), st.text(max_size=80))
def test_any_bytes_under_any_text_are_refused_in_one_way(body, text):
    text = text.encode("utf-8", "replace").decode()
    with pytest.raises(BadSignature):
        verified(body=body, headers={"X-Pretend-Signature": text}, secret=SECRET)


# What it says


def test_a_failed_payment_names_its_order_only():
    failed = message(event="payment.failed", amount=None, currency=None)
    assert read(failed) == Refused(gateway="pretend", gateway_order_id="order_1")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (message(event="payment.authorized"), "payment.authorized in INR is not taken"),
        (message(event="refund.processed"), "is not taken"),
        (message(event=None), "is not taken"),
        (message(event=["payment.captured"]), "is not taken"),
        (message(currency="USD"), "in USD is not taken"),
        (message(currency="inr"), "is not taken"),
        (message(currency=None), "is not taken"),
        (message(amount="50000"), "not a positive whole number"),
        (message(amount=50000.0), "not a positive whole number"),
        (message(amount=True), "not a positive whole number"),
        (message(amount=None), "not a positive whole number"),
        (message(amount=0), "not a positive whole number"),
        (message(amount=-500), "not a positive whole number"),
        (message(amount=[500]), "not a positive whole number"),
        (message(id=None), "named by printable text"),
        (message(id=""), "named by printable text"),
        (message(id=7), "named by printable text"),
        (message(id="pay_\x001"), "named by printable text"),
        (message(order_id=None), "named by printable text"),
        (message(order_id={}), "named by printable text"),
        (message(event="payment.failed", order_id=None), "named by printable text"),
        (message() | {"created_at": "yesterday"}, "ValueError"),
        (message() | {"created_at": None}, "TypeError"),
        (message() | {"created_at": 10**20}, "cannot be understood"),
        (message() | {"created_at": float("inf")}, "OverflowError"),
        (message() | {"created_at": float("nan")}, "ValueError"),
        (message() | {"payload": {}}, "KeyError"),
        (message() | {"payload": None}, "TypeError"),
        ({}, "KeyError"),
        ([], "TypeError"),
        (None, "TypeError"),
        ("payment.captured", "TypeError"),
    ],
    ids=str,
)
def test_a_signed_message_that_says_something_else_is_refused(wrong, why):
    with pytest.raises(BadMessage, match=why):
        read(wrong)


@pytest.mark.parametrize("name", ["id", "order_id", "amount", "currency"])
def test_nothing_may_be_missing_in_a_payment(name):
    told = message()
    del told["payload"]["payment"]["entity"][name]
    with pytest.raises(BadMessage, match="KeyError"):
        read(told)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"null", b"7", b"[" * 100_000, b'{"event": ' + b"[" * 100_000],
    ids=["empty", "cut", "no text", "null", "number", "deep", "deep inside"],
)
def test_what_is_signed_and_no_message_is_refused(body):
    with pytest.raises(BadMessage, match="cannot be understood"):
        verified(body=body, headers=signed(body), secret=SECRET)


def test_a_huge_message_is_read_if_signed_and_refused_if_not():
    body = body_of(message() | {"notes": "x" * 5_000_000})
    assert verified(body=body, headers=signed(body), secret=SECRET) == CAPTURED
    with pytest.raises(BadSignature):
        verified(body=body, headers=signed(BODY), secret=SECRET)


def test_a_huge_amount_stays_a_whole_number():
    assert read(message(amount=10**30)).amount_paise == 10**30


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["id", "order_id", "amount", "currency"]),
    JSON,
    st.sampled_from(["payment.captured", "payment.failed"]),
)
def test_whatever_a_signed_message_holds_it_is_understood_or_refused(name, value, event):
    try:
        found = read(message(event=event, **{name: value}))
    except BadMessage:
        return
    assert found.gateway_order_id
    if isinstance(found, Captured):
        assert type(found.amount_paise) is int
        assert found.amount_paise > 0
        assert found.gateway_payment_id
