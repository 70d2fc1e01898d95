"""UPI addresses: exact to the character, escaped, and never for another amount."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.payments.upi import WrongUpi, insist_on, pay_uri

GOOD = "upi://pay?pa=bijlighar@okbank&pn=Bijlighar&tr=order_1&am=500.00&cu=INR"
ORDER = {"payee": "bijlighar@okbank", "amount_paise": 500_00, "reference": "order_1"}


def test_each_field_stands_as_upi_apps_read_it():
    assert pay_uri(name="Bijlighar", **ORDER) == GOOD


@pytest.mark.parametrize(
    ("paise", "am"), [(1, "0.01"), (10_05, "10.05"), (1_00_000_00, "100000.00")]
)
def test_amounts_have_two_decimals_and_no_commas(paise, am):
    uri = pay_uri(name="B", **(ORDER | {"amount_paise": paise}))
    assert f"&am={am}&cu=INR" in uri


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Madhya Gujarat Vij & Co", "Madhya%20Gujarat%20Vij%20%26%20Co"),
        ("x&am=1.00", "x%26am%3D1.00"),
        ("50% + #1", "50%25%20%2B%20%231"),
        ("बिजली", "%E0%A4%AC%E0%A4%BF%E0%A4%9C%E0%A4%B2%E0%A5%80"),
    ],
)
def test_whatever_stands_in_the_name_is_escaped(name, written):
    uri = pay_uri(name=name, **ORDER)
    assert f"&pn={written}&tr=order_1&am=500.00&cu=INR" in uri


@given(name=st.text(max_size=99), paise=st.integers(1, 10**9))
def test_any_name_and_amount_are_read_back_as_they_were(name, paise):
    uri = pay_uri(payee="a.b-c@bank", name=name, amount_paise=paise, reference="r-1")
    told = dict(parse_qsl(urlsplit(uri).query, keep_blank_values=True))
    assert told["pn"] == name
    assert told["am"] == f"{paise // 100}.{paise % 100:02d}"
    assert len(told) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"payee": "bijlighar"},
        {"payee": "bijlighar@ok&am=1"},
        {"payee": "two@ats@bank"},
        {"reference": ""},
        {"reference": "x" * 36},
        {"reference": "order 1"},
        {"amount_paise": 0},
        {"amount_paise": -1},
    ],
)
def test_what_no_upi_app_would_take_is_not_made(wrong):
    with pytest.raises(WrongUpi):
        pay_uri(name="B", **(ORDER | wrong))


def test_a_gateways_own_address_is_taken_where_it_asks_for_what_was_ordered():
    insist_on(GOOD, amount_paise=500_00)
    insist_on(GOOD + "&mc=4900&tn=Recharge%20of%20power", amount_paise=500_00)


@pytest.mark.parametrize(
    "wrong",
    [
        GOOD.replace("500.00", "5000.00"),
        GOOD.replace("500.00", "500"),
        GOOD.replace("&cu=INR", ""),
        GOOD.replace("INR", "USD"),
        GOOD + "&am=1.00",
        GOOD + "#x",
        GOOD.replace("upi://pay", "upi://mandate"),
        GOOD.replace("upi:", "javascript:"),
        GOOD.replace("bijlighar@okbank", ""),
        GOOD.replace("&tr=order_1", ""),
        GOOD + "&tn=a b",
        GOOD + "&tn=बिजली",
        GOOD + "&tn=" + "x" * 600,
    ],
)
def test_a_gateways_address_that_asks_for_anything_else_is_refused(wrong):
    with pytest.raises(WrongUpi):
        insist_on(wrong, amount_paise=500_00)
