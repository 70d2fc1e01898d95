"""What is due by the clock: the last time and the next, for any instant of India's day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.flow.schedule import SCHEDULE, Line, last_due, next_due
from bijlighar.flow.tasks import app
from bijlighar.kernel.ist import IST

NIGHTLY = Line(task="nightly", first_at=time(0, 5), every=timedelta(days=1), why="a test")
TWO_HOURLY = Line(
    task="often", first_at=time(0, 30), every=timedelta(hours=2), why="a test"
)
HALF_HOURLY = Line(
    task="more often", first_at=time(9, 15), every=timedelta(minutes=30), why="a test"
)


def india(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=IST)


@pytest.mark.parametrize(
    ("line", "now", "last", "then"),
    [
        (NIGHTLY, "04-07 00:05", "04-07 00:05", "04-08 00:05"),
        (NIGHTLY, "04-07 00:04:59.999999", "04-06 00:05", "04-07 00:05"),
        (NIGHTLY, "04-07 00:00", "04-06 00:05", "04-07 00:05"),
        (NIGHTLY, "04-07 23:59", "04-07 00:05", "04-08 00:05"),
        (NIGHTLY, "05-01 00:01", "04-30 00:05", "05-01 00:05"),
        (TWO_HOURLY, "04-07 00:00", "04-06 22:30", "04-07 00:30"),
        (TWO_HOURLY, "04-07 00:30", "04-07 00:30", "04-07 02:30"),
        (TWO_HOURLY, "04-07 08:29", "04-07 06:30", "04-07 08:30"),
        (TWO_HOURLY, "04-07 08:30", "04-07 08:30", "04-07 10:30"),
        (TWO_HOURLY, "04-07 23:59", "04-07 22:30", "04-08 00:30"),
        (HALF_HOURLY, "04-07 09:14", "04-07 08:45", "04-07 09:15"),
        (HALF_HOURLY, "04-07 00:10", "04-06 23:45", "04-07 00:15"),
    ],
)
def test_a_line_was_due_and_will_be(line, now, last, then):
    assert last_due(line=line, now=india(now)) == india(last)
    assert next_due(line=line, now=india(now)) == india(then)


@given(
    st.sampled_from([*SCHEDULE, NIGHTLY, TWO_HOURLY, HALF_HOURLY]),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(IST)),
)
def test_every_instant_lies_between_the_last_time_and_the_next(line, now):
    last, then = last_due(line=line, now=now), next_due(line=line, now=now)
    assert last <= now < then
    assert then - last == line.every
    assert last_due(line=line, now=last) == last
    assert last_due(line=line, now=then) == then


def test_every_line_divides_the_day_and_names_a_job_that_the_worker_knows():
    day = timedelta(days=1)
    for line in SCHEDULE:
        assert day % line.every == timedelta(0)
        assert line.task in app.tasks
    assert len({line.task for line in SCHEDULE}) == len(SCHEDULE)
