"""COSEM dates and times with parts left open: kept as they are, and never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import cosem_time
from bijlighar.dlms.cosem_calendar import (
    ClockStatus,
    CosemDate,
    CosemDateTime,
    CosemTime,
    Special,
)
from bijlighar.dlms.errors import DecodeError, EncodeError


def part(least: int, most: int):
    return st.none() | st.integers(least, most)


MONTHS = st.sampled_from([Special.DAYLIGHT_SAVING_BEGINS, Special.DAYLIGHT_SAVING_ENDS])
DAYS = st.sampled_from([Special.LAST_DAY, Special.SECOND_LAST_DAY])
DATES = st.builds(
    CosemDate,
    year=part(0, 0xFFFE),
    month=part(1, 12) | MONTHS,
    day=part(1, 31) | DAYS,
    week_day=part(1, 7),
)
TIMES = st.builds(
    CosemTime,
    hour=part(0, 23),
    minute=part(0, 59),
    second=part(0, 59),
    hundredths=part(0, 99),
)
DATE_TIMES = st.builds(
    CosemDateTime,
    date=DATES,
    time=TIMES,
    deviation_minutes=part(-840, 840),
    status=st.none() | st.integers(0, 254).map(ClockStatus),
)


@given(DATE_TIMES)
def test_every_part_survives_its_octets(value):
    assert CosemDateTime.from_bytes(value.to_bytes()) == value
    assert CosemDate.from_bytes(value.date.to_bytes()) == value.date
    assert CosemTime.from_bytes(value.time.to_bytes()) == value.time


@given(st.binary(max_size=14) | st.binary(min_size=12, max_size=12))
def test_any_octets_are_a_date_time_or_refused(data):
    try:
        value = CosemDateTime.from_bytes(data)
    except DecodeError:
        return
    assert value.to_bytes() == data


@given(DATE_TIMES)
def test_an_instant_needs_all_its_parts_and_says_which_are_missing(value):
    needed = value.unspecified - {"week_day", "hundredths", "status"}
    special = {type(value.date.month), type(value.date.day)} & {Special}
    try:
        at = value.instant()
    except DecodeError as error:
        for name in needed:
            assert name in str(error)
        return
    assert not needed
    assert not special
    assert at == cosem_time.decode(value.to_bytes())


CLOCKS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 30)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=at.microsecond // 10_000 * 10_000)
)


@given(CLOCKS, st.integers(-840, 840))
def test_an_instant_survives_any_deviation(at, deviation):
    shown = CosemDateTime.of_instant(at, deviation_minutes=deviation)
    assert shown.unspecified == frozenset()
    assert shown.instant() == at


def test_a_deviation_that_is_not_given_is_assumed_only_when_the_caller_says_so():
    octets = bytes.fromhex("07EA0401FF000000FF800000")
    clock = CosemDateTime.from_bytes(octets)
    assert clock.unspecified == {"week_day", "hundredths", "deviation_minutes"}
    with pytest.raises(DecodeError, match="deviation_minutes"):
        clock.instant()
    india = clock.instant(assumed_deviation_minutes=cosem_time.IST_DEVIATION_MINUTES)
    assert india == datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    assert str(clock) == "2026-04-01 00:00:00"


def test_the_first_of_every_month_at_midnight_is_no_instant_but_can_be_said():
    monthly = CosemDateTime(
        date=CosemDate(day=1), time=CosemTime(hour=0, minute=0, second=0, hundredths=0)
    )
    assert monthly.to_bytes().hex() == "ffffff01ff00000000" + "8000ff"
    assert str(monthly) == "****-**-01 00:00:00"
    with pytest.raises(DecodeError, match="month, year"):
        monthly.instant(assumed_deviation_minutes=-330)


def test_the_last_day_of_a_month_is_a_day_without_number():
    date = CosemDate.from_bytes(bytes.fromhex("07EA02FEFF"))
    assert date.day is Special.LAST_DAY
    assert str(date) == "2026-02-last_day"
    midnight = CosemTime(hour=0, minute=0, second=0)
    with pytest.raises(DecodeError, match="by number"):
        CosemDateTime(date=date, time=midnight, deviation_minutes=0).instant()


def test_a_clock_of_india_shows_its_deviation_as_people_write_it():
    at = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    shown = CosemDateTime.of_instant(at, deviation_minutes=-330)
    assert str(shown) == "2026-04-01 00:00:00 +05:30"


@pytest.mark.parametrize(
    "wrong",
    [
        {"month": 13},
        {"month": 0},
        {"day": 32},
        {"week_day": 8},
        {"year": 0xFFFF},
        {"month": Special.LAST_DAY},
        {"day": Special.DAYLIGHT_SAVING_ENDS},
    ],
)
def test_parts_that_are_none_are_refused(wrong):
    with pytest.raises(EncodeError):
        CosemDate(**wrong)


def test_a_day_that_a_month_does_not_have_is_no_instant():
    value = CosemDateTime(
        date=CosemDate(year=2026, month=2, day=30),
        time=CosemTime(hour=0, minute=0, second=0),
        deviation_minutes=0,
    )
    with pytest.raises(DecodeError, match="no instant"):
        value.instant()
