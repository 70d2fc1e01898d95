"""Thresholds at which a month gets dearer at once: where they are and what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.tariffs.cliffs import (
    Crossing,
    Threshold,
    What,
    ahead_paise,
    crossed,
    next_threshold,
    shock_of,
    shock_paise,
    thresholds,
)
from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.projecting import expected_wh
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import (
    FreeUnits,
    Head,
    PayableCap,
    Per,
    SlabLimits,
)

from .drawing import SAID, band, home_row, ladder, load, plain_schedule, schedules, slabs_of
from .rows import slices_of

unhurried = settings(deadline=None)  # a busy machine is no failure

# The orders of tariffs reference 2.1, 2.2 and 3, FY 2026-27, before FPPAS and duty.
HOME_BY_UNITS = plain_schedule(
    energy=(ladder(None, ("4.71", 50), ("5.67", 150), ("7.05", 300), ("7.24", None)),),
    fixed=(band(50, "81"), band(150, "134"), band(None, "30", Per.STEP, 15)),
    payable_cap=PayableCap(
        upto_wh=150_000,
        first_wh=100_000,
        rupees=Decimal(100),
        of=(Head.ENERGY, Head.FIXED),
        funded_by="Government",
        **SAID,
    ),
)
WITHOUT_CAP = replace(HOME_BY_UNITS, payable_cap=None)
SHOP = plain_schedule(
    energy=(ladder(50, ("6.80", None)), ladder(None, ("8.30", None))),
    fixed=(band(50, "98", Per.KW), band(None, "154", Per.KW)),
    billable_load=load("1"),
)
FREE_125 = plain_schedule(
    energy=(ladder(None, ("7.42", None)),),
    subsidy=slabs_of(("3.30", None)),
    subsidy_funded_by="Government",
    fixed=(band(None, "80", Per.KW),),
    billable_load=load("1"),
    free_units=FreeUnits(free_wh=125_000, funded_by="Government", **SAID),
)


@pytest.mark.parametrize(
    ("schedule", "units", "load_w", "unit_itself_paise", "size_paise"),
    [
        (WITHOUT_CAP, 50, 1000, 5_67, 53_00),
        (HOME_BY_UNITS, 150, 1000, 7_05, 756_05 - 7_05),
        (SHOP, 50, 2000, 8_30, 195_30 - 8_30),
        (FREE_125, 125, 1000, 4_12, 80_00),
    ],
    ids=["MP 51st unit", "MP 151st unit", "MP 51st unit of a shop", "Bihar 126th unit"],
)
def test_the_cliffs_that_are_known(schedule, units, load_w, unit_itself_paise, size_paise):
    """Source: tariffs reference 5.3; its sizes of 756 and 195.30 hold the unit itself."""
    at, above = (
        {"energy_wh": wh, "sanctioned_load_w": load_w}
        for wh in (units * 1000, units * 1000 + 1000)
    )
    known = [
        one
        for one in thresholds(schedule, days_in_month=30, slab_days=30)
        if one.upto_wh == units * 1000
    ]
    row = slices_of(schedule, {"energy_wh": 7000, "sanctioned_load_w": load_w})
    for threshold in known:
        assert shock_paise(schedule, row, threshold) == size_paise
    total = rate(schedule, slices_of(schedule, at, above)).total_paise
    assert total[1] - total[0] == size_paise + unit_itself_paise
    crossing = crossed(schedule, slices_of(schedule, at), slices_of(schedule, above))
    assert crossing == Crossing(thresholds=tuple(known), shock_paise=size_paise)


@pytest.mark.parametrize(
    ("category", "units", "load_w", "size_paise"),
    [
        ("LV-1.2.U", 50, 1000, 0),
        ("LV-1.2.U", 150, 1000, 756_05),
        ("LV-2.2.U", 50, 2000, 195_30),
        ("DS-II", 125, 1000, 80_00 + 4_12),
    ],
)
def test_the_next_unit_costs_the_same_by_the_packaged_orders(
    category, units, load_w, size_paise
):
    """Source: as above, before FPPAS, duty and rebates.

    At the 51st unit of a home the fixed charge rises by 53 rupees, but the scheme holds the
    bill at 100.
    """
    schedule = schedule_for(category, date(2026, 5, 1), load_w=load_w)
    rows = (
        {"energy_wh": wh, "sanctioned_load_w": load_w, "max_demand_w": load_w}
        for wh in (units * 1000, units * 1000 + 1000)
    )
    paise = rate(schedule, slices_of(schedule, *rows)).paise
    total = sum(
        paise[head] for head in (Head.ENERGY, Head.FIXED, Head.SUBSIDY, Head.SCHEME)
    )
    assert total[1] - total[0] == size_paise


def test_thresholds_rise_and_say_what_changes():
    found = thresholds(HOME_BY_UNITS, days_in_month=30, slab_days=30)
    assert found == (
        Threshold(upto_wh=50_000, warn_at_wh=45_000, what=What.FIXED_BAND),
        Threshold(upto_wh=150_000, warn_at_wh=135_000, what=What.FIXED_BAND),
        Threshold(upto_wh=150_000, warn_at_wh=135_000, what=What.CAP),
    )
    assert [one.what for one in thresholds(SHOP, days_in_month=30, slab_days=30)] == [
        What.LADDER,
        What.FIXED_BAND,
    ]
    assert thresholds(plain_schedule(), days_in_month=30, slab_days=30) == ()


@pytest.mark.parametrize(("days", "units"), [(25, 104), (30, 125), (40, 167)])
def test_free_units_follow_the_days_in_whole_units(days, units):
    """Source: tariffs reference 3.3: 40 days 167, 25 days 104."""
    (found,) = thresholds(FREE_125, days_in_month=30, slab_days=days)
    assert (found.upto_wh, found.what) == (units * 1000, What.FREE_UNITS)


def test_other_limits_follow_the_days_of_a_part():
    first, *_ = thresholds(SHOP, days_in_month=31, slab_days=10)
    assert first.upto_wh == 50_000 * 10 // 31
    in_months = replace(SHOP, slab_limits=SlabLimits(months_places=1, **SAID))
    first, *_ = thresholds(in_months, days_in_month=31, slab_days=10)
    assert first.upto_wh == 15_000


def test_the_next_threshold_is_the_one_not_yet_crossed():
    def after(energy_wh: int) -> int | None:
        found = next_threshold(
            HOME_BY_UNITS, energy_wh=energy_wh, days_in_month=30, slab_days=30
        )
        return found and found.upto_wh

    assert [after(wh) for wh in (0, 50_000, 50_001, 150_000, 150_001)] == [
        50_000,
        50_000,
        150_000,
        150_000,
        None,
    ]


def test_a_day_without_a_crossing_has_no_shock():
    before, after = (slices_of(SHOP, {"energy_wh": wh}) for wh in (40_000, 50_000))
    assert crossed(SHOP, before, after) is None
    assert shock_of(SHOP, before, after).tolist() == [0]
    assert shock_of(SHOP, slices_of(SHOP, {"energy_wh": 60_000}), after).tolist() == [0]


def test_the_shock_grows_with_the_days_so_far():
    """The fixed charge of the days so far, and what the 50 units cost more."""
    before, after = (
        slices_of(SHOP, {"energy_wh": wh, "billed_days": 9, "sanctioned_load_w": 2000})
        for wh in (45_000, 58_000)
    )
    assert shock_of(SHOP, before, after).tolist() == [75_00 + 112_00 * 9 // 30]


def test_what_lies_ahead_is_told_for_many_rows():
    rows = [{"sanctioned_load_w": 2000, "billed_days": days} for days in (0, 9, 30)]
    upto_wh = np.array([50_000] * 3)
    found = ahead_paise(SHOP, slices_of(SHOP, *rows), upto_wh)
    assert found.tolist() == [75_00, 75_00 + 33_60, 75_00 + 112_00]


def test_an_expected_crossing_is_a_shock_on_what_was_used_so_far():
    before, after = (
        slices_of(SHOP, {"energy_wh": 20_000, "selecting_wh": wh, "billed_days": 9})
        for wh in (50_000, 50_001)
    )
    assert shock_of(SHOP, before, after).tolist() == [20 * 1_50 + 56_00 * 9 // 30]


@settings(unhurried, max_examples=30)
@given(st.data())
def test_many_rows_are_like_each_of_them(data):
    schedule = data.draw(schedules())
    rows = st.lists(home_row(schedule), min_size=2, max_size=2)
    pairs = data.draw(st.lists(rows, min_size=1, max_size=4))
    before, after = (slices_of(schedule, *side) for side in zip(*pairs, strict=True))
    together = shock_of(schedule, before, after)
    for position, (was, now) in enumerate(pairs):
        was, now = slices_of(schedule, was), slices_of(schedule, now)
        assert shock_of(schedule, was, now).tolist() == [together[position]]
        crossing = crossed(schedule, was, now)
        shock = crossing.shock_paise if crossing else 0
        assert shock == together[position]


def test_an_order_without_cliffs_has_no_shock():
    schedule = plain_schedule(fixed=(band(None, "154", Per.KW),))
    before, after = (slices_of(schedule, {"energy_wh": wh}) for wh in (0, 10**9))
    assert shock_of(schedule, before, after).tolist() == [0]


@pytest.mark.parametrize(
    ("energy_wh", "days", "expected"),
    [(5000, 1, 150_000), (50_000, 30, 50_000), (10, 7, 43), (0, 0, 0), (900, 0, 900)],
)
def test_a_month_is_expected_to_go_on_at_its_pace(energy_wh, days, expected):
    columns = (np.array([value]) for value in (energy_wh, days, 30))
    assert expected_wh(*columns).tolist() == [expected]


@given(st.integers(0, 10**9), st.integers(0, 92), st.integers(1, 92))
def test_what_is_expected_can_always_be_rated(energy_wh, days, slab_days):
    days = min(days, slab_days)
    columns = (np.array([value]) for value in (energy_wh, days, slab_days))
    (found,) = expected_wh(*columns).tolist()
    assert energy_wh <= found <= 10**9
    assert found == energy_wh or days < slab_days


@given(st.integers(28, 31), st.integers(1, 30))
def test_parts_of_a_month_have_its_free_units_together(days_in_month, days):
    """A part has its share by the calendar month's days, in whole units."""
    limits = [
        thresholds(FREE_125, days_in_month=days_in_month, slab_days=part)[0].upto_wh
        for part in (days, max(days_in_month - days, 1), days_in_month)
    ]
    assert limits[2] == 125_000
    assert all(limit % 1000 == 0 for limit in limits)
    if days < days_in_month:
        assert abs(limits[0] + limits[1] - 125_000) <= 1_000
