"""What is corrected downwards, and what a scheme no longer pays for, in natural words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.values import Head, Line, On, Per, Schedule, Window

from .drawing import SAID, band, duty_of, plain_schedule, prepaid_per_unit
from .rows import Row
from .test_explaining import ASHA, day_of, told

HOME_IN_MP = schedule_for("LV-1.2.U", date(2026, 6, 1), load_w=2000)
CHANDA = {"energy_wh": 149_000, "billed_days": 29, "fppas_basis_points": 100}


def lines_of(head: Head, before: Row, after: Row, schedule: Schedule) -> list[Line]:
    return [line for line in day_of(before, after, schedule) if line.head is head]


def test_fewer_units_are_told_without_a_sign():
    schedule = plain_schedule(
        duty=duty_of(("0.06", None)), rebates=(prepaid_per_unit("0.25"),)
    )
    lines = day_of({"energy_wh": 20_000}, {"energy_wh": 15_000}, schedule)
    assert told(lines) == [
        ("Energy corrected: 5 units fewer × ₹5", -25_00),
        ("Electricity duty corrected: 6% on ₹25.00 less", -1_50),
        ("Prepaid rebate corrected: 5 units fewer × ₹0.25", 1_25),
    ]
    assert [text for text, _ in told(lines, "hi")] == [
        "बिजली की रीडिंग सुधारी गई: 5 यूनिट कम × ₹5",
        "बिजली ड्यूटी (सरकारी टैक्स) सुधारी गई: ₹25.00 कम पर 6%",
        "प्रीपेड छूट सुधारी गई: 5 यूनिट कम × ₹0.25",
    ]
    one_less = day_of({"energy_wh": 20_000}, {"energy_wh": 19_000}, schedule)
    assert told(one_less)[-1] == ("Prepaid rebate corrected: 1 unit less × ₹0.25", 25)


def test_a_corrected_day_by_the_order_of_uttar_pradesh():
    schedule = schedule_for("LMV-1.10B", date(2026, 4, 1))
    lines = day_of(ASHA, {"energy_wh": 34_000}, schedule)
    assert told(lines) == [
        ("Energy corrected: 6 units fewer × ₹6.85", -41_10),
        ("Government subsidy corrected: 6 units fewer × ₹1.35", 8_10),
        ("Fuel surcharge (FPPAS) corrected: 1.24% on ₹33.00 less", -41),
        ("Electricity duty corrected: 5% on ₹33.41 less", -1_67),
        ("Prepaid rebate corrected: 2% on ₹33.41 less", 67),
    ]
    assert [text for text, _ in told(lines, "hi")][2:] == [
        "फ्यूल सरचार्ज (FPPAS) सुधारा गया: ₹33.00 कम पर 1.24%",
        "बिजली ड्यूटी (सरकारी टैक्स) सुधारी गई: ₹33.41 कम पर 5%",
        "प्रीपेड छूट सुधारी गई: ₹33.41 कम पर 2%",
    ]


def test_fewer_units_by_the_clock():
    schedule = plain_schedule(
        windows=(
            Window(first_block=18, until_block=34, share=Decimal("-0.20"), **SAID),
            Window(first_block=34, until_block=46, share=Decimal("0.1"), **SAID),
        )
    )
    before = {"energy_wh": 20_000, "windows_wh": [8_000, 4_000]}
    after = {"energy_wh": 15_000, "windows_wh": [5_000, 2_000]}
    assert told(day_of(before, after, schedule))[1:] == [
        (
            "Corrected: less electricity was used 09:00-17:00, which costs 20% less: "
            "on ₹15.00",
            3_00,
        ),
        (
            "Corrected: less electricity was used 17:00-23:00, which costs 10% more: "
            "on ₹10.00",
            -1_00,
        ),
    ]


def test_a_new_highest_demand_is_no_new_load():
    """The load stays what it is; what is charged by follows the demand, both ways."""
    schedule = plain_schedule(fixed=(band(None, "100", Per.KW),))
    low = {"billed_days": 1, "sanctioned_load_w": 4000, "max_demand_w": 2_000}
    high = low | {"max_demand_w": 3_500}
    assert told(day_of(low, high, schedule)) == [
        (
            "Fixed charge for the 1 day before: this month's highest demand has risen, "
            "so 3.5 kW is charged, so far it was 3 kW",
            1_67,
        )
    ]
    (back,) = day_of(high, low, schedule)
    assert told([back]) == [
        ("Fixed charge for the 1 day before, corrected: 3 kW is charged, not 3.5 kW", -1_67)
    ]
    assert told([back], "hi") == [
        ("पहले के 1 दिन का फिक्स्ड चार्ज सुधारा गया: 3.5 kW की जगह 3 kW पर लगेगा", -1_67)
    ]


def test_duty_and_surcharge_from_the_151st_unit_on_say_why():
    """Up to 150 units they are on the units above 100 alone, from then on on all."""
    after = {"energy_wh": 152_000, "billed_days": 30}
    duty = lines_of(Head.DUTY, CHANDA, after, HOME_IN_MP)
    assert told(duty) == [
        (
            "Electricity duty, also on the units that the scheme does not pay for any more "
            "this month: 9% of ₹524.19",
            47_18,
        ),
        ("Electricity duty on energy above 100 units this month: 12% of ₹19.97", 2_40),
    ]
    assert told(duty, "hi")[0][0] == (
        "बिजली ड्यूटी (सरकारी टैक्स), उन यूनिटों पर भी जिनका पैसा योजना इस महीने अब नहीं "
        "देगी: ₹524.19 का 9%"
    )
    surcharge = lines_of(Head.FPPAS, CHANDA, after, HOME_IN_MP)
    assert told(surcharge) == [
        (
            "Fuel surcharge (FPPAS), also on the units that the scheme does not pay for "
            "any more this month: 1% of ₹538.77",
            5_39,
        )
    ]
    rebate = lines_of(Head.REBATE, CHANDA, after, HOME_IN_MP)
    assert told(rebate) == [
        (
            "Rebate, also on the units that the scheme does not pay for any more this "
            "month: 103 units × ₹0.25",
            -25_75,
        )
    ]


def test_a_scheme_that_holds_again_says_so_for_duty_and_surcharge():
    above = CHANDA | {"energy_wh": 152_000}
    duty, *_ = lines_of(Head.DUTY, above, {"energy_wh": 149_000}, HOME_IN_MP)
    assert told([duty]) == [
        (
            "Electricity duty taken back for the units that the scheme pays for again: "
            "9% of ₹524.19",
            -47_18,
        )
    ]
    (surcharge,) = lines_of(Head.FPPAS, above, {"energy_wh": 149_000}, HOME_IN_MP)
    assert told([surcharge])[0][0].startswith("Fuel surcharge (FPPAS) taken back for the")


def test_a_scheme_is_nothing_to_a_duty_on_all_units():
    schedule = replace(HOME_IN_MP, duty=duty_of(("0.09", None), on=On.ALL_UNITS))
    (duty,) = lines_of(Head.DUTY, CHANDA, {"energy_wh": 152_000}, schedule)
    assert told([duty])[0][0].startswith("Electricity duty: 9% of ₹")
