"""What must hold for every home, month and order, tried on many that nobody chose."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.tariffs.heads import Month
from bijlighar.tariffs.orders import catalogue
from bijlighar.tariffs.rating import (
    BOUNDS,
    MOST_DAYS,
    SliceRefused,
    difference,
    fppas_carried,
    rate,
)
from bijlighar.tariffs.values import (
    Duty,
    ExcessDemand,
    FppasRule,
    FreeUnits,
    Head,
    Minimum,
    On,
    PayableCap,
    Per,
    Rated,
    Rebate,
    Rounding,
    Schedule,
    SlabLimits,
    Slices,
    When,
    Window,
)

from .drawing import (
    BEFORE_DUTY,
    CHARGES,
    SAID,
    any_row,
    band,
    duty_of,
    fppas_rules,
    home_row,
    ladder,
    load,
    plain_schedule,
    schedules,
    slabs_of,
)
from .reference import rated_micropaise, rated_paise
from .rows import slices_of

PACKAGED = [schedule for order in catalogue() for schedule in order.schedules]
SMOOTH = [
    schedule
    for schedule in PACKAGED
    if len(schedule.energy) == 1
    and len(schedule.fixed) <= 1
    and not any(band.per is Per.STEP for band in schedule.fixed)
    and schedule.free_units is None
    and schedule.payable_cap is None
]
unhurried = settings(deadline=None)  # a busy machine is no failure

LEAST_READABLE_WH = 10  # registers and ledgers show 0.01 kWh
MILLION = 1_000_000

SOME_SCHEDULE = schedules() | st.sampled_from(PACKAGED)


def some_row(schedule: Schedule) -> st.SearchStrategy[dict[str, int | list[int]]]:
    return home_row(schedule) | any_row(schedule)


def row_of(rated: Rated, row: int) -> dict[Head, int]:
    return {head: int(rated.paise[head][row]) for head in Head}


@settings(unhurried, max_examples=150)
@given(st.data())
def test_arrays_agree_with_plain_fractions(data):
    """To the micropaisa, and so to the paisa."""
    schedule = data.draw(SOME_SCHEDULE)
    row = data.draw(some_row(schedule))
    slices = slices_of(schedule, row)
    exact = {head: int(amount[0]) for head, amount in Month(schedule, slices).heads.items()}
    nothing = dict.fromkeys(Head, 0)
    assert nothing | exact == rated_micropaise(schedule, row)
    rated, expected = rate(schedule, slices), rated_paise(schedule, row)
    assert row_of(rated, 0) == expected
    assert int(rated.total_paise[0]) == sum(expected.values())


def dearest(**given: object) -> Schedule:
    """Every rule there can be, each at the most that the loader takes."""
    every = tuple(head for head in Head if head is not Head.MINIMUM)
    share, free = Decimal("0.9999"), ("99.9999", None)
    rebate = Rebate(
        share=share,
        of=BEFORE_DUTY,
        rupees_per_kwh=Decimal(0),
        when=When.PREPAID,
        on=On.ALL_UNITS,
        **SAID,
    )
    most: dict[str, object] = {
        "energy": (ladder(1, ("0", None)), ladder(None, ("100", 1), free)),
        "windows": (
            Window(first_block=0, until_block=24, share=Decimal(1), **SAID),
            Window(first_block=24, until_block=48, share=Decimal("0.9999"), **SAID),
        ),
        "fixed": (band(None, "999.999", Per.KW),),
        "billable_load": load("0.99", 10_000),
        "excess_demand": ExcessDemand(times_fixed_rate=Decimal(10), excused_days=0, **SAID),
        "fppas": FppasRule(series="x", of=(*CHARGES, Head.SCHEME), on=On.ALL_UNITS, **SAID),
        "duty": Duty(slabs=duty_of((share, None)).slabs, of=BEFORE_DUTY, on=On.ALL_UNITS),
        "rebates": (rebate, replace(rebate, share=Decimal(1))),
        "minimum": Minimum(rupees=Decimal("999.999"), per=Per.KW, of=every, **SAID),
        "rounding": Rounding(line_paise=1, bill_paise=1, **SAID),
    }
    return plain_schedule(**(most | given))


CAP = PayableCap(
    upto_wh=10**9,
    first_wh=10**9,
    rupees=Decimal(100_000),
    of=CHARGES,
    funded_by="Government",
    **SAID,
)
FREE = FreeUnits(free_wh=10**6, funded_by="Government", **SAID)
DEAREST = {
    "by load": dearest(),
    "by steps": dearest(fixed=(band(None, "100", Per.STEP, 1),), excess_demand=None),
    "by connection": dearest(fixed=(band(None, "10000"),), excess_demand=None),
    "subsidised": dearest(subsidy=slabs_of(("100", None)), subsidy_funded_by="Government"),
    "capped": dearest(payable_cap=CAP),
    "free": dearest(free_units=FREE),
    "duty by slabs": dearest(
        duty=replace(duty_of(("1", 1), ("0.9999", None)), of=(Head.ENERGY, Head.FPPAS)),
        fppas=FppasRule(series="x", of=(Head.ENERGY,), on=On.ALL_UNITS, **SAID),
    ),
    "short parts": dearest(
        slab_limits=SlabLimits(months_places=0, **SAID),
        fixed=(band(None, "100", Per.STEP, 1),),
        excess_demand=None,
    ),
    "fine parts": dearest(slab_limits=SlabLimits(months_places=4, **SAID)),
}


@pytest.mark.parametrize("schedule", DEAREST.values(), ids=DEAREST)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("days", [1, 14, 31, MOST_DAYS])
@pytest.mark.parametrize("days_in_month", [28, 31])
@pytest.mark.parametrize("sanctioned_load_w", [1, 10**8])
def test_nothing_overflows_at_the_outermost_corners(
    schedule, sign, days, days_in_month, sanctioned_load_w
):
    corner = {name: most for name, (_, most) in BOUNDS.items()} | {
        "windows_wh": [BOUNDS["windows_wh"][1]] * len(schedule.windows),
        "slab_days": days,
        "billed_days": days,
        "days_in_month": days_in_month,
        "sanctioned_load_w": sanctioned_load_w,
        "demand_excused": 0,
    }
    corner["fppas_carried_micropaise"] *= sign
    corner["fppas_basis_points"] *= sign
    rated = rate(schedule, slices_of(schedule, corner))
    assert row_of(rated, 0) == rated_paise(schedule, corner)


@unhurried
@given(st.data(), st.lists(st.integers(0, 40_000), max_size=31))
def test_days_add_up_to_the_month(data, days_wh):
    schedule = data.draw(SOME_SCHEDULE)
    month = data.draw(home_row(schedule)) | {"days_in_month": 31, "slab_days": 31}
    empty = month | {
        "energy_wh": 0,
        "selecting_wh": 0,
        "billed_days": 0,
        "windows_wh": [0] * len(schedule.windows),
    }
    rows = [empty]
    for energy_wh in days_wh:
        used = rows[-1]["energy_wh"] + energy_wh
        inside = [wh + energy_wh // 3 for wh in rows[-1]["windows_wh"]]
        rows.append(
            rows[-1]
            | {
                "energy_wh": used,
                "selecting_wh": used,
                "billed_days": rows[-1]["billed_days"] + 1,
                "windows_wh": inside,
            }
        )
    until = rate(schedule, slices_of(schedule, *rows))
    after, before = ([*range(1, len(rows))], [*range(len(rows) - 1)])
    for head in Head:
        days = until.paise[head][after] - until.paise[head][before]
        assert days.sum() == until.paise[head][-1] - until.paise[head][0]
    assert row_of(until, -1) == rated_paise(schedule, rows[-1])
    assert row_of(until, 0) == rated_paise(schedule, rows[0])


@unhurried
@given(st.data())
def test_a_correction_ends_where_rating_it_right_at_first_would_have(data):
    """Wrong days are posted, then the day after them is rated with the right reading."""
    schedule = data.draw(SOME_SCHEDULE)
    wrong = [data.draw(home_row(schedule)) for _ in range(3)]
    right = data.draw(home_row(schedule))
    before = rate(schedule, slices_of(schedule, wrong[0]))
    posted = row_of(before, 0)
    for row in (*wrong[1:], right):
        now = rate(schedule, slices_of(schedule, row))
        for head, paise in row_of(difference(now, before), 0).items():
            posted[head] += paise
        before = now
    assert posted == rated_paise(schedule, right)


@unhurried
@given(st.sampled_from(SMOOTH), st.data(), st.integers(LEAST_READABLE_WH, 10_000))
def test_more_energy_never_costs_less_where_the_order_has_no_cliff(schedule, data, more_wh):
    """From 0.01 unit on: below that, a head may round down while another stays."""
    row = data.draw(home_row(schedule))
    used = row["energy_wh"] + more_wh
    more = row | {"energy_wh": used, "selecting_wh": max(row["selecting_wh"], used)}
    rated = rate(schedule, slices_of(schedule, row, more))
    assert rated.total_paise[1] >= rated.total_paise[0]


@unhurried
@given(st.data())
def test_one_row_alone_equals_the_same_row_among_many(data):
    """Whole months and parts side by side: limits are scaled for each row."""
    schedule = data.draw(SOME_SCHEDULE)
    rows = data.draw(st.lists(some_row(schedule), min_size=1, max_size=6))
    together = rate(schedule, slices_of(schedule, *rows))
    for position, row in enumerate(rows):
        alone = rate(schedule, slices_of(schedule, row))
        assert row_of(alone, 0) == row_of(together, position)
        assert alone.total_paise[0] == together.total_paise[position]


def test_a_fleet_is_rated_like_each_of_its_homes():
    """A million homes at once; those next to the edges of blocks, and some in between."""
    schedule = replace(
        DEAREST["by load"],
        energy=(ladder(50, ("6.8", None)), ladder(None, ("4.71", 150), ("8.3", None))),
        subsidy=slabs_of(("1.35", None)),
        subsidy_funded_by="Government",
    )
    row = np.arange(MILLION, dtype=np.int64)
    energy_wh = row * 7919 % 600_000
    columns = {
        "energy_wh": energy_wh,
        "selecting_wh": energy_wh + row % 3,
        "windows_wh": np.stack([energy_wh // 3, energy_wh // 5], axis=1),
        "billed_days": row % 20,
        "days_in_month": 28 + row % 4,
        "slab_days": 20 + row % 13,
        "sanctioned_load_w": 500 + row % 9000,
        "max_demand_w": row * 31 % 12_000,
        "demand_excused": row % 2,
        "fppas_basis_points": row % 2001 - 1000,
        "fppas_carried_micropaise": (row % 11 - 5) * 123_456_789,
        "is_prepaid": row // 2 % 2,
    }
    rated = rate(schedule, Slices(**columns))
    edges = [0, 8191, 8192, 16_383, 16_384, MILLION - 1]
    for position in [*edges, *range(0, MILLION, 9973)]:
        alone = {name: column[position].tolist() for name, column in columns.items()}
        expected = rated_paise(schedule, alone)
        assert row_of(rated, position) == expected
        assert rated.total_paise[position] == sum(expected.values())


@unhurried
@given(st.data(), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_what_was_used_before_fppas_changed_keeps_its_percentage(data, old, new):
    """Two windows of one month: the sum of each window's base times its percentage."""
    schedule = data.draw(SOME_SCHEDULE)
    schedule = replace(schedule, fppas=schedule.fppas or data.draw(fppas_rules()))
    first = data.draw(home_row(schedule)) | {
        "fppas_basis_points": old,
        "fppas_carried_micropaise": 0,
    }
    until = slices_of(schedule, first)
    carried = int(fppas_carried(schedule, until, np.array([new]))[0])
    more = first["energy_wh"] + data.draw(st.integers(0, 200_000))
    last = first | {
        "energy_wh": more,
        "selecting_wh": max(more, first["selecting_wh"]),
        "fppas_basis_points": new,
        "fppas_carried_micropaise": carried,
    }
    month, whole = Month(schedule, until), Month(schedule, slices_of(schedule, last))
    rule = schedule.fppas
    base_until, base = (int(one.base(rule.of, rule.on)[0]) for one in (month, whole))
    expected = base_until * old + (base - base_until) * new
    assert abs(int(whole.heads[Head.FPPAS][0]) * 10_000 - expected) <= 15_000


