"""The energy of real homes: measured days, made-up half-hours, exact sums."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.simulator import energy
from bijlighar.simulator.energy import Home
from bijlighar.simulator.town_calendar import TownCalendar

START = date(2019, 7, 1)
HOMES = energy.choose_homes(count=140, start_data_day=START, days=60, seed=7)

homes = st.sampled_from(HOMES)
data_days = st.dates(min_value=date(2019, 5, 1), max_value=date(2020, 12, 31))


@given(home=homes, data_day=data_days, seed=st.integers(0, 99))
def test_half_hours_add_up_to_the_measured_day(home, data_day, seed):
    blocks = energy.half_hours(home=home, data_day=data_day, seed=seed)
    assert len(blocks) == 48
    assert min(blocks) >= 0
    assert sum(blocks) == energy.energy_of_day(home=home, data_day=data_day)


def test_a_measured_day_is_the_published_one():
    home = Home(code="BR02", copy=0)
    assert energy.energy_of_day(home=home, data_day=date(2019, 7, 10)) == 6960
    assert not energy.is_measured(home=home, data_day=date(2019, 7, 9))
    assert energy.half_hours(home=home, data_day=date(2019, 7, 9), seed=1) == (0,) * 48


def test_the_first_homes_have_the_most_days():
    def present(home):
        days = (START + timedelta(days=offset) for offset in range(60))
        return sum(energy.is_measured(home=home, data_day=day) for day in days)

    counts = [present(home) for home in HOMES[:70]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] >= 55


def test_homes_follow_from_the_seed_and_come_again_as_copies():
    again = energy.choose_homes(count=140, start_data_day=START, days=60, seed=7)
    other = energy.choose_homes(count=140, start_data_day=START, days=60, seed=8)
    assert again == HOMES != other
    assert [home.code for home in HOMES[:70]] == [home.code for home in HOMES[70:]]
    assert len(set(HOMES)) == 140


def test_a_copy_uses_as_much_but_at_other_hours():
    day = date(2019, 8, 1)
    first, copy = HOMES[0], HOMES[70]
    assert energy.half_hours(home=first, data_day=day, seed=7) != energy.half_hours(
        home=copy, data_day=day, seed=7
    )


def test_evenings_are_heavier_than_the_small_hours():
    day = date(2019, 8, 1)
    evening = night = 0
    for home in HOMES[:70]:
        blocks = energy.half_hours(home=home, data_day=day, seed=7)
        evening += sum(blocks[36:44])
        night += sum(blocks[4:12])
    assert evening > 1.5 * night


@given(offset=st.integers(0, 4000))
@settings(max_examples=50)
def test_the_replay_begins_again_when_the_data_end(offset):
    calendar = TownCalendar()
    town_day = calendar.town_start + timedelta(days=offset)
    data_day = calendar.data_day(town_day)
    assert calendar.data_start <= data_day <= date(2020, 12, 31)
    assert (data_day - calendar.data_start).days == offset % calendar.days_in_replay


def test_the_town_begins_with_the_data():
    calendar = TownCalendar()
    assert calendar.data_day(date(2026, 4, 1)) == date(2019, 7, 1)
    assert calendar.data_day(date(2026, 4, 2)) == date(2019, 7, 2)
