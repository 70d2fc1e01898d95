"""The one clock of the product: real, or a town's that runs faster than life."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bijlighar.clock import clock
from bijlighar.clock.clock import Anchor, change_speed, read_anchor, set_anchor

REAL = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
TOWN = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The town's clock file, named to this process."""
    path = tmp_path / "clock.json"
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(path))
    return path


@pytest.mark.parametrize(
    ("speed", "passed", "shown"),
    [
        (1, timedelta(hours=1), timedelta(hours=1)),
        (600, timedelta(minutes=1), timedelta(hours=10)),
        (0, timedelta(days=365), timedelta(0)),
        (600, timedelta(microseconds=1), timedelta(microseconds=600)),
        (2, timedelta(0), timedelta(0)),
    ],
)
def test_a_towns_clock_runs_so_many_times_as_fast_as_life(speed, passed, shown):
    anchor = Anchor(real_at=REAL, town_at=TOWN, speed=speed)
    assert anchor.town_time(REAL + passed) == TOWN + shown


def test_without_a_town_time_is_real_and_in_utc(monkeypatch):
    monkeypatch.delenv(clock.CLOCK_FILE_VARIABLE, raising=False)
    before = clock.real_now()
    now = clock.now()
    assert before <= now <= clock.real_now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(tz=UTC)) < A_SECOND
    assert clock.town_stretch(A_SECOND) == A_SECOND


def test_a_clock_that_stands_shows_the_same_instant_in_utc(file):
    india = timezone(timedelta(hours=5, minutes=30))
    set_anchor(file, town_at=datetime(2026, 4, 1, 5, 30, tzinfo=india), speed=0)
    assert clock.now() == clock.now() == TOWN
    assert clock.now().tzinfo is UTC


def test_a_clock_that_runs_shows_later_times(file):
    set_anchor(file, town_at=TOWN, speed=36_000)
    first, second = clock.now(), clock.now()
    assert TOWN <= first <= second
    assert second < TOWN + timedelta(days=30)


@pytest.mark.parametrize(("before", "after"), [(600, 60), (60, 36_000), (1, 0), (0, 600)])
def test_a_change_of_speed_goes_on_from_where_the_clock_is(file, before, after):
    set_anchor(file, town_at=TOWN, speed=before)
    earliest = clock.now()
    change_speed(file, speed=after)
    changed = read_anchor(file)
    assert changed.speed == after
    assert earliest <= changed.town_at <= clock.now()
    assert changed.town_at - earliest <= max(before, 1) * 10 * A_SECOND


def test_a_change_of_speed_takes_nothing_back_and_adds_nothing(file):
    real_at = clock.real_now() - timedelta(hours=1)
    held = {"real_at": real_at.isoformat(), "town_at": TOWN.isoformat(), "speed": 10}
    file.write_text(json.dumps(held))
    change_speed(file, speed=0)
    assert TOWN + timedelta(hours=10) <= clock.now() < TOWN + timedelta(hours=10, minutes=5)


@pytest.mark.parametrize("speed", [0, 1, 120, 3600])
def test_while_a_second_of_life_passes_the_town_moves_so_far(file, speed):
    set_anchor(file, town_at=TOWN, speed=speed)
    assert clock.town_stretch(A_SECOND) == timedelta(seconds=speed)


def test_a_naive_time_is_no_time(file):
    with pytest.raises(AssertionError):
        set_anchor(file, town_at=datetime(2026, 4, 1), speed=1)
    assert not file.exists()


def test_a_clock_that_was_never_set_is_an_error_and_not_real_time(file):
    with pytest.raises(FileNotFoundError):
        clock.now()


def test_the_file_is_replaced_whole_while_others_read_it(file):
    set_anchor(file, town_at=TOWN, speed=0)
    stopped = threading.Event()

    def keep_reading() -> list[Anchor]:
        read = []
        while not stopped.is_set():
            read.append(read_anchor(file))
        return read

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(keep_reading)
        for number in range(300):
            set_anchor(file, town_at=TOWN + number * A_SECOND, speed=0)
        stopped.set()
        read = reading.result()
    shown = [anchor.town_at for anchor in read]
    assert shown == sorted(shown)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
