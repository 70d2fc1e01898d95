"""Two months of sixty real homes under three states' orders, day by day, to the paisa.

The days are those of July and August 2020 of the sixty homes of which most days were
measured (3,068 of 3,720); they are put on July and August 2026. A day that was not
measured counts as one without use. Half-hours are the simulator's, for windows and demand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from bijlighar.bills.values import Bill
from bijlighar.charges import service as charges
from bijlighar.connections.values import PaymentMode
from bijlighar.kernel.ist import ONE_DAY, days_between, days_in_month, next_month_starts
from bijlighar.readings.values import Blocks
from bijlighar.simulator.energy import choose_homes, energy_of_day, half_hours, is_measured
from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.orders import fppas_on, schedule_for
from bijlighar.tariffs.projecting import expected_wh
from bijlighar.tariffs.rating import rate, rows_of
from bijlighar.tariffs.values import CliffPolicy, Head, IntArray, Schedule, Slices
from tests.bills.stories import balance, home_of, issue, morning, pay
from tests.cast import hear
from tests.tariffs.reference import rated_paise

HOMES, DAYS = 60, 62
MEASURED_FROM, FIRST = date(2020, 7, 1), date(2026, 7, 1)
MONTHS = (date(2026, 7, 1), date(2026, 8, 1))
CATEGORIES = ("LMV-1.10B", "LV-1.2.U", "DS-II")
LOADS_W = np.array([1_000 + 500 * (home % 7) for home in range(HOMES)], dtype=np.int64)


@cache
def half_hours_wh() -> IntArray:
    """Homes by days by half-hours."""
    homes = choose_homes(count=HOMES, start_data_day=MEASURED_FROM, days=DAYS, seed=7)
    return np.array(
        [
            [
                half_hours(home=home, data_day=MEASURED_FROM + timedelta(days=day), seed=7)
                for day in range(DAYS)
            ]
            for home in homes
        ],
        dtype=np.int64,
    )


def test_the_homes_are_measured_on_four_days_of_five():
    homes = choose_homes(count=HOMES, start_data_day=MEASURED_FROM, days=DAYS, seed=7)
    days = half_hours_wh().sum(axis=2)
    assert days[0, 0] == energy_of_day(home=homes[0], data_day=MEASURED_FROM)
    measured = [
        is_measured(home=home, data_day=MEASURED_FROM + timedelta(days=day))
        for home in homes
        for day in range(DAYS)
    ]
    assert sum(measured) == 3_068
    assert (days > 0).sum() == 2_966
    assert 100_000_000 > days.sum() > 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Days of a month under one schedule."""

    schedule: Schedule
    first: date
    until: date


def parts_of(category: str, month: date) -> Iterator[Part]:
    """As orders begin and end inside a month; every load has the same parts."""
    first, ends = month, next_month_starts(month)
    while first < ends:
        schedule = schedule_for(category, first, load_w=2_000)
        until = min(ends, schedule.in_force_until or ends)
        yield Part(schedule=schedule, first=first, until=until)
        first = until


def month_so_far(part: Part, day: date, *, is_prepaid: bool) -> Slices:
    """All homes' months in this part, this day included."""
    schedule = part.schedule
    inside = slice((part.first - FIRST).days, (day - FIRST).days + 1)
    of_month = slice((part.first.replace(day=1) - FIRST).days, inside.stop)
    blocks = half_hours_wh()
    energy = blocks[:, inside].sum(axis=(1, 2))
    billed, whole = (day - part.first).days + 1, (part.until - part.first).days

    def all_homes(value: int) -> IntArray:
        return np.full(HOMES, value, dtype=np.int64)

    selecting = energy
    if schedule.cliff is not None and schedule.cliff.policy is CliffPolicy.ACCRUE:
        selecting = np.maximum(
            energy, expected_wh(energy, all_homes(billed), all_homes(whole))
        )
    windows = [
        blocks[:, inside, window.first_block : window.until_block].sum(axis=(1, 2))
        for window in schedule.windows
    ]
    return Slices(
        energy_wh=energy,
        selecting_wh=selecting,
        windows_wh=(
            np.column_stack(windows) if windows else np.zeros((HOMES, 0), dtype=np.int64)
        ),
        billed_days=all_homes(billed),
        days_in_month=all_homes(days_in_month(day)),
        slab_days=all_homes(whole),
        sanctioned_load_w=LOADS_W,
        max_demand_w=2 * blocks[:, of_month].max(axis=(1, 2)),
        demand_excused=all_homes(0),
        fppas_basis_points=all_homes(fppas_on(schedule, day).basis_points),
        fppas_carried_micropaise=all_homes(0),
        is_prepaid=all_homes(int(is_prepaid)),
    )


