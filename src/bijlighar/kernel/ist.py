"""Indian time and the supply day.

A *supply day* is the calendar day of India, 00:00 to 24:00 IST. Instants are aware and
kept in UTC; only here are they turned into Indian days, months and clock times.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")
ONE_DAY = timedelta(days=1)


def in_ist(instant: datetime) -> datetime:
    """The same instant with India's clock on it."""
    assert instant.tzinfo is not None, "a naive datetime has no place here"
    return instant.astimezone(IST)


def supply_day_of(instant: datetime) -> date:
    """The supply day that is running at this instant."""
    return in_ist(instant).date()


def instant_of(day: date, at: time = time(0)) -> datetime:
    """The instant, in UTC, at which India's clock shows `at` on `day`."""
    return datetime.combine(day, at, tzinfo=IST).astimezone(UTC)


def day_starts(day: date) -> datetime:
    """The first instant of the supply day, in UTC."""
    return instant_of(day)


def day_ends(day: date) -> datetime:
    """The first instant after the supply day, in UTC."""
    return instant_of(day + ONE_DAY)


def month_starts(day: date) -> date:
    """The first day of the month that `day` lies in."""
    return day.replace(day=1)


def next_month_starts(day: date) -> date:
    """The first day of the month after the one that `day` lies in."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def days_in_month(day: date) -> int:
    """How many days the month of `day` has."""
    return monthrange(day.year, day.month)[1]


def days_between(first: date, until: date) -> Iterator[date]:
    """Each day from `first` up to but not including `until`."""
    for offset in range((until - first).days):
        yield first + timedelta(days=offset)
