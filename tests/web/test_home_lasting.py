"""How long it lasts, in words, from the home's own days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.charges.values import DayAhead, DayTotal, Foretold
from bijlighar.dashboards.values import DayOfUse
from bijlighar.kernel.ist import instant_of
from bijlighar.web.consumer.lasting import Lasting, Part, lasting, month_ahead, usual_wh

THURSDAY = date(2026, 4, 30)


def at(hour: int) -> datetime:
    return instant_of(THURSDAY) + timedelta(hours=hour)


def ahead(paise: list[int], *, first: date = THURSDAY) -> Foretold:
    """Days from Thursday on, or earlier, with what each will cost."""
    return Foretold(
        connection_id=1,
        known_through=first - timedelta(days=1),
        days=tuple(
            DayAhead(day=first + timedelta(days=n), energy_wh=one, cost_paise=one)
            for n, one in enumerate(paise)
        ),
        is_tariff_assumed=False,
    )


def told(paise: list[int], balance_paise: int, hour: int = 10, through: int = 1):
    return lasting(
        ahead(paise, first=THURSDAY - timedelta(days=through - 1)),
        balance_paise=balance_paise,
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
    found = told([2_000] * 40, balance_paise)
    assert found == Lasting(day=day, part=part, days_ahead=ahead)


def test_a_dearer_day_ahead_is_counted_as_what_it_costs():
    """A slab is reached on Sunday: 3,500 last to Sunday morning, no further."""
    paise = [1_000, 1_000, 1_000, *[5_000] * 37]
    assert told(paise, 3_500) == Lasting(
        day=date(2026, 5, 2), part=Part.NIGHT, days_ahead=2
    )
    assert told(paise, 6_000).day == date(2026, 5, 3)


def test_days_that_wait_for_their_register_come_off_first():
    assert told([2_000] * 40, 7_500, through=3).day == THURSDAY + timedelta(days=1)


def test_what_is_used_up_already_is_told_of_now_and_never_of_the_past():
    found = told([2_000] * 40, 100, hour=21)
    assert (found.day, found.part) == (THURSDAY, Part.NIGHT)
    assert told([2_000] * 40, 100, hour=21, through=5).day == THURSDAY


def test_without_a_habit_nothing_is_promised():
    assert lasting(None, balance_paise=5_000, now=at(10)) is None
    known = [
        DayOfUse(day=THURSDAY, energy_wh=wh, charge_paise=None, recharged_paise=0)
        for wh in (100, 200, None)
    ]
    assert usual_wh(known, day=THURSDAY) is None


def test_the_month_comes_to_what_is_charged_and_what_is_foretold():
    charged = [
        DayTotal(
            day=date(2026, 4, n),
            energy_wh=1_000,
            total_paise=10_00,
            is_estimated=False,
            is_provisional=False,
        )
        for n in range(1, 29)
    ]
    foretold = ahead([12_00] * 10, first=date(2026, 4, 29))
    found = month_ahead(charged, foretold, month=date(2026, 4, 1))
    assert (found.spent_paise, found.expected_paise) == (280_00, 304_00)
    assert found.known_through == date(2026, 4, 28)
    assert month_ahead(charged, None, month=date(2026, 4, 1)).expected_paise is None


@pytest.mark.parametrize("balance_paise", [0, -500])
def test_nothing_lasts_of_nothing(balance_paise):
    assert told([2_000] * 40, balance_paise) is None


@given(
    paise=st.lists(st.integers(-10_000, 100_000), min_size=40, max_size=40),
    balance=st.integers(1, 500_000),
    more=st.integers(0, 500_000),
    hour=st.integers(0, 23),
)
def test_more_money_never_lasts_shorter(paise, balance, more, hour):
    less, longer = told(paise, balance, hour), told(paise, balance + more, hour)
    assert less.day is None or less.day >= THURSDAY
    assert longer.day is None or (less.day is not None and less.day <= longer.day)
