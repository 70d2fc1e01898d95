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
    BillableLoad,
    ExcessDemand,
    FppasRule,
    FreeUnits,
    Head,
    Line,
    Measured,
    Minimum,
    On,
    PayableCap,
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
    ladder,
    plain_schedule,
    prepaid_per_unit,
    schedules,
    slabs_of,
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
            "Fixed charge for the 9 days before: load is now 3.21 kW, it was 3 kW",
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
        ("Energy corrected: 1.5 units less × ₹6.85", -1027),
        ("Government subsidy corrected: 1.5 units less × ₹1.35", 202),
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


SHOP = plain_schedule(
    energy=(ladder(50, ("6.80", None)), ladder(None, ("8.30", None))),
    fixed=(band(50, "98", Per.KW), band(None, "154", Per.KW)),
)
BALRAM = {"energy_wh": 46_000, "billed_days": 9, "sanctioned_load_w": 2000}


def with_load(schedule: Schedule, least: str = "1") -> Schedule:
    load = BillableLoad(least_share_of_sanctioned=Decimal(least), round_up_to_w=0, **SAID)
    return replace(schedule, billable_load=load)


def test_the_day_on_which_all_units_get_dearer_says_so():
    lines = day_of(BALRAM, {"energy_wh": 52_400, "billed_days": 10}, with_load(SHOP))
    assert told(lines) == [
        (
            "Taken back, as these units of the month now have another rate: "
            "46 units × ₹6.80",
            -312_80,
        ),
        ("This month is above 50 units: all 52.4 units are now charged at ₹8.30", 434_92),
        (
            "Fixed charge for the 9 days before: this month is above 50 units, "
            "so it is now ₹92.40, it was ₹58.80",
            33_60,
        ),
        ("Fixed charge for 1 day: 2 kW × ₹154 ÷ 30 days", 10_27),
    ]
    assert told(lines, "hi")[1:3] == [
        ("यह महीना 50 यूनिट से ऊपर हो गया है: अब सभी 52.4 यूनिट ₹8.30 की दर से लगेंगी", 434_92),
        (
            "पहले के 9 दिन का फिक्स्ड चार्ज: यह महीना 50 यूनिट से ऊपर हो गया है, "
            "इसलिए अब ₹92.40, पहले ₹58.80",
            33_60,
        ),
    ]


def test_the_days_after_that_say_which_month_it_is():
    before = BALRAM | {"energy_wh": 52_400}
    lines = day_of(before, {"energy_wh": 53_400}, with_load(SHOP))
    assert told(lines) == [("Energy in a month above 50 units: 1 unit × ₹8.30", 830)]


def test_a_month_that_is_expected_to_get_dearer_says_so():
    after = {"energy_wh": 48_000, "selecting_wh": 51_000}
    before = BALRAM | {"selecting_wh": 46_000}
    lines = day_of(before, after, with_load(SHOP))
    assert [sentence(line, "en") for line in lines][1:] == [
        "At this pace the month will be above 50 units, so all its units are charged anew: "
        "48 units × ₹8.30",
        "Fixed charge for the 9 days before: at this pace the month will be above "
        "50 units, so it is now ₹92.40, it was ₹58.80",
    ]


def test_a_month_that_falls_back_says_so():
    before = BALRAM | {"energy_wh": 52_000}
    lines = day_of(before, {"energy_wh": 49_000}, with_load(SHOP))
    assert [sentence(line, "en") for line in lines][1:] == [
        "This month now counts as one of up to 50 units: 49 units × ₹6.80",
        "Fixed charge for the 9 days before: this month now counts as one of up to "
        "50 units, so it is now ₹58.80, it was ₹92.40",
    ]


def test_a_ladder_of_several_slabs_is_charged_anew_slab_by_slab():
    schedule = plain_schedule(
        energy=(ladder(100, ("3", None)), ladder(None, ("4", 50), ("6", None)))
    )
    lines = day_of({"energy_wh": 99_000}, {"energy_wh": 101_000}, schedule)
    again = "This month is above 100 units, so all its units are charged anew: "
    assert told(lines)[1:] == [
        (again + "50 units × ₹4", 200_00),
        (again + "51 units × ₹6", 306_00),
    ]


