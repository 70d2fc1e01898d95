"""Pretend people: who they are and when they recharge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel import ist
from bijlighar.simulator import people
from bijlighar.simulator.people import MessageKind

CROWD = [
    people.make_person(number=number, average_daily_wh=1_500 + 150 * number, seed=5)
    for number in range(100)
]
NOON = datetime(2026, 4, 20, 7, 0, tzinfo=UTC)


def test_the_cast_comes_first():
    names = [person.name.split()[0] for person in CROWD[:4]]
    assert names == ["Asha", "Balram", "Chanda", "Dev"]
    assert CROWD[0].name_hi.startswith("आशा")


def test_people_follow_from_the_seed():
    again = [
        people.make_person(number=number, average_daily_wh=1_500 + 150 * number, seed=5)
        for number in range(100)
    ]
    assert again == CROWD


def test_phones_cannot_be_real_and_differ():
    mobiles = {person.mobile for person in CROWD}
    assert len(mobiles) == 100
    assert all(mobile.startswith("+9155500") and len(mobile) == 13 for mobile in mobiles)


def test_small_homes_are_lifeline_and_others_are_not():
    for person in CROWD:
        if person.category == "10A":
            assert person.sanctioned_load_w == 1_000
        else:
            assert person.category == "10B"
            assert 2_000 <= person.sanctioned_load_w <= 10_000
    assert {person.category for person in CROWD} == {"10A", "10B"}


def test_hindi_is_read_by_most():
    hindi = sum(person.language == "hi" for person in CROWD)
    assert 80 <= hindi < 100


@given(
    number=st.integers(0, 99),
    kind=st.sampled_from(MessageKind),
    hours=st.integers(0, 500),
    ordinal=st.integers(0, 50),
)
def test_people_recharge_while_awake_and_alike_every_time(number, kind, hours, ordinal):
    asked = {
        "person": CROWD[number],
        "message_kind": kind,
        "town_time": NOON + timedelta(hours=hours),
        "seed": 5,
        "ordinal": ordinal,
    }
    recharge = people.decide(**asked)
    assert recharge == people.decide(**asked)
    if recharge is None:
        assert kind is MessageKind.LOW_BALANCE
        return
    assert recharge.at > asked["town_time"]
    assert people.WAKES <= ist.in_ist(recharge.at).time() < people.SLEEPS
    assert 100_00 <= recharge.amount_paise <= 2_000_00


@pytest.mark.parametrize("hour", [3, 7, 12, 16])
def test_nearly_everybody_in_the_dark_recharges_within_a_day(hour):
    at = NOON.replace(hour=hour)
    recharges = [
        people.decide(
            person=person,
            message_kind=MessageKind.DISCONNECTED,
            town_time=at,
            seed=5,
            ordinal=ordinal,
        )
        for person in CROWD
        for ordinal in range(5)
    ]
    assert all(recharges)
    soon = sum(recharge.at - at <= timedelta(days=1) for recharge in recharges)
    assert 0.90 * len(recharges) <= soon < len(recharges)
