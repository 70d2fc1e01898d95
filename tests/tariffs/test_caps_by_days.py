"""A scheme for so many units per 30 days: what that is in a month of 28, 29, 30 or 31."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.tariffs.asking import question_from
from bijlighar.tariffs.card import card_of
from bijlighar.tariffs.cliffs import What, crossed, thresholds
from bijlighar.tariffs.orders import load_order, schedule_for
from bijlighar.tariffs.pricing import price
from bijlighar.tariffs.projecting import expected_wh
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import Head, PayableCap, Per
from bijlighar.tariffs.wording import sentence

from .drawing import SAID, band, ladder, plain_schedule
from .order_texts import ORDER
from .rows import slices_of
from .test_explaining import NOTHING_YET, day_of, told

unhurried = settings(deadline=None)  # a busy machine is no failure

HOME = plain_schedule(
    energy=(ladder(None, ("4.71", 50), ("5.67", 150), ("7.05", None)),),
    fixed=(band(150, "134"), band(None, "30", Per.STEP, 15)),
    payable_cap=PayableCap(
        upto_wh=150_000,
        per_days=30,
        first_wh=100_000,
        rupees=Decimal(100),
        of=(Head.ENERGY, Head.FIXED),
        funded_by="Government",
        **SAID,
    ),
)
MONTHS = [(28, 140_000), (29, 145_000), (30, 150_000), (31, 155_000)]
"""Days of a month, and the most Wh that are no more than 150 units in 30 days."""


def month(days: int, energy_wh: int, **more: int) -> dict[str, int]:
    return {"energy_wh": energy_wh, "days_in_month": days, **more}


@pytest.mark.parametrize(("days", "upto_wh"), MONTHS)
def test_150_units_in_30_days_in_each_month(days, upto_wh):
    """Source: tariffs reference 2.3: up to 150 units per 30 days, on average 5 a day."""
    for schedule in (HOME, schedule_for("LV-1.2.U", date(2026, 5, 1), load_w=2000)):
        rows = slices_of(schedule, month(days, upto_wh), month(days, upto_wh + 1))
        scheme = rate(schedule, rows).paise[Head.SCHEME]
        assert scheme[0] < 0
        assert scheme[1] == 0
        (cap,) = [
            one.upto_wh
            for one in thresholds(schedule, days_in_month=days, slab_days=days)
            if one.what is What.CAP
        ]
        assert cap == upto_wh


@settings(unhurried, max_examples=60)
@given(
    upto=st.integers(1, 400),
    per_days=st.integers(28, 92),
    days=st.integers(28, 31),
    slab_days=st.integers(1, 92),
    by=st.integers(-3, 3),
)
def test_the_limit_is_exact_to_the_wh_in_any_period(upto, per_days, days, slab_days, by):
    cap = replace(
        HOME.payable_cap, upto_wh=upto * 1000, per_days=per_days, first_wh=1000, rupees=0
    )
    schedule = replace(HOME, payable_cap=cap)
    exact = Fraction(upto * 1000 * slab_days, per_days)
    used = max(int(exact) + by, 1)
    row = {
        "energy_wh": used,
        "days_in_month": days,
        "slab_days": slab_days,
        "billed_days": slab_days,
    }
    is_capped = rate(schedule, slices_of(schedule, row)).paise[Head.SCHEME][0] < 0
    assert is_capped == (used <= exact)
    limits = {
        one.upto_wh
        for one in thresholds(schedule, days_in_month=days, slab_days=slab_days)
        if one.what is What.CAP
    }
    assert limits == {int(exact)}


@settings(unhurried, max_examples=30)
@given(st.integers(28, 31), st.integers(0, 200_000), st.integers(0, 200_000))
def test_what_crossing_costs_is_what_the_days_say(days, was_wh, now_wh):
    """The crossing is told exactly where the scheme's amount falls away."""
    was_wh, now_wh = sorted((was_wh, now_wh))
    was, now = (slices_of(HOME, month(days, wh)) for wh in (was_wh, now_wh))
    found = crossed(HOME, was, now)
    caps = [one for one in found.thresholds if one.what is What.CAP] if found else []
    is_lost = was_wh <= 5_000 * days < now_wh
    assert bool(caps) == is_lost
    if is_lost:
        assert rate(HOME, now).paise[Head.SCHEME][0] == 0
        assert found.shock_paise > 0


