"""When a gateway is asked again, how a recharge stands, names masked, money's waterfall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.payments import rules
from bijlighar.payments.values import RechargePicture, RechargeState, Standing, UsedFor

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
SOON, LATER, NEXT_WEEK = (
    NOW + timedelta(minutes=1),
    NOW + timedelta(minutes=11),
    NOW + timedelta(days=8),
)


def recharge(state: RechargeState, **more: object) -> RechargePicture:
    known = {
        "order_id": "1",
        "connection_id": 1,
        "consumer_number": "7310000001",
        "amount_paise": 500_00,
        "state": state,
        "created_at": NOW,
        "credited_at": None,
        "pay_url": "",
        "upi_uri": "",
        "upi_opens": "",
        "payer_login_id": None,
        "pending_at": None,
        "failed_at": None,
        "asked_at": None,
    }
    return RechargePicture(**{**known, **more})


@pytest.mark.parametrize(
    ("held", "now", "standing"),
    [
        (recharge(RechargeState.CREATED), SOON, Standing.WAITING),
        (recharge(RechargeState.CREATED), LATER, Standing.UNCONFIRMED),
        (recharge(RechargeState.CREATED, pending_at=NOW), SOON, Standing.PENDING),
        (recharge(RechargeState.CREATED, pending_at=NOW), LATER, Standing.PENDING),
        (recharge(RechargeState.CREATED, pending_at=NOW), NEXT_WEEK, Standing.OVER),
        (recharge(RechargeState.CREATED), NEXT_WEEK, Standing.OVER),
        (recharge(RechargeState.FAILED, failed_at=NOW), SOON, Standing.FAILED),
        (recharge(RechargeState.FAILED, failed_at=NOW), NEXT_WEEK, Standing.FAILED),
        (recharge(RechargeState.PAID, credited_at=NOW), SOON, Standing.PAID),
        (recharge(RechargeState.PAID, credited_at=NOW, failed_at=NOW), SOON, Standing.LATE),
    ],
)
def test_how_a_recharge_stands(held, now, standing):
    assert rules.standing(recharge=held, now=now) is standing


@pytest.mark.parametrize(
    ("age", "since_asked", "may"),
    [
        (timedelta(minutes=4), None, False),
        (timedelta(minutes=5), None, True),
        (timedelta(minutes=12), timedelta(minutes=4), False),
        (timedelta(minutes=12), timedelta(minutes=5), True),
        (timedelta(hours=4), timedelta(minutes=59), False),
        (timedelta(hours=4), timedelta(hours=1), True),
        (timedelta(days=2), timedelta(hours=11), False),
        (timedelta(days=2), timedelta(hours=12), True),
    ],
)
def test_a_gateway_is_asked_often_at_first_and_seldom_later(age, since_asked, may):
    asked_at = None if since_asked is None else NOW - since_asked
    assert rules.may_ask_again(created_at=NOW - age, asked_at=asked_at, now=NOW) is may


def test_money_that_did_not_arrive_is_back_within_five_days_of_indias_calendar():
    assert rules.returns_by(paid_at=NOW) == date(2026, 4, 12)
    late_evening = datetime(2026, 4, 7, 19, 0, tzinfo=UTC)  # the 8th in India
    assert rules.returns_by(paid_at=late_evening) == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Ramesh Kumar", "R***h K***r"),
        ("Jo", "J***"),
        ("X", "X***"),
        ("  Asha   Devi ", "A***a D***i"),
        ("रमेश कुमार", "र***श कु***र"),
        ("आशा", "आ***"),
        ("प्रदीप श्रीवास्तव", "प्र***प श्री***व"),
        ("", ""),
    ],
)
def test_a_name_is_known_to_its_owner_only(name, masked):
    assert rules.masked_name(name) == masked


@given(st.text(alphabet="abcdefgh कखगािी्", max_size=40))
def test_no_mask_tells_more_than_two_letters_of_a_word(name):
    masked = rules.masked_name(name).split()
    assert len(masked) == len(name.split())
    for hidden in masked:
        first, _stars, last = hidden.partition(rules.HIDDEN)
        assert rules.HIDDEN in hidden
        assert len(rules._letters(first)) == 1
        assert len(rules._letters(last)) <= 1


def test_old_dues_come_first_then_what_is_owed_then_the_days_ahead():
    assert rules.used_for(
        amount_paise=500_00, old_dues_paise=50_00, balance_before_paise=-120_00
    ) == UsedFor(old_dues_paise=50_00, unpaid_paise=120_00, balance_paise=330_00)
    assert rules.used_for(
        amount_paise=100_00, old_dues_paise=0, balance_before_paise=-120_00
    ) == UsedFor(old_dues_paise=0, unpaid_paise=100_00, balance_paise=0)
    assert rules.used_for(
        amount_paise=100_00, old_dues_paise=0, balance_before_paise=30_00
    ) == UsedFor(old_dues_paise=0, unpaid_paise=0, balance_paise=100_00)


@given(
    amount=st.integers(1, 10**9),
    share=st.integers(0, 100),
    before=st.integers(-(10**9), 10**9),
)
def test_the_parts_are_the_payment(amount, share, before):
    used = rules.used_for(
        amount_paise=amount,
        old_dues_paise=amount * share // 100,
        balance_before_paise=before,
    )
    parts = (used.old_dues_paise, used.unpaid_paise, used.balance_paise)
    assert sum(parts) == amount
    assert min(parts) >= 0
