"""The lines of a charge: they sum to it, and say in both languages what it is for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.orders import catalogue, schedule_for
from bijlighar.tariffs.rating import SliceRefused, difference, fppas_carried, rate
from bijlighar.tariffs.values import (
    ExcessDemand,
    FppasRule,
    Head,
    Line,
    Measured,
    Minimum,
    On,
    Per,
    Rebate,
    Schedule,
    Unit,
    When,
    Window,
)
from bijlighar.tariffs.wording import LANGUAGES, sentence

from .drawing import (
    SAID,
    any_row,
    band,
    duty_of,
    home_row,
    plain_schedule,
    prepaid_per_unit,
    schedules,
)
from .rows import Row, slices_of

DOMESTIC = schedule_for("LMV-1.10B", date(2026, 4, 1))
PACKAGED = [schedule for order in catalogue() for schedule in order.schedules]
unhurried = settings(deadline=None)  # a busy machine is no failure

ASHA = {
    "energy_wh": 40_000,
    "billed_days": 9,
    "sanctioned_load_w": 4000,
    "max_demand_w": 2210,
    "fppas_basis_points": 124,
}
NOTHING_YET = {"energy_wh": 0, "billed_days": 0}


def day_of(before: Row, after: Row, schedule: Schedule = DOMESTIC) -> list[Line]:
    """The lines between a month so far and the same with what `after` changes."""
    was, now = slices_of(schedule, before), slices_of(schedule, dict(before) | dict(after))
    lines = explain(schedule, was, now)
    charge = difference(rate(schedule, now), rate(schedule, was))
    assert sum(line.amount_paise for line in lines) == charge.total_paise[0]
    return lines


def told(lines: list[Line], language: str = "en") -> list[tuple[str, int]]:
    return [(sentence(line, language), line.amount_paise) for line in lines]


def test_an_ordinary_day_in_english():
    """42.47 + 11.00 - 8.37 = 45.10. FPPAS of 0.559 takes the month from 3.956 to 4.515."""
    lines = day_of(ASHA, {"energy_wh": 46_200, "billed_days": 10})
    assert told(lines) == [
        ("Energy: 6.2 units × ₹6.85", 4247),
        ("Fixed charge for 1 day: 3 kW × ₹110 ÷ 30 days", 1100),
        ("Government subsidy: 6.2 units × ₹1.35", -837),
        ("Fuel surcharge (FPPAS): 1.24% of ₹45.10", 55),
        ("Electricity duty: 5% of ₹45.66", 228),
        ("Prepaid rebate: 2% of ₹45.66", -91),
    ]


def test_an_ordinary_day_in_hindi():
    lines = day_of(ASHA, {"energy_wh": 46_200, "billed_days": 10})
    assert [sentence(line, "hi") for line in lines] == [
        "बिजली: 6.2 यूनिट × ₹6.85",
        "1 दिन का फिक्स्ड चार्ज: 3 kW × ₹110 ÷ 30 दिन",
        "सरकारी सब्सिडी: 6.2 यूनिट × ₹1.35",
        "फ्यूल सरचार्ज (FPPAS): ₹45.10 का 1.24%",
        "बिजली ड्यूटी (सरकारी टैक्स): ₹45.66 का 5%",
        "प्रीपेड छूट: ₹45.66 का 2%",
    ]


def test_each_line_keeps_quantity_rate_source_and_who_pays():
    energy, fixed, subsidy, *_ = day_of(ASHA, {"energy_wh": 46_200, "billed_days": 10})
    assert (energy.quantity, energy.unit, energy.rate) == (6200, Unit.WH, "6.85")
    assert (fixed.quantity, fixed.unit, fixed.rate) == (1, Unit.DAYS, "110")
    assert energy.source == DOMESTIC.energy[0].slabs[0].source
    assert (energy.funded_by, subsidy.funded_by) == ("", DOMESTIC.subsidy_funded_by)


def test_a_whole_month_is_explained_from_nothing():
    month = ASHA | {"energy_wh": 171_860, "billed_days": 30}
    lines = day_of(month | NOTHING_YET, month)
    assert [sentence(line, "en") for line in lines][:5] == [
        "Energy: 150 units × ₹6.85",
        "Energy above 150 units this month: 21.86 units × ₹6.85",
        "Fixed charge for 30 days: 3 kW × ₹110 × 30 ÷ 30 days",
        "Government subsidy: 150 units × ₹1.35",
        "Government subsidy above 150 units this month: 21.86 units × ₹0.85",
    ]


def test_the_day_that_crosses_a_slab_has_a_line_for_each():
    before = ASHA | {"energy_wh": 148_000, "fppas_basis_points": 0, "is_prepaid": 0}
    lines = day_of(before, {"energy_wh": 151_500, "billed_days": 10})
    assert told(lines)[:5] == [
        ("Energy: 2 units × ₹6.85", 1370),
        ("Energy above 150 units this month: 1.5 units × ₹6.85", 1028),
        ("Fixed charge for 1 day: 3 kW × ₹110 ÷ 30 days", 1100),
        ("Government subsidy: 2 units × ₹1.35", -270),
        ("Government subsidy above 150 units this month: 1.5 units × ₹0.85", -128),
    ]


def test_a_higher_demand_is_told_as_a_line_of_its_own():
    lines = day_of(ASHA, {"billed_days": 10, "max_demand_w": 3210})
    assert told(lines)[:2] == [
        (
            "Fixed charge for the 9 days before: this month's highest demand has risen, "
            "so 3.21 kW is charged, so far it was 3 kW",
            693,
        ),
        ("Fixed charge for 1 day: 3.21 kW × ₹110 ÷ 30 days", 1177),
    ]


def test_days_charged_together_are_one_line():
    fixed = [line for line in day_of(ASHA, {"billed_days": 12}) if line.head is Head.FIXED]
    assert told(fixed) == [("Fixed charge for 3 days: 3 kW × ₹110 × 3 ÷ 30 days", 3300)]
    assert told(fixed, "hi") == [("3 दिन का फिक्स्ड चार्ज: 3 kW × ₹110 × 3 ÷ 30 दिन", 3300)]


def test_days_that_are_taken_back_are_told():
    fixed = [line for line in day_of(ASHA, {"billed_days": 8}) if line.head is Head.FIXED]
    assert told(fixed) == [("Fixed charge corrected: 1 day less", -1100)]


def test_a_reading_that_is_corrected_downwards_gives_money_back():
    energy, subsidy, *_ = day_of(ASHA, {"energy_wh": 38_500})
    assert told([energy, subsidy]) == [
        ("Energy corrected: 1.5 units fewer × ₹6.85", -1027),
        ("Government subsidy corrected: 1.5 units fewer × ₹1.35", 202),
    ]


def test_fppas_that_is_revised_or_carried_has_its_own_lines():
    after = {"fppas_basis_points": -242, "fppas_carried_micropaise": 200_000_000}
    lines = [line for line in day_of(ASHA, after) if line.head is Head.FPPAS]
    assert told(lines) == [
        (
            "Fuel surcharge (FPPAS) is now -2.42%, it was 1.24%: on ₹319.00 used before",
            -1168,
        ),
        ("Fuel surcharge (FPPAS) carried over from before", 200),
    ]


def test_a_percentage_that_changes_from_today_is_on_what_is_used_from_today():
    """What was used before keeps 1.24 %: nothing is said about it."""
    was = slices_of(DOMESTIC, ASHA)
    carried = int(fppas_carried(DOMESTIC, was, np.array([-242]))[0])
    after = {
        "energy_wh": 46_200,
        "billed_days": 10,
        "fppas_basis_points": -242,
        "fppas_carried_micropaise": carried,
    }
    lines = [line for line in day_of(ASHA, after) if line.head is Head.FPPAS]
    assert told(lines) == [("Fuel surcharge (FPPAS): -2.42% of ₹45.10", -110)]


def test_a_postpaid_day_has_no_rebate():
    lines = day_of(ASHA | {"is_prepaid": 0}, {"energy_wh": 46_200, "billed_days": 10})
    assert Head.REBATE not in {line.head for line in lines}


def test_a_day_on_which_nothing_changed_has_no_lines():
    assert day_of(ASHA, {}) == []


def test_windows_demand_and_minimum_by_kva():
    schedule = plain_schedule(
        measured_in=Measured.KVAH,
        windows=(
            Window(first_block=18, until_block=34, share=Decimal("-0.20"), **SAID),
            Window(first_block=34, until_block=46, share=Decimal("0.1"), **SAID),
        ),
        fixed=(band(None, "300", Per.KW),),
        excess_demand=ExcessDemand(times_fixed_rate=Decimal(2), excused_days=0, **SAID),
        minimum=Minimum(
            rupees=Decimal(3000), per=Per.CONNECTION, of=(Head.ENERGY, Head.FIXED), **SAID
        ),
    )
    before = {"energy_wh": 20_000, "windows_wh": [5000, 2000], "billed_days": 9}
    after = {
        "energy_wh": 24_000,
        "windows_wh": [8000, 2500],
        "billed_days": 10,
        "max_demand_w": 1500,
    }
    assert told(day_of(before, after, schedule)) == [
        ("Energy: 4 units × ₹5", 20_00),
        ("Electricity used 09:00-17:00 costs 20% less: on ₹15.00", -3_00),
        ("Electricity used 17:00-23:00 costs 10% more: on ₹2.50", 25),
        (
            "Fixed charge for the 9 days before: this month's highest demand has risen, "
            "so 1.5 kVA is charged, so far it was 0.75 kVA",
            67_50,
        ),
        ("Fixed charge for 1 day: 1.5 kVA × ₹300 ÷ 30 days", 15_00),
        (
            "Demand above the sanctioned load for the 9 days before: now ₹90.00, "
            "it was ₹0.00",
            90_00,
        ),
        (
            "Demand above the sanctioned load for 1 day: 0.5 kVA × 2 × ₹300 ÷ 30 days",
            10_00,
        ),
        (
            "Less of the minimum charge: it comes to ₹1,000.00 so far, "
            "the other charges now to ₹270.00",
            -2_50,
        ),
    ]


def test_duty_by_slabs_and_rebates_for_everybody():
    schedule = plain_schedule(
        duty=duty_of(("0.09", 100), ("0.12", None)),
        fppas=FppasRule(series="x", of=(Head.ENERGY,), on=On.ALL_UNITS, **SAID),
        rebates=(
            Rebate(
                share=Decimal("0.015"),
                of=(Head.ENERGY,),
                rupees_per_kwh=Decimal(0),
                when=When.ALWAYS,
                on=On.ALL_UNITS,
                **SAID,
            ),
            replace(prepaid_per_unit("0.10"), when=When.ALWAYS),
        ),
    )
    lines = day_of({"energy_wh": 98_000}, {"energy_wh": 104_000}, schedule)
    assert told(lines) == [
        ("Energy: 6 units × ₹5", 30_00),
        ("Electricity duty: 9% of ₹10.00", 90),
        ("Electricity duty on energy above 100 units this month: 12% of ₹20.00", 2_40),
        ("Rebate: 1.5% of ₹30.00", -45),
        ("Rebate: 6 units × ₹0.10", -60),
    ]


@settings(unhurried, max_examples=75)
@given(st.data())
def test_lines_sum_to_the_charge_of_every_head(data):
    schedule = data.draw(schedules() | st.sampled_from(PACKAGED))
    rows = home_row(schedule) | any_row(schedule)
    before, after = data.draw(rows), data.draw(rows)
    if data.draw(st.booleans()):
        nothing = {"energy_wh": 0, "selecting_wh": 0, "billed_days": 0}
        before = after | nothing
    before["days_in_month"] = after["days_in_month"]
    was, now = slices_of(schedule, before), slices_of(schedule, after)
    lines = explain(schedule, was, now)
    charge = difference(rate(schedule, now), rate(schedule, was))
    for head in Head:
        told_paise = sum(line.amount_paise for line in lines if line.head is head)
        assert told_paise == charge.paise[head][0]
    assert sum(line.amount_paise for line in lines) == charge.total_paise[0]
    rates = [slab.rupees_per_kwh for one in schedule.energy for slab in one.slabs]
    used_wh = sum(line.quantity for line in lines if line.head is Head.ENERGY)
    assert 0 in rates or used_wh == after["energy_wh"] - before["energy_wh"]
    for line in lines:
        for language in LANGUAGES:
            assert not re.search(r"[{}]|₹ |: $", sentence(line, language))
            if line.reason not in MAY_BE_BELOW_ZERO:
                assert not re.search(r"₹-| -[^:]* × ", sentence(line, language))


MAY_BE_BELOW_ZERO = {Reason.MINIMUM, Reason.MINIMUM_LESS, Reason.FPPAS_REVISED}
"""They name a sum of other heads as it stands, which reliefs can take below zero."""

ALL_PARAMETERS = (
    "units rate above threshold clock base days days_in_month load load_before step steps "
    "steps_before amount amount_before times least others first rate_before upto per_days"
)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_whole_sentence_in_both_languages(reason):
    for unit, quantity in ((Unit.DAYS, 1), (Unit.DAYS, 2), (Unit.WH, 1000)):
        check_sentence(reason, quantity, unit)


def check_sentence(reason: Reason, quantity: int, unit: Unit) -> None:
    line = Line(
        head=Head.ENERGY,
        reason=reason,
        quantity=quantity,
        unit=unit,
        rate="7",
        amount_paise=0,
        parameters=dict.fromkeys(ALL_PARAMETERS.split(), "7"),
        source="invented",
        funded_by="",
    )
    english, hindi = (sentence(line, language) for language in LANGUAGES)
    assert re.search("[A-Za-z]{3}", english)
    assert re.search("[\u0900-\u097f]{3}", hindi)
    assert not re.search("[\u0900-\u097f]", english)
    assert not re.search("[\u0966-\u096f]", hindi), "digits are Latin"
    for symbol in "₹%":
        assert english.count(symbol) == hindi.count(symbol)


def test_rows_out_of_bounds_are_refused():
    with pytest.raises(SliceRefused, match="energy_wh"):
        day_of(ASHA, {"energy_wh": -1})


def test_two_months_are_not_explained_together():
    with pytest.raises(AssertionError, match="one month"):
        explain(
            DOMESTIC,
            slices_of(DOMESTIC, ASHA),
            slices_of(DOMESTIC, ASHA | {"days_in_month": 31}),
        )
