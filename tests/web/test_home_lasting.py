"""How long it lasts, in words, from the home's own days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dashboards.values import DayOfUse
from bijlighar.kernel.ist import instant_of
from bijlighar.web.consumer.lasting import Lasting, Part, lasting, usual_wh

THURSDAY = date(2026, 4, 30)


def at(hour: int) -> datetime:
    return instant_of(THURSDAY) + timedelta(hours=hour)


def days(paise: list[int | None]) -> tuple[DayOfUse, ...]:
    """Days before Thursday, the oldest first."""
    return tuple(
        DayOfUse(
            day=THURSDAY - timedelta(days=len(paise) - index),
            energy_wh=None if one is None else one,
            charge_paise=one,
            recharged_paise=0,
        )
        for index, one in enumerate(paise)
    )


def told(paise: list[int | None], balance_paise: int, hour: int = 10, through: int = 1):
    return lasting(
        days(paise),
        balance_paise=balance_paise,
        charged_through=THURSDAY - timedelta(days=through),
        now=at(hour),
    )


@pytest.mark.parametrize(
    ("balance_paise", "day", "part", "ahead"),
    [
        (1_200, THURSDAY, Part.AFTERNOON, 0),
        (7_500, date(2026, 5, 3), Part.EVENING, 3),
        (6_100, date(2026, 5, 2), Part.NIGHT, 2),
        (20_000, date(2026, 5, 9), None, 9),
        (900_000, None, None, 31),
    ],
)
def test_at_twenty_rupees_a_day_it_lasts_until(balance_paise, day, part, ahead):
    found = told([2_000] * 28, balance_paise)
    assert found == Lasting(day=day, part=part, days_ahead=ahead)


def test_a_sunday_that_costs_more_is_counted_as_one():
    """1,000 a day and 5,000 on Sundays: 3,500 last to Sunday, not to the next."""
    paise = [
        5_000 if (THURSDAY - timedelta(days=28 - i)).weekday() == 6 else 1_000
        for i in range(28)
    ]
    assert told(paise, 3_500).day == date(2026, 5, 2)
    assert told(paise, 6_000).day == date(2026, 5, 3)


def test_days_that_wait_for_their_register_come_off_first():
    assert told([2_000] * 28, 7_500, through=3).day == THURSDAY + timedelta(days=1)


def test_what_is_used_up_already_is_told_of_now_and_never_of_the_past():
    found = told([2_000] * 28, 100, hour=21)
    assert (found.day, found.part) == (THURSDAY, Part.NIGHT)
    assert told([2_000] * 28, 100, hour=21, through=5).day == THURSDAY


@pytest.mark.parametrize("paise", [[], [2_000, 2_000], [None] * 28])
def test_without_a_habit_nothing_is_promised(paise):
    assert told(paise, 5_000) is None
    assert usual_wh(days(paise), day=THURSDAY) is None


@pytest.mark.parametrize("balance_paise", [0, -500])
def test_nothing_lasts_of_nothing(balance_paise):
    assert told([2_000] * 28, balance_paise) is None


@given(
    paise=st.lists(st.integers(0, 100_000), min_size=3, max_size=30),
    balance=st.integers(1, 500_000),
    more=st.integers(0, 500_000),
    hour=st.integers(0, 23),
)
def test_more_money_never_lasts_shorter(paise, balance, more, hour):
    less, longer = told(paise, balance, hour), told(paise, balance + more, hour)
    assert less.day is None or less.day >= THURSDAY
    assert longer.day is None or (less.day is not None and less.day <= longer.day)
