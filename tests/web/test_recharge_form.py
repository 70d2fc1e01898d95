"""What may be typed as an amount, and what is offered."""

from __future__ import annotations

import pytest
from django.utils import translation

from bijlighar.web.consumer.recharge_form import RechargeForm, offers


@pytest.mark.parametrize(
    ("typed", "paise"),
    [("200", 20000), (" 1,000 ", 100000), ("₹500", 50000), ("५००", 50000), ("10", 1000)],
)
def test_people_may_type_an_amount_as_they_write_it(typed, paise):
    form = RechargeForm({"rupees": typed})
    assert form.is_valid()
    assert form.amount_paise == paise


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Please enter an amount."),
        ("9", "The least you can recharge is ₹10."),
        ("100001", "The most you can recharge at once is ₹1,00,000."),
        ("12.50", "Please enter whole rupees in digits, such as 250."),
        ("-50", "Please enter whole rupees in digits, such as 250."),
        ("1e3", "Please enter whole rupees in digits, such as 250."),
        ("²", "Please enter whole rupees in digits, such as 250."),
        ("सौ", "Please enter whole rupees in digits, such as 250."),
    ],
)
def test_a_wrong_amount_is_told_in_a_sentence(typed, told):
    with translation.override("en"):
        assert RechargeForm({"rupees": typed}).errors["rupees"] == [told]


@pytest.mark.parametrize(
    ("to_pay_paise", "offered"),
    [
        (0, (100, 200, 500, 1000)),
        (21240, (213, 500, 1000)),
        (1, (10, 100, 200, 500, 1000)),
        (10000, (100, 200, 500, 1000)),
        (250000, (2500,)),
    ],
)
def test_the_least_that_brings_light_is_offered_first(to_pay_paise, offered):
    assert offers(to_pay_paise=to_pay_paise) == offered
