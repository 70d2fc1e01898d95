"""A3: how often one number may be sent a code, whenever and however one asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.logins import rules
from bijlighar.logins.values import Access

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def sent_when_asked(gaps: list[int]) -> list[datetime]:
    """Somebody asks again and again, after so many seconds each; when codes went out."""
    sent: list[datetime] = []
    now = NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        if rules.again_at(asked=sent, now=now) <= now:
            sent.append(now)
    return sent


@given(st.lists(st.integers(0, 40_000), max_size=60))
def test_never_more_than_three_in_15_minutes_or_six_a_day(gaps):
    sent = sent_when_asked(gaps)
    for at in sent:
        within = [one for one in sent if at - timedelta(minutes=15) < one <= at]
        assert len(within) <= 3
        assert len([one for one in sent if at - rules.DAY < one <= at]) <= 6


def test_the_waits_grow_from_half_a_minute_to_an_hour():
    sent = [NOW]
    waits = []
    for _ in range(5):
        again = rules.again_at(asked=sent, now=sent[-1])
        waits.append(again - sent[-1])
        sent.append(again)
    assert waits == list(rules.WAITS)
    assert rules.again_at(asked=sent, now=sent[-1]) == NOW + rules.DAY


def test_guesses_at_one_number_in_a_day_are_three_in_100_000():
    assert rules.MOST_CODES_A_DAY * rules.MOST_TRIES / 10**rules.SHORT_DIGITS <= 3e-5


def test_a4_guesses_at_all_numbers_take_over_less_than_a_tenth_of_one_a_day():
    windows = rules.DAY / rules.BREAKER_LOOKS_BACK
    assert rules.WRONG_OF_ALL * windows / 10**rules.SHORT_DIGITS < 0.1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("testserver", "testserver"),
    ],
)
def test_a_network_address_is_what_one_subscriber_has(address, network):
    assert rules.network_of(address) == network


def test_access_goes_from_seeing_to_owning():
    assert Access.OWN.includes(Access.PAY) and Access.PAY.includes(Access.VIEW)
    assert not Access.VIEW.includes(Access.PAY) and not Access.PAY.includes(Access.OWN)


def test_a_masked_number_tells_four_digits():
    assert rules.masked("+919876543210") == "••••••3210"