def row_of(slices: Slices, home: int) -> dict[str, object]:
    names = Slices.__slots__
    return {name: getattr(slices, name)[home].tolist() for name in names}


def nothing_yet(part: Part, *, is_prepaid: bool) -> Slices:
    """The part before its first day, of one home."""
    whole = rows_of(month_so_far(part, part.first, is_prepaid=is_prepaid), np.array([0]))
    empty = {
        name: np.zeros_like(getattr(whole, name))
        for name in ("energy_wh", "selecting_wh", "windows_wh", "billed_days")
    }
    held = {name: getattr(whole, name) for name in Slices.__slots__}
    return Slices(**(held | empty))


@pytest.mark.parametrize("is_prepaid", [True, False], ids=["prepaid", "postpaid"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_the_days_deductions_are_the_months_bill_and_its_lines(category, is_prepaid):
    """What is deducted day by day, what the whole month costs by plain fractions, and what
    the lines say is one sum for every home and month."""
    for month in MONTHS:
        for part in parts_of(category, month):
            deducted = {head: np.zeros(HOMES, dtype=np.int64) for head in Head}
            before = dict(deducted)
            assert fppas_on(part.schedule, part.first) == fppas_on(
                part.schedule, part.until - ONE_DAY
            )
            for day in days_between(part.first, part.until):
                slices = month_so_far(part, day, is_prepaid=is_prepaid)
                now = rate(part.schedule, slices).paise
                for head in Head:
                    deducted[head] = deducted[head] + (now[head] - before[head])
                before = dict(now)
            empty = nothing_yet(part, is_prepaid=is_prepaid)
            for home in range(HOMES):
                billed = rated_paise(part.schedule, row_of(slices, home))
                assert {head: int(deducted[head][home]) for head in Head} == billed
                lines = explain(
                    part.schedule, _like(empty, slices, home), rows_of(slices, [home])
                )
                assert sum(line.amount_paise for line in lines) == sum(billed.values())


def _like(empty: Slices, slices: Slices, home: int) -> Slices:
    """Nothing used yet, with the facts of one home."""
    facts = {
        name: getattr(rows_of(slices, [home]), name)
        for name in ("sanctioned_load_w", "max_demand_w", "demand_excused")
    }
    held = {name: getattr(empty, name) for name in Slices.__slots__}
    return Slices(**(held | facts))


def test_an_order_begins_inside_the_two_months():
    assert [part.first.day for part in parts_of("LMV-1.10B", MONTHS[0])] == [1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(PaymentMode))
@pytest.mark.parametrize("category", CATEGORIES)
def test_homes_of_the_cast_live_those_months(category, mode):
    """Two homes a state, two months, in the database: each bill is what was deducted."""
    homes = [
        home_of(
            name,
            mode=mode,
            category=category,
            starts_on=FIRST,
            mode_since=FIRST,
            sanctioned_load_w=int(LOADS_W[place]),
            opening_paise=100_00,
        )
        for place, name in enumerate(("Asha", "Balram"))
    ]
    ids = [home.connection_id for home in homes]
    registers = [home.initial_register_wh for home in homes]
    made: list[Bill] = []
    for month in MONTHS:
        ends = next_month_starts(month)
        for place, home in enumerate(homes):
            daily, blocks = {}, []
            for day in days_between(month, ends):
                used = half_hours_wh()[place, (day - FIRST).days]
                registers[place] += int(used.sum())
                daily[day] = registers[place]
                blocks.append(
                    Blocks(
                        meter_id=home.meter_id,
                        day=day,
                        first_block=0,
                        energies_wh=tuple(used.tolist()),
                    )
                )
            hear(home, daily, now=morning(ends), blocks=tuple(blocks))
            pay(home, 150, at=morning(month + 9 * ONE_DAY))
        charges.close_days(connection_ids=ids, now=morning(ends))
        issued = issue(*homes, first=month)
        assert issued.rejected == ()
        made += issued.bills
    for one in made:
        days = charges.days_of(
            connection_id=one.connection_id, first=one.first, until=one.until
        )
        assert one.charges_paise == sum(day.total_paise for day in days)
        assert (one.true_up_paise, one.adjustments) == (0, ())
        assert one.payments_paise == 150_00
        assert len(one.days) == 31
    for home, last in zip(homes, made[-2:], strict=True):
        assert last.balance_paise == balance(home)
