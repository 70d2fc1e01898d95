"""The clock of a live town: it stands while nobody works, and never goes back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bijlighar.clock.clock import CLOCK_FILE_VARIABLE, now, read_anchor, set_anchor
from bijlighar.kernel.ist import day_starts
from bijlighar.run.kept_clock import FIRST_SPEED, KeptClock
from bijlighar.simulator.town_calendar import TOWN_START

NOON = day_starts(TOWN_START) + timedelta(hours=12)


@pytest.fixture
def file(tmp_path: Path, monkeypatch) -> Path:
    """Where the town's clock is kept; time is asked of it."""
    path = tmp_path / "clock.json"
    monkeypatch.setenv(CLOCK_FILE_VARIABLE, str(path))
    return path


def kept(file: Path) -> datetime:
    """Where the last beat says that the town goes on from."""
    held = json.loads(file.with_suffix(".beat").read_text())
    return datetime.fromisoformat(held["town_at"])


def test_a_new_town_stands_at_its_first_midnight_and_then_runs(file):
    clock = KeptClock(file)
    clock.stand()
    assert now() == day_starts(TOWN_START)
    clock.go(speed=None)
    assert read_anchor(file).speed == FIRST_SPEED
    assert now() >= day_starts(TOWN_START)


def test_stopped_in_order_it_goes_on_from_the_very_moment_as_fast_as_before(file):
    clock = KeptClock(file)
    clock.stand()
    set_anchor(file, town_at=NOON, speed=0)
    clock.go(speed=60)
    clock.stop()
    stopped_at = now()
    assert stopped_at == now() == kept(file)

    again = KeptClock(file)
    again.stand()
    assert now() == stopped_at
    again.go(speed=None)
    assert read_anchor(file).speed == 60


def test_killed_it_goes_on_from_a_time_that_nothing_has_happened_after(file):
    clock = KeptClock(file)
    clock.stand()
    set_anchor(file, town_at=NOON, speed=0)
    clock.go(speed=600)
    clock.beat()
    assert kept(file) > now()
    KeptClock(file).stand()
    assert now() == kept(file)


def test_a_past_that_was_broken_off_goes_on_where_it_was(file):
    clock = KeptClock(file)
    clock.stand()
    set_anchor(file, town_at=NOON, speed=0)
    clock.stop()
    KeptClock(file).stand()
    assert now() == NOON


def test_a_speed_that_is_asked_for_is_heeded(file):
    clock = KeptClock(file)
    clock.stand()
    clock.go(speed=0)
    clock.stop()
    clock.go(speed=None)
    assert read_anchor(file).speed == 0
    clock.go(speed=3600)
    assert read_anchor(file).speed == 3600
