"""The day on which a whole month gets dearer says so, in the words of the threshold."""

from __future__ import annotations

from decimal import Decimal

from bijlighar.tariffs.values import FreeUnits, Head, On, PayableCap, Per
from bijlighar.tariffs.wording import sentence

from .drawing import (
    SAID,
    band,
    duty_of,
    ladder,
    load,
    plain_schedule,
    prepaid_per_unit,
    slabs_of,
)
from .test_explaining import NOTHING_YET, day_of, told

SHOP = plain_schedule(
    energy=(ladder(50, ("6.80", None)), ladder(None, ("8.30", None))),
    fixed=(band(50, "98", Per.KW), band(None, "154", Per.KW)),
    billable_load=load("1"),
)
BALRAM = {"energy_wh": 46_000, "billed_days": 9, "sanctioned_load_w": 2000}


def test_the_day_on_which_all_units_get_dearer_says_so():
    lines = day_of(BALRAM, {"energy_wh": 52_400, "billed_days": 10}, SHOP)
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
    lines = day_of(before, {"energy_wh": 53_400}, SHOP)
    assert told(lines) == [("Energy in a month above 50 units: 1 unit × ₹8.30", 830)]


def test_a_month_that_is_expected_to_get_dearer_says_so():
    after = {"energy_wh": 48_000, "selecting_wh": 51_000}
    before = BALRAM | {"selecting_wh": 46_000}
    lines = day_of(before, after, SHOP)
    assert [sentence(line, "en") for line in lines][1:] == [
        "At this pace the month will be above 50 units, so all its units are charged anew: "
        "48 units × ₹8.30",
        "Fixed charge for the 9 days before: at this pace the month will be above "
        "50 units, so it is now ₹92.40, it was ₹58.80",
    ]


def test_a_month_that_falls_back_says_so():
    before = BALRAM | {"energy_wh": 52_000}
    lines = day_of(before, {"energy_wh": 49_000}, SHOP)
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
        ("Free units corrected: the government pays 5 units fewer", 20_60),
        (
            "This month is within its 125 free units after all: "
            "its fixed charge is taken back",
            -42_00,
        ),
    ]
