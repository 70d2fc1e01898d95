"""COSEM times: Indian clocks, other deviations, and times that are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import cosem_time
from bijlighar.dlms.errors import DecodeError, EncodeError

MIDNIGHT_IN_INDIA = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)


def test_an_indian_midnight_is_sent_with_its_deviation():
    assert cosem_time.encode(MIDNIGHT_IN_INDIA).hex() == "07ea040103000000" + "00feb600"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("07ea0401030000 00 00 feb6 00", MIDNIGHT_IN_INDIA),
        ("07ea0401ff0000 00 ff feb6 00", MIDNIGHT_IN_INDIA),
        ("07ea0401030000 00 00 8000 00", MIDNIGHT_IN_INDIA),
        ("07ea0401030000 00 00 8000 ff", MIDNIGHT_IN_INDIA),
        ("07e30c1f021700 00 00 ffc4 00", datetime(2019, 12, 31, 22, tzinfo=UTC)),
        ("07e50118ff0e30 39 50 ffc4 00", datetime(2021, 1, 24, 13, 48, 57, 800_000, UTC)),
        ("07e50118ff0e30 39 00 003c 00", datetime(2021, 1, 24, 15, 48, 57, tzinfo=UTC)),
    ],
)
def test_a_time_means_one_instant(text, instant):
    assert cosem_time.decode(bytes.fromhex(text)) == instant


def test_a_deviation_may_be_left_unsaid():
    octets = cosem_time.encode(MIDNIGHT_IN_INDIA, deviation_is_sent=False)
    assert octets[9:11].hex() == "8000"
    assert cosem_time.decode(octets) == MIDNIGHT_IN_INDIA


@pytest.mark.parametrize(
    "text",
    [
        "ffff0401030000 00 00 feb6 00",
        "07eaff01030000 00 00 feb6 00",
        "07ea04ff030000 00 00 feb6 00",
        "07ea04fe030000 00 00 feb6 00",
        "07ea040103ff00 00 00 feb6 00",
        "07ea04010300ff 00 00 feb6 00",
        "07ea0401030000 ff 00 feb6 00",
        "07ea041f030000 00 00 feb6 00",
        "07ea040103" + "1800" + "00 00 feb6 00",
        "07ea0401030000 00 64 feb6 00",
        "07ea0401030000 00 00 7fff 00",
        "00000401030000 00 00 feb6 00",
        "00010101030000 00 00 feb6 00",
        "",
        "07ea0401030000 00 00 feb6",
        "07ea0401030000 00 00 feb6 00 00",
    ],
)
def test_a_time_that_gives_no_instant_is_refused(text):
    with pytest.raises(DecodeError):
        cosem_time.decode(bytes.fromhex(text))


def test_a_deviation_of_a_day_is_not_sent():
    with pytest.raises(EncodeError):
        cosem_time.encode(MIDNIGHT_IN_INDIA, 1440)


def test_the_status_tells_of_a_doubtful_clock():
    octets = cosem_time.encode(MIDNIGHT_IN_INDIA, status=cosem_time.DOUBTFUL_VALUE)
    assert cosem_time.status_of(octets) == cosem_time.DOUBTFUL_VALUE
    with pytest.raises(DecodeError):
        cosem_time.status_of(octets[:-1])


@given(
    st.datetimes(
        datetime(1990, 1, 2),
        datetime(2100, 1, 1),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))]),
    ),
    st.integers(-840, 840),
)
def test_every_instant_survives_to_a_hundredth(instant, deviation):
    instant = instant.replace(microsecond=instant.microsecond // 10_000 * 10_000)
    assert cosem_time.decode(cosem_time.encode(instant, deviation)) == instant


@given(st.binary(min_size=10, max_size=14))
def test_any_octets_are_a_time_or_refused(data):
    try:
        assert cosem_time.decode(data).tzinfo is UTC
    except DecodeError as refusal:
        assert refusal.data == data
