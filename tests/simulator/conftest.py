"""A clock that tests set, and a world's file in a folder of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bijlighar.simulator import store


class Clock:
    """Shows the time that a test has set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **stretch: float) -> None:
        self.at += timedelta(**stretch)


@pytest.fixture
def clock() -> Clock:
    """The town's clock: noon of 10 April 2026 in India."""
    return Clock(datetime(2026, 4, 10, 6, 30, tzinfo=UTC))


@pytest.fixture
def connection(tmp_path):
    opened = store.open_world(tmp_path)
    yield opened
    opened.close()