def test_the_pace_of_a_month_is_measured_by_its_days():
    """70 units in 14 days are 155 in 31: within. A unit more at that pace is not."""
    for used_wh, is_held in ((70_000, True), (70_500, False)):
        row = month(31, used_wh, billed_days=14)
        slices = slices_of(HOME, row)
        expected = expected_wh(slices.energy_wh, slices.billed_days, slices.slab_days)
        slices = replace(slices, selecting_wh=expected)
        assert (rate(HOME, slices).paise[Head.SCHEME][0] < 0) == is_held


def test_the_limit_is_said_in_the_days_of_the_month():
    before = month(31, 150_000, billed_days=30)
    lines = day_of(before, {"energy_wh": 156_000, "billed_days": 31}, HOME)
    assert told(lines)[-1] == (
        "The scheme's bill of ₹100.00 holds only up to 155 units in 31 days "
        "(= 150 units in 30 days): it is lost this month",
        548_68,
    )
    assert sentence(lines[-1], "hi") == (
        "योजना का ₹100.00 वाला बिल 31 दिन में 155 यूनिट तक ही मिलता है "
        "(= 30 दिन में 150 यूनिट): इस महीने वह नहीं मिलेगा"
    )
    lines = day_of(dict(before) | NOTHING_YET, before, HOME)
    assert sentence(lines[-1], "en") == (
        "The scheme keeps the bill of the first 100 units at ₹100.00, "
        "up to 155 units in 31 days (= 150 units in 30 days)"
    )
    back = day_of(dict(before) | {"energy_wh": 156_000}, {"energy_wh": 154_000}, HOME)
    assert sentence(back[-1], "en") == (
        "This month now counts as one of up to 155 units in 31 days "
        "(= 150 units in 30 days): the scheme's bill of ₹100.00 holds again"
    )
    early = dict(before) | {"energy_wh": 70_000, "selecting_wh": 150_000, "billed_days": 14}
    lines = day_of(early, {"selecting_wh": 155_001}, HOME)
    assert sentence(lines[-1], "en").endswith(
        "155 units in 31 days (= 150 units in 30 days): at this pace it is lost this month"
    )


def test_in_a_month_of_just_those_days_nothing_is_converted():
    lines = day_of(month(30, 0) | NOTHING_YET, month(30, 60_000), HOME)
    assert sentence(lines[-1], "en") == (
        "The scheme keeps the bill of the first 100 units at ₹100.00, "
        "in a month of up to 150 units"
    )


@pytest.mark.parametrize(
    ("day", "units", "is_held"),
    [
        ("2026-05-31", 155, True),
        ("2026-05-31", "155.001", False),
        ("2026-06-30", 150, True),
        ("2026-06-30", 151, False),
        ("2027-02-28", 140, True),
        ("2027-02-28", "140.5", False),
    ],
)
def test_a_bill_is_priced_by_the_days_of_its_month(day, units, is_held):
    asked = {"category": "LV-1.2.U", "day": day, "units_kwh": units}
    priced = price(question_from(asked | {"sanctioned_load_kw": 2}))
    assert (priced.paise[Head.SCHEME] < 0) == is_held


def test_a_part_of_a_month_has_its_part_of_the_limit():
    asked = {"category": "LV-1.2.U", "sanctioned_load_kw": 2, "fppas_pct": 0}
    asked |= {"day": "2026-05-01", "from": "2026-05-01", "until": "2026-05-14"}
    for units, is_held in ((65, True), ("65.001", False)):
        priced = price(question_from(asked | {"units_kwh": units}))
        assert (priced.paise[Head.SCHEME] < 0) == is_held


def test_the_card_says_for_how_many_days():
    schedule = schedule_for("LV-1.2.U", date(2026, 5, 1), load_w=2000)
    (row,) = [one for one in card_of(schedule) if one.what == "payable cap"]
    assert row.applies == "up to 150 units in 30 days"


def test_an_order_that_says_no_days_goes_by_the_month():
    shop = load_order(ORDER).schedules[1]
    assert shop.payable_cap.per_days is None
    text = ORDER.replace("first_kwh: 100\n", "first_kwh: 100\n      per_days: 30\n")
    assert load_order(text).schedules[1].payable_cap.per_days == 30
    by_month = replace(HOME, payable_cap=replace(HOME.payable_cap, per_days=None))
    rows = slices_of(by_month, month(31, 150_000), month(31, 150_001))
    assert (rate(by_month, rows).paise[Head.SCHEME] < 0).tolist() == [True, False]