def test_nothing_is_carried_where_an_order_has_no_fppas():
    schedule = plain_schedule()
    until = slices_of(schedule, {"energy_wh": 9000})
    assert fppas_carried(schedule, until, np.array([124])).tolist() == [0]


def test_no_rows_cost_nothing():
    assert len(rate(PACKAGED[0], slices_of(PACKAGED[0])).total_paise) == 0


WINDOWED = dearest()


@pytest.mark.parametrize(("column", "bounds"), BOUNDS.items())
def test_a_value_out_of_bounds_is_refused_by_row_and_column(column, bounds):
    quiet = {"billed_days": 0, "slab_days": 1, "selecting_wh": 10**9}
    for outside in (bounds[0] - 1, bounds[1] + 1):
        value = [0, outside] if column == "windows_wh" else outside
        slices = slices_of(WINDOWED, {}, quiet | {column: value})
        told = str(value).replace("[", r"\[").replace("]", r"\]")
        with pytest.raises(SliceRefused, match=rf"row 1, {column}: {told} is outside"):
            rate(WINDOWED, slices)


def test_more_days_than_the_period_has_are_refused():
    schedule = PACKAGED[0]
    slices = slices_of(schedule, {}, {"billed_days": 31, "slab_days": 30})
    with pytest.raises(SliceRefused, match="row 1, billed_days: more than the days"):
        rate(schedule, slices)


