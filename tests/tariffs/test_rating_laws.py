"""What must hold for every home, month and order, tried on many that nobody chose."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.rating import BOUNDS, SliceRefused, difference, rate
from bijlighar.tariffs.values import Head, Rated, Schedule, Slices

from .reference import rated_paise, slices_of

PACKAGED = [
    schedule_for(category, day)
    for category in ("LMV-1.10A", "LMV-1.10B")
    for day in (date(2026, 3, 1), date(2026, 8, 1))
]
unhurried = settings(deadline=None)  # a busy machine is no failure

LEAST_READABLE_WH = 10  # registers and ledgers show 0.01 kWh


def decimals(most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 10**places).map(lambda n: Decimal(n).scaleb(-places))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A packaged schedule whose printed rates are replaced by any that a loader takes."""
    base = draw(st.sampled_from(PACKAGED))
    rates = decimals(100, 4)
    return replace(
        base,
        energy=tuple(replace(slab, rupees_per_kwh=draw(rates)) for slab in base.energy),
        subsidy=tuple(replace(slab, rupees_per_kwh=draw(rates)) for slab in base.subsidy),
        fixed=replace(base.fixed, rupees_per_kw_month=draw(decimals(1000, 3))),
        billable_load=replace(
            base.billable_load, least_share_of_sanctioned=draw(decimals(1, 2))
        ),
        duty=replace(base.duty, share=draw(decimals(1, 4))),
        rebate=replace(base.rebate, share=draw(decimals(1, 4))),
    )


@st.composite
def any_row(draw: st.DrawFn) -> dict[str, int]:
    """A row anywhere inside the bounds, corners included."""
    days = draw(st.integers(28, 31))
    row = {name: draw(st.integers(least, most)) for name, (least, most) in BOUNDS.items()}
    return row | {
        "days_in_month": days,
        "billed_days": draw(st.integers(0, days)),
        "slab_days": draw(st.integers(1, days)),
    }


@st.composite
def home_row(draw: st.DrawFn) -> dict[str, int]:
    """A row as a home has it."""
    row = draw(any_row())
    return row | {
        "energy_wh": draw(st.integers(0, 600_000)),
        "sanctioned_load_w": draw(st.integers(1, 20)) * 1000,
        "max_demand_w": draw(st.integers(0, 12_000)),
        "fppas_basis_points": draw(st.integers(-1000, 1000)),
        "fppas_carried_microrupees": draw(st.integers(-(10**8), 10**8)),
    }


def row_of(rated: Rated, row: int) -> dict[Head, int]:
    return {head: int(rated.paise[head][row]) for head in Head}


@unhurried
@given(schedules(), any_row() | home_row())
def test_arrays_agree_with_plain_fractions(schedule, row):
    rated = rate(schedule, slices_of(row))
    assert row_of(rated, 0) == rated_paise(schedule, row)
    assert int(rated.total_paise[0]) == sum(rated_paise(schedule, row).values())


@pytest.mark.parametrize("sign", [1, -1])
def test_nothing_overflows_at_the_outermost_corner(sign):
    most = Decimal(100)
    base = PACKAGED[-1]
    schedule = replace(
        base,
        energy=tuple(replace(slab, rupees_per_kwh=most) for slab in base.energy),
        subsidy=tuple(
            replace(slab, rupees_per_kwh=most if sign < 0 else Decimal(0))
            for slab in base.subsidy
        ),
        fixed=replace(base.fixed, rupees_per_kw_month=Decimal("999.999")),
        billable_load=replace(
            base.billable_load, least_share_of_sanctioned=Decimal("0.99")
        ),
        duty=replace(base.duty, share=Decimal("0.9999")),
        rebate=replace(base.rebate, share=Decimal("0.9999")),
    )
    corner = {name: most for name, (_, most) in BOUNDS.items()}
    corner["fppas_carried_microrupees"] *= sign
    corner["fppas_basis_points"] *= sign
    rated = rate(schedule, slices_of(corner))
    assert row_of(rated, 0) == rated_paise(schedule, corner)


