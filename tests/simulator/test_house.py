"""A house behind its meter: figures agree to the Wh, and an open relay uses nothing."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.simulator import energy, load_profile
from bijlighar.simulator.house import Appetite, House
from bijlighar.simulator.town_calendar import TownCalendar

CALENDAR = TownCalendar(data_start=date(2019, 7, 16))
HOME = energy.choose_homes(count=1, start_data_day=CALENDAR.data_start, days=60, seed=3)[0]
APPETITE = Appetite(home=HOME, calendar=CALENDAR, seed=3)
OPENING = 1_234_567
DAY = 86_400

relay_logs = st.lists(st.tuples(st.integers(0, 6 * DAY), st.booleans()), max_size=12).map(
    sorted
)


def house(log=()):
    return House(appetite=APPETITE, opening_wh=OPENING, switched=log)


def blocks(of, first, last):
    rows = load_profile.within(
        load_profile.BLOCKS.kept(7 * DAY), first=first + 1, last=last
    )
    return [
        load_profile.block_row(house=of, ends=ends, seed=3, serial="S") for ends in rows
    ]


@given(log=relay_logs, day=st.integers(0, 5))
def test_blocks_add_up_to_the_days_register_difference(log, day):
    one = house(log)
    rows = blocks(one, day * DAY, (day + 1) * DAY)
    before = load_profile.midnight_row(house=one, at=day * DAY)
    after = load_profile.midnight_row(house=one, at=(day + 1) * DAY)
    assert len(rows) == 48
    assert sum(row.import_wh for row in rows) == after.import_wh - before.import_wh
    assert sum(row.import_vah for row in rows) == after.import_vah - before.import_vah


@given(log=relay_logs)
def test_an_open_relay_uses_nothing(log):
    one = house(log)
    for (begins, closed), (ends, _) in pairwise([*log, (7 * DAY, True)]):
        used = one.register_wh(ends) - one.register_wh(begins)
        if closed:
            assert used == APPETITE.wh_until(ends) - APPETITE.wh_until(begins)
        else:
            assert used == 0
    assert one.is_closed == (log[-1][1] if log else True)


@given(log=relay_logs, seconds=st.lists(st.integers(0, 7 * DAY), max_size=20).map(sorted))
def test_the_register_never_falls(log, seconds):
    one = house(log)
    registers = [one.register_wh(second) for second in seconds]
    assert registers == sorted(registers)


def test_a_house_never_cut_uses_the_measured_energy():
    days = [CALENDAR.data_start]
    used = house().register_wh(DAY) - OPENING
    assert used == energy.energy_of_day(home=HOME, data_day=days[0]) > 0


def test_the_replay_goes_on_for_years():
    one_round = APPETITE.wh_until(CALENDAR.days_in_replay * DAY)
    assert APPETITE.wh_until(2 * CALENDAR.days_in_replay * DAY) == 2 * one_round


def test_a_clock_set_back_does_not_change_the_past():
    one = house()
    before = one.register_wh(DAY)
    one.switch(second=DAY, closed=False)
    assert one.switch(second=DAY - 500, closed=True) == DAY
    assert one.register_wh(DAY) == before


@given(now=st.integers(0, 60 * DAY))
@settings(max_examples=60)
def test_a_meter_keeps_thirty_five_days(now):
    kept = load_profile.BLOCKS.kept(now)
    assert len(kept) == min(now // 1800, 1680)
    midnights = load_profile.MIDNIGHTS.kept(now)
    assert len(midnights) == min(now // DAY + 1, 35)
    assert midnights[-1] == now // DAY * DAY


@given(first=st.integers(-DAY, 9 * DAY), last=st.integers(-DAY, 9 * DAY))
def test_a_range_selects_what_lies_between(first, last):
    kept = load_profile.BLOCKS.kept(7 * DAY)
    chosen = load_profile.within(kept, first=first, last=last)
    assert list(chosen) == [second for second in kept if first <= second <= last]


@given(first=st.integers(0, 400), last=st.integers(0, 400))
def test_entries_count_from_one_and_zero_means_the_newest(first, last):
    kept = load_profile.BLOCKS.kept(7 * DAY)
    chosen = load_profile.by_entry(kept, first=first, last=last)
    until = last if last else len(kept)
    numbered = enumerate(kept, start=1)
    assert list(chosen) == [second for n, second in numbered if first <= n <= until]


def test_power_is_nothing_while_the_relay_is_open():
    one = house()
    assert one.power_w(19 * 3600) > 0
    one.switch(second=100, closed=False)
    assert one.power_w(19 * 3600) == 0
