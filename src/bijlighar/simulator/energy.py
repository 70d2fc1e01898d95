"""The energy of real homes: what 70 homes of Uttar Pradesh used, day by day.

The days' totals are measured (see `data/README.md`); only their spread over the 48
half-hours is made up, and it adds up to the measured Wh exactly. A day that was not
measured has no energy: nothing is invented, and the meter is silent that day.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.simulator.chance import draw, draw_bytes, pick

DATA_ENDS = date(2020, 12, 31)
DATA_START = date(2019, 7, 1)

# Weights of the 24 hours. Homes differ: somebody at home all day, everybody out at work,
# and coolers running through the night.
_SHAPES = tuple(
    tuple(int(weight) for weight in line.split())
    for line in (
        "30 28 26 25 27 36 54 62 52 42 38 40 44 42 38 38 42 54 80 98 100 86 62 42",
        "28 26 24 24 28 44 72 80 48 24 20 20 22 22 20 22 28 46 84 104 104 84 56 36",
        "60 58 56 52 46 42 46 50 42 36 36 42 50 54 50 44 42 48 66 82 88 84 76 66",
    )
)
_SHIFTS = (-2, -1, -1, 0, 0, 0, 1, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One pretend home: whose measured days it uses, and which copy of that home it is.

    Copies beyond the first share the days' totals but have half-hours of their own.
    """

    code: str
    copy: int


def choose_homes(
    *, count: int, start_data_day: date, days: int, seed: int
) -> tuple[Home, ...]:
    """The homes of a town, those with the most measured days in the window first.

    Homes with equally many days come in an order that the seed decides. When more homes
    are wanted than were measured, the same homes come again as further copies.
    """
    window = range(start_data_day.toordinal(), start_data_day.toordinal() + days)
    measured = _measured()

    def rank(code: str) -> tuple[int, int]:
        present = sum(day.toordinal() in window for day in measured[code])
        return -present, draw(seed, "choose", code, below=1 << 32)

    ranked = sorted(measured, key=rank)
    return tuple(
        Home(code=ranked[number % len(ranked)], copy=number // len(ranked))
        for number in range(count)
    )


def is_measured(*, home: Home, data_day: date) -> bool:
    """Whether the home's use of this day is known."""
    return data_day in _measured()[home.code]


def energy_of_day(*, home: Home, data_day: date) -> int:
    """The measured Wh of the day, 0 when it was not measured."""
    return _measured()[home.code].get(data_day, 0)


def half_hours(*, home: Home, data_day: date, seed: int) -> tuple[int, ...]:
    """The day's energy in Wh over 48 half-hours; they add up to the measured day."""
    totals = running_half_hours(home=home, data_day=data_day, seed=seed)
    return tuple(totals[k + 1] - totals[k] for k in range(BLOCKS_PER_DAY))


def running_half_hours(*, home: Home, data_day: date, seed: int) -> Sequence[int]:
    """49 figures: Wh used since midnight at each half-hour from 00:00 to 24:00."""
    day_wh = energy_of_day(home=home, data_day=data_day)
    weights = _weights(home=home, data_day=data_day, seed=seed)
    whole = sum(weights)
    totals = array("q", [0])
    passed = 0
    for weight in weights:
        passed += weight
        totals.append(day_wh * passed // whole)
    return totals


def average_daily_wh(*, home: Home, start_data_day: date, days: int) -> int:
    """The mean over the measured days of the window in Wh, 0 when there is none."""
    window = (start_data_day + timedelta(days=offset) for offset in range(days))
    measured = _measured()[home.code]
    known = [measured[day] for day in window if day in measured]
    return sum(known) // len(known) if known else 0


def _weights(*, home: Home, data_day: date, seed: int) -> list[int]:
    """Weights of the half-hours: the home's habit, shaken a little every day."""
    habit = (seed, "shape", home.code, home.copy)
    shape = pick(*habit, "kind", of=_SHAPES)
    shift = pick(*habit, "shift", of=_SHIFTS)
    shaken = draw_bytes(*habit, data_day.isoformat(), size=BLOCKS_PER_DAY)
    return [
        _between_hours(shape=shape, half_hour=k - shift) * (160 + shaken[k])
        for k in range(BLOCKS_PER_DAY)
    ]


def _between_hours(*, shape: Sequence[int], half_hour: int) -> int:
    """The weight at a half-hour: the hour's own, or midway to the next hour's."""
    hour, is_half = divmod(half_hour % BLOCKS_PER_DAY, 2)
    here = shape[hour]
    return here + shape[(hour + 1) % 24] if is_half else 2 * here


@cache
def _measured() -> Mapping[str, Mapping[date, int]]:
    """Wh by home and day, as published."""
    table: dict[str, dict[date, int]] = {}
    source = resources.files("bijlighar.simulator") / "data" / "ceew_daily_wh.csv"
    with source.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["day"])
            table.setdefault(row["meter"], {})[day] = int(row["energy_wh"])
    return table