def test_choosing_by_less_than_was_used_is_refused():
    schedule = PACKAGED[0]
    slices = slices_of(schedule, {}, {"energy_wh": 10, "selecting_wh": 9})
    with pytest.raises(SliceRefused, match="row 1, selecting_wh: less than what was used"):
        rate(schedule, slices)


def test_columns_of_another_type_or_length_are_refused():
    slices = slices_of(PACKAGED[0], {}, {})
    for column in (np.array([1.0, 2.0]), np.array([1], dtype=np.int64)):
        with pytest.raises(SliceRefused, match="max_demand_w must be int64"):
            rate(PACKAGED[0], replace(slices, max_demand_w=column))
    with pytest.raises(SliceRefused, match="windows_wh must be int64"):
        rate(WINDOWED, slices)


def test_a_month_split_by_an_order_scales_the_slabs():
    """10 of 30 days: the first slab ends at 50 units, so 60 units have 10 in the second."""
    schedule = plain_schedule(subsidy=slabs_of(("1.35", 150), ("0.85", None)))
    part = {"energy_wh": 60_000, "billed_days": 10, "slab_days": 10}
    rated = rate(schedule, slices_of(schedule, part))
    assert rated.paise[Head.SUBSIDY].tolist() == [-(5000 * 135 + 1000 * 85) // 100]


def test_a_part_too_short_for_a_step_counts_units():
    """With whole months of 30 days, nothing is left of a step in 10 days: it is a unit."""
    schedule = DEAREST["short parts"]
    part = {"energy_wh": 2500, "slab_days": 10, "billed_days": 10}
    rated = rate(schedule, slices_of(schedule, part))
    assert rated.paise[Head.FIXED].tolist() == [3 * 100_00 * 10 // 30]


def test_excess_demand_costs_a_multiple_of_the_band_that_is_chosen():
    schedule = plain_schedule(
        fixed=(band(50, "98", Per.KW), band(None, "154", Per.KW)),
        excess_demand=ExcessDemand(times_fixed_rate=Decimal(2), excused_days=0, **SAID),
    )
    homes = [
        {"energy_wh": wh, "sanctioned_load_w": 2000, "max_demand_w": 3000}
        for wh in (50_000, 50_001)
    ]
    rated = rate(schedule, slices_of(schedule, *homes))
    assert rated.paise[Head.EXCESS_DEMAND].tolist() == [2 * 98_00, 2 * 154_00]


def test_slices_keep_the_columns_that_are_bounded():
    assert [field.name for field in fields(Slices)] == list(BOUNDS)
