"""The supply day is India's calendar day, whatever the clock of the machine says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel import ist

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 30))
INSTANTS = st.datetimes(
    datetime(1990, 1, 2),
    datetime(2100, 12, 30),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8)), ist.IST]),
)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 18, 30, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 4, 1, 18, 29, 59, tzinfo=UTC), date(2026, 4, 1)),
    ],
)
def test_a_supply_day_starts_at_midnight_in_india(instant, day):
    assert ist.supply_day_of(instant) == day


def test_a_naive_instant_is_refused():
    with pytest.raises(AssertionError, match="naive"):
        ist.supply_day_of(datetime(2026, 4, 1))


def test_an_indian_clock_time_is_an_instant_in_utc():
    instant = ist.instant_of(date(2026, 4, 1), time(10, 30))
    assert instant == datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "first", "following", "length"),
    [
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1), 29),
        (date(2026, 2, 1), date(2026, 2, 1), date(2026, 3, 1), 28),
        (date(2025, 12, 31), date(2025, 12, 1), date(2026, 1, 1), 31),
        (date(2026, 4, 30), date(2026, 4, 1), date(2026, 5, 1), 30),
    ],
)
def test_a_month_starts_ends_and_has_its_days(day, first, following, length):
    assert ist.month_starts(day) == first
    assert ist.next_month_starts(day) == following
    assert ist.days_in_month(day) == length


@given(INSTANTS)
def test_every_instant_lies_in_its_supply_day(instant):
    day = ist.supply_day_of(instant)
    assert ist.day_starts(day) <= instant < ist.day_ends(day)


@given(DAYS)
def test_every_supply_day_lasts_24_hours_and_ends_where_the_next_starts(day):
    assert ist.day_ends(day) - ist.day_starts(day) == timedelta(hours=24)
    assert ist.day_ends(day) == ist.day_starts(day + ist.ONE_DAY)


@given(DAYS)
def test_a_month_is_made_of_its_days(day):
    days = list(ist.days_between(ist.month_starts(day), ist.next_month_starts(day)))
    assert len(days) == ist.days_in_month(day)
    assert day in days
    assert {ist.month_starts(one) for one in days} == {ist.month_starts(day)}


def test_no_days_lie_between_a_day_and_itself():
    assert list(ist.days_between(date(2026, 4, 1), date(2026, 4, 1))) == []