STEPS = plain_schedule(
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


def test_steps_of_a_derived_load_and_the_lost_cap():
    before = {"energy_wh": 149_000, "billed_days": 20}
    lines = day_of(before, {"energy_wh": 151_000, "billed_days": 21}, STEPS)
    assert told(lines) == [
        ("Energy: 2 units × ₹5", 10_00),
        (
            "Fixed charge for the 20 days before: this month is above 150 units, "
            "so it is now ₹220.00, it was ₹89.33",
            130_67,
        ),
        (
            "Fixed charge for 1 day: ₹30 × 11 ÷ 30 days, "
            "once for each 15 units of the month or part of them",
            11_00,
        ),
        (
            "The scheme's bill of ₹100.00 holds only up to 150 units a month: "
            "it is lost this month",
            489_33,
        ),
    ]
    assert lines[-1].funded_by == "Government"
    after = dict(before) | {"energy_wh": 164_000}
    lines = day_of(after, {"energy_wh": 166_000}, STEPS)
    assert told(lines)[1:] == [
        (
            "Fixed charge for the 20 days before: ₹30 for each 15 units of the month, "
            "now 12 times, it was 11",
            20_00,
        )
    ]


def test_a_cap_that_holds_is_told():
    lines = day_of(NOTHING_YET, {"energy_wh": 60_000, "billed_days": 12}, STEPS)
    assert told(lines)[-2:] == [
        ("Fixed charge for 12 days: ₹134 a month × 12 ÷ 30 days", 53_60),
        (
            "The scheme keeps the bill of the first 100 units at ₹100.00, "
            "in a month of up to 150 units",
            -253_60,
        ),
    ]


FREE = plain_schedule(
    energy=(ladder(None, ("7.42", None)),),
    fixed=(band(None, "80", Per.KW),),
    subsidy=slabs_of(("3.30", None)),
    subsidy_funded_by="Government",
    free_units=FreeUnits(free_wh=125_000, funded_by="Government", **SAID),
    duty=duty_of(("0.06", None), on=On.CHARGEABLE_UNITS),
    rebates=(prepaid_per_unit("0.25", On.CHARGEABLE_UNITS),),
)


def test_a_day_within_the_free_units_costs_nothing():
    lines = day_of(NOTHING_YET, {"energy_wh": 6000, "billed_days": 1}, FREE)
    assert sum(line.amount_paise for line in lines) == 0
    assert sentence(lines[-1], "en") == (
        "This month is within its 125 free units: nothing is to be paid"
    )


def test_the_day_on_which_free_units_are_used_up():
    before = {"energy_wh": 122_000, "billed_days": 20}
    lines = day_of(before, {"energy_wh": 128_000, "billed_days": 21}, FREE)
    assert told(lines) == [
        ("Energy: 6 units × ₹7.42", 44_52),
        ("Fixed charge for 1 day: 0.75 kW × ₹80 ÷ 30 days", 2_00),
        ("Government subsidy: 6 units × ₹3.30", -19_80),
        ("Free units, 125 a month: the government pays 3 units", -12_36),
        (
            "The 125 free units are used up: the fixed charge of the whole month so far "
            "is due",
            40_00,
        ),
        ("Electricity duty: 6% of ₹22.26", 1_34),
        ("Prepaid rebate: 3 units × ₹0.25", -75),
    ]
    assert sentence(lines[4], "hi") == (
        "125 मुफ़्त यूनिट पूरी हो गईं: महीने की शुरुआत से अब तक का फिक्स्ड चार्ज देना होगा"
    )


def test_a_month_that_is_within_its_free_units_after_all():
    before = {"energy_wh": 128_000, "billed_days": 21}
    lines = day_of(before, {"energy_wh": 120_000}, FREE)
    scheme = [line for line in lines if line.head is Head.SCHEME]
    assert told(scheme) == [
        ("Free units corrected: the government pays 5 units less", 20_60),
        (
            "This month is within its 125 free units after all: "
            "its fixed charge is taken back",
            -42_00,
        ),
    ]


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
            "Fixed charge for the 9 days before: load is now 1.5 kVA, it was 0.75 kVA",
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


@settings(unhurried, max_examples=100)
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


ALL_PARAMETERS = (
    "units rate above threshold clock base days days_in_month load load_before step steps "
    "steps_before amount amount_before times least others first rate_before"
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
