"""The lines of a day's charge: they sum to it, and say in both languages what it is for."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.rating import SliceRefused, difference, rate
from bijlighar.tariffs.values import Head, Line, Reason, Unit
from bijlighar.tariffs.wording import LANGUAGES, sentence

from .reference import slices_of
from .test_rating_laws import home_row, schedules, unhurried

DOMESTIC = schedule_for("LMV-1.10B", date(2026, 4, 1))

ASHA = {
    "energy_wh": 40_000,
    "billed_days": 9,
    "sanctioned_load_w": 4000,
    "max_demand_w": 2210,
    "fppas_basis_points": 124,
}


def day_of(before: dict[str, int], after: dict[str, int]) -> list[Line]:
    return explain(DOMESTIC, slices_of(before), slices_of(before | after))


def told(lines: list[Line], language: str) -> list[tuple[str, int]]:
    return [(sentence(line, language), line.amount_paise) for line in lines]


def test_an_ordinary_day_in_english():
    """42.47 + 11.00 - 8.37 = 45.10. FPPAS of 0.559 takes the month from 3.956 to 4.515."""
    lines = day_of(ASHA, {"energy_wh": 46_200, "billed_days": 10})
    assert told(lines, "en") == [
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


def test_each_line_keeps_quantity_rate_and_source():
    energy, fixed, *_ = day_of(ASHA, {"energy_wh": 46_200, "billed_days": 10})
    assert (energy.quantity, energy.unit, energy.rate) == (6200, Unit.WH, "6.85")
    assert (fixed.quantity, fixed.unit, fixed.rate) == (1, Unit.DAYS, "110")
    assert energy.source == DOMESTIC.energy[0].source


def test_the_day_that_crosses_a_slab_has_a_line_for_each():
    before = ASHA | {"energy_wh": 148_000, "fppas_basis_points": 0, "is_prepaid": 0}
    lines = day_of(before, {"energy_wh": 151_500, "billed_days": 10})
    assert told(lines, "en")[:5] == [
        ("Energy: 2 units × ₹6.85", 1370),
        ("Energy above 150 units this month: 1.5 units × ₹6.85", 1028),
        ("Fixed charge for 1 day: 3 kW × ₹110 ÷ 30 days", 1100),
        ("Government subsidy: 2 units × ₹1.35", -270),
        ("Government subsidy above 150 units this month: 1.5 units × ₹0.85", -128),
    ]


def test_a_higher_demand_is_told_as_a_line_of_its_own():
    lines = day_of(ASHA, {"billed_days": 10, "max_demand_w": 3210})
    assert told(lines, "en")[:2] == [
        (
            "Fixed charge for the 9 days before: load is now 3.21 kW, it was 3 kW",
            693,
        ),
        ("Fixed charge for 1 day: 3.21 kW × ₹110 ÷ 30 days", 1177),
    ]


def test_days_charged_together_are_one_line():
    lines = day_of(ASHA, {"billed_days": 12})
    fixed = [line for line in lines if line.head is Head.FIXED]
    assert told(fixed, "en") == [
        ("Fixed charge for 3 days: 3 kW × ₹110 × 3 ÷ 30 days", 3300)
    ]
    assert told(fixed, "hi") == [("3 दिन का फिक्स्ड चार्ज: 3 kW × ₹110 × 3 ÷ 30 दिन", 3300)]


def test_a_reading_that_is_corrected_downwards_gives_money_back():
    energy, subsidy, *_ = day_of(ASHA, {"energy_wh": 38_500})
    assert told([energy, subsidy], "en") == [
        ("Energy corrected: 1.5 units less × ₹6.85", -1027),
        ("Government subsidy corrected: 1.5 units less × ₹1.35", 202),
    ]


def test_fppas_that_is_revised_or_carried_has_its_own_lines():
    after = {"fppas_basis_points": -242, "fppas_carried_microrupees": 2_000_000}
    lines = [line for line in day_of(ASHA, after) if line.head is Head.FPPAS]
    assert told(lines, "en") == [
        (
            "Fuel surcharge (FPPAS) is now -2.42%, it was 1.24%: on ₹319.00 used before",
            -1168,
        ),
        ("Fuel surcharge (FPPAS) carried over from earlier months", 200),
    ]


def test_a_postpaid_day_has_no_rebate():
    before = ASHA | {"is_prepaid": 0}
    lines = day_of(before, {"energy_wh": 46_200, "billed_days": 10})
    assert Head.REBATE not in {line.head for line in lines}


def test_a_day_on_which_nothing_changed_has_no_lines():
    assert day_of(ASHA, {}) == []


@unhurried
@given(schedules(), home_row(), home_row())
def test_lines_sum_to_the_charge_of_every_head(schedule, before, after):
    after |= {name: before[name] for name in ("days_in_month", "slab_days", "is_prepaid")}
    after["billed_days"] = min(after["billed_days"], after["days_in_month"])
    was, now = slices_of(before), slices_of(after)
    lines = explain(schedule, was, now)
    charge = difference(rate(schedule, now), rate(schedule, was))
    for head in Head:
        told_paise = sum(line.amount_paise for line in lines if line.head is head)
        assert told_paise == charge.paise[head][0]
    assert sum(line.amount_paise for line in lines) == charge.total_paise[0]
    used_wh = sum(line.quantity for line in lines if line.head is Head.ENERGY)
    free = any(slab.rupees_per_kwh == 0 for slab in schedule.energy)
    assert free or used_wh == after["energy_wh"] - before["energy_wh"]


@unhurried
@given(st.sampled_from(list(Reason)), st.sampled_from(LANGUAGES), st.integers(0, 3))
def test_every_reason_has_a_whole_sentence(reason, language, quantity):
    names = ("units", "rate", "above", "days", "days_in_month", "load_kw", "base")
    parameters = dict.fromkeys((*names, "load_before_kw", "rate_before"), "7")
    line = Line(
        head=Head.ENERGY,
        reason=reason,
        quantity=quantity,
        unit=Unit.DAYS,
        rate="7",
        amount_paise=0,
        parameters=parameters,
        source="invented",
    )
    words = sentence(line, language)
    assert "{" not in words
    assert any(letter in string.ascii_letters for letter in words) or language == "hi"


def test_rows_out_of_bounds_are_refused():
    with pytest.raises(SliceRefused, match="energy_wh"):
        day_of(ASHA, {"energy_wh": -1})


@pytest.mark.parametrize("column", ["days_in_month", "slab_days"])
def test_two_parts_of_a_month_are_not_explained_together(column):
    before = ASHA | {"days_in_month": 31, "slab_days": 20}
    changed = {"days_in_month": 30, "slab_days": 21}[column]
    with pytest.raises(AssertionError, match=column):
        day_of(before, {column: changed})
