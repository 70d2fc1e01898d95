"""Which days can be closed, and with what: nothing is invented, nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.readings.rules import closable
from bijlighar.readings.values import Closable, ClosedUntil, DayUsage

MARCH_31 = date(2026, 3, 31)


def april(day: int) -> date:
    return date(2026, 4, day)


def closed(
    registers: dict[int, int], *, lost_before: int | None = None, until: int = 30
) -> list[DayUsage]:
    """The closable days after 31 March (day 0), by registers at the ends of days."""
    return list(closing(registers, lost_before=lost_before, until=until).days)


def closing(
    registers: dict[int, int], *, lost_before: int | None = None, until: int = 30
) -> Closable:
    """As `closed`, with what stands in the way."""
    return closable(
        meter_id=7,
        after=ClosedUntil(day=MARCH_31, register_wh=registers[0]),
        registers={MARCH_31 + timedelta(days=day): wh for day, wh in registers.items()},
        lost_before=april(lost_before) if lost_before else None,
        until=april(until),
    )


def in_short(days: list[DayUsage]) -> list[tuple[int, int, bool]]:
    return [(one.day.day, one.energy_wh, one.is_estimated) for one in days]


def test_a_day_uses_what_its_registers_differ_by():
    assert closed({0: 1_000, 1: 4_500, 2: 4_500, 3: 5_000})[0] == DayUsage(
        meter_id=7,
        day=april(1),
        energy_wh=3_500,
        opening_register_wh=1_000,
        closing_register_wh=4_500,
        is_estimated=False,
    )


@pytest.mark.parametrize(
    ("why", "registers", "lost_before", "until", "days"),
    [
        ("days in a row are closed", {0: 10, 1: 15, 2: 22}, None, 30, [(1, 5), (2, 7)]),
        ("nothing new, nothing closed", {0: 10}, None, 30, []),
        ("a day without use is a day", {0: 10, 1: 10}, None, 30, [(1, 0)]),
        ("today is not looked at", {0: 10, 1: 15, 2: 22}, None, 2, [(1, 5)]),
        ("nor is a day to come", {0: 10, 9: 22}, None, 1, []),
        ("a register that may still come stops", {0: 10, 1: 15, 3: 30}, None, 30, [(1, 5)]),
        ("also if the profile begins with it", {0: 10, 1: 15, 3: 30}, 2, 30, [(1, 5)]),
        ("lost days at the end wait for a later one", {0: 10}, 5, 30, []),
        ("also where that one is today's", {0: 10, 4: 40}, 4, 4, []),
    ],
)
def test_days_are_closed_as_far_as_they_are_known(why, registers, lost_before, until, days):
    found = closed(registers, lost_before=lost_before, until=until)
    assert in_short(found) == [(day, energy, False) for day, energy in days], why


def test_lost_days_share_what_was_used_to_the_last_wh_and_are_marked():
    found = closed({0: 100, 1: 105, 4: 112, 5: 120}, lost_before=4)
    assert in_short(found) == [
        (1, 5, False),
        (2, 2, True),
        (3, 2, True),
        (4, 3, True),
        (5, 8, False),
    ]


def test_a_lost_day_before_one_that_may_still_come_stays_open():
    assert in_short(closed({0: 100, 1: 105, 4: 112}, lost_before=3)) == [(1, 5, False)]


def test_a_register_that_went_back_is_told_with_meter_day_and_values():
    found = closing({0: 100, 1: 150, 2: 149, 3: 160})
    assert in_short(list(found.days)) == [(1, 50, False)]
    assert found.error == "Meter 7: the register fell from 150 to 149 Wh on 2026-04-02."


def test_a_register_that_went_back_over_lost_days_is_told_too():
    assert "on 2026-04-03" in closing({0: 100, 3: 99}, lost_before=3).error


@st.composite
def histories(draw):
    """Registers of days, of which some are missing, and how far the profile reaches."""
    energies = draw(st.lists(st.integers(0, 50_000), min_size=1, max_size=40))
    true = {MARCH_31: draw(st.integers(0, 10**9))}
    for number, energy in enumerate(energies):
        day = MARCH_31 + timedelta(days=number)
        true[day + timedelta(days=1)] = true[day] + energy
    days = sorted(true)
    gone = draw(st.sets(st.sampled_from(days[1:])))
    return (
        {day: wh for day, wh in true.items() if day not in gone},
        draw(st.one_of(st.none(), st.sampled_from(days))),
        draw(st.sampled_from(days)) + timedelta(days=1),
    )


@given(histories())
def test_energies_sum_to_the_registers_and_days_follow_each_other(history):
    registers, lost_before, until = history
    days = closable(
        meter_id=7,
        after=ClosedUntil(day=MARCH_31, register_wh=registers[MARCH_31]),
        registers=registers,
        lost_before=lost_before,
        until=until,
    ).days
    assert [one.day for one in days] == [
        MARCH_31 + timedelta(days=number) for number in range(1, len(days) + 1)
    ]
    opening = registers[MARCH_31]
    for one in days:
        assert one.opening_register_wh == opening
        assert one.closing_register_wh == opening + one.energy_wh
        assert one.energy_wh >= 0
        opening = one.closing_register_wh
        if not one.is_estimated:
            assert registers[one.day] == opening
    if days:
        assert days[-1].day < until
        assert registers[days[-1].day] == opening
    waits_for = MARCH_31 + timedelta(days=len(days) + 1)
    if waits_for < until:
        assert waits_for not in registers
        known_later = [day for day in registers if waits_for < day < until]
        is_lost = lost_before is not None and waits_for < lost_before
        assert not (is_lost and known_later and min(known_later) <= lost_before)


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(2, 60))
def test_shares_of_lost_days_differ_by_one_wh_at_most(opening, energy, days):
    last = MARCH_31 + timedelta(days=days)
    shares = closable(
        meter_id=7,
        after=ClosedUntil(day=MARCH_31, register_wh=opening),
        registers={last: opening + energy},
        lost_before=last,
        until=last + timedelta(days=1),
    ).days
    wh = [one.energy_wh for one in shares]
    assert (len(wh), sum(wh)) == (days, energy)
    assert max(wh) - min(wh) <= 1
    assert all(one.is_estimated for one in shares)
