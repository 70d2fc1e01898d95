"""How long a login waits, and how long a second factor counts: without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bijlighar.people.rules import factor_is_fresh, locked_for

NOW = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (12, 60), (10_000, 60)],
)
def test_the_fifth_failure_locks_and_each_further_one_for_twice_as_long(
    failures: int, minutes: int
) -> None:
    assert locked_for(failures=failures) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("ago", "is_fresh"),
    [
        (timedelta(), True),
        (timedelta(minutes=9, seconds=59), True),
        (timedelta(minutes=10), False),
        (timedelta(days=1), False),
    ],
)
def test_a_second_factor_counts_for_ten_minutes(ago: timedelta, is_fresh: bool) -> None:
    assert factor_is_fresh(shown_at=NOW - ago, real_now=NOW) is is_fresh