@unhurried
@given(st.sampled_from(PACKAGED), home_row(), st.lists(st.integers(0, 40_000), max_size=31))
def test_days_add_up_to_the_month(schedule, row, days_wh):
    month = row | {"days_in_month": 31, "slab_days": 31, "energy_wh": 0, "billed_days": 0}
    before = rate(schedule, slices_of(month))
    charged = dict.fromkeys(Head, 0)
    for energy_wh in days_wh:
        month["energy_wh"] += energy_wh
        month["billed_days"] += 1
        now = rate(schedule, slices_of(month))
        for head, paise in row_of(difference(now, before), 0).items():
            charged[head] += paise
        before = now
    empty = rate(schedule, slices_of(month | {"energy_wh": 0, "billed_days": 0}))
    whole = difference(rate(schedule, slices_of(month)), empty)
    assert charged == row_of(whole, 0)


@unhurried
@given(st.sampled_from(PACKAGED), home_row(), st.integers(LEAST_READABLE_WH, 10_000))
def test_more_energy_never_costs_less(schedule, row, more_wh):
    """From 0.01 unit on: below that, a head may round down while another stays."""
    less = rate(schedule, slices_of(row))
    more = rate(schedule, slices_of(row | {"energy_wh": row["energy_wh"] + more_wh}))
    assert more.total_paise[0] >= less.total_paise[0]


@unhurried
@given(st.sampled_from(PACKAGED), st.lists(home_row(), min_size=1, max_size=8))
def test_one_row_alone_equals_the_same_row_among_many(schedule, rows):
    together = rate(schedule, slices_of(*rows))
    for position, row in enumerate(rows):
        alone = rate(schedule, slices_of(row))
        assert row_of(alone, 0) == row_of(together, position)
        assert alone.total_paise[0] == together.total_paise[position]


def test_a_fleet_is_rated_like_each_of_its_homes():
    rows = [
        {"energy_wh": 17 * n, "billed_days": n % 31, "max_demand_w": n % 5000}
        for n in range(40_000)
    ]
    rated = rate(PACKAGED[-1], slices_of(*rows))
    for position in (0, 16_383, 16_384, 32_767, 32_768, 39_999):
        assert row_of(rated, position) == rated_paise(PACKAGED[-1], rows[position])


def test_no_rows_cost_nothing():
    assert len(rate(PACKAGED[0], slices_of()).total_paise) == 0


@pytest.mark.parametrize(("column", "bounds"), BOUNDS.items())
def test_a_value_out_of_bounds_is_refused_by_row_and_column(column, bounds):
    least, most = bounds
    quiet = {"billed_days": 0, "slab_days": 1}
    for outside in (least - 1, most + 1):
        with pytest.raises(SliceRefused, match=rf"row 1, {column}: {outside} is outside"):
            rate(PACKAGED[0], slices_of({}, quiet | {column: outside}))


@pytest.mark.parametrize("column", ["billed_days", "slab_days"])
def test_more_days_than_the_month_has_are_refused(column):
    with pytest.raises(SliceRefused, match=f"row 1, {column}: more than the days"):
        rate(PACKAGED[0], slices_of({}, {"days_in_month": 30, column: 31}))


def test_columns_of_another_type_or_length_are_refused():
    slices = slices_of({}, {})
    for column in (np.array([1.0, 2.0]), np.array([1], dtype=np.int64)):
        with pytest.raises(SliceRefused, match="max_demand_w must be int64"):
            rate(PACKAGED[0], replace(slices, max_demand_w=column))


def test_a_month_split_by_an_order_scales_the_slabs():
    """10 of 30 days: the first slab ends at 50 units, so 60 units have 10 in the second."""
    part = {"energy_wh": 60_000, "billed_days": 10, "slab_days": 10, "is_prepaid": 0}
    rated = rate(schedule_for("LMV-1.10B", date(2026, 7, 2)), slices_of(part))
    assert rated.paise[Head.SUBSIDY].tolist() == [-(5000 * 135 + 1000 * 85) // 100]


def test_slices_keep_the_columns_that_are_bounded():
    assert [field.name for field in fields(Slices)] == list(BOUNDS)
