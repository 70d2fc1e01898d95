"""A printed bill priced: what is asked, what is answered, and what is refused by name."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bijlighar.tariffs.asking import FIELDS, QuestionRefused, question_from, read_json
from bijlighar.tariffs.doubts import Doubt
from bijlighar.tariffs.orders import catalogue, load_order
from bijlighar.tariffs.pricing import as_json, in_rupees, price, price_all
from bijlighar.tariffs.values import Head

TODAY = date(2026, 9, 15)
BILL = {
    "category": "LMV-1.10B",
    "day": "2026-06-03",
    "units_kwh": 250,
    "sanctioned_load_kw": 2,
    "max_demand_kw": 2,
    "days": 30,
    "fppas_pct": 10,
}
KVAH = {
    "category": "NDS-II",
    "day": "2026-06-03",
    "units_kvah": 250,
    "sanctioned_load_kva": 2,
}


def asked(**change: object):
    """The usual bill with some fields changed; None leaves one out."""
    said = {name: value for name, value in {**BILL, **change}.items() if value is not None}
    return question_from(read_json(json.dumps(said, default=str)), today=TODAY)


def refused(said: object, **named: object) -> QuestionRefused:
    text = said if isinstance(said, str | bytes) else json.dumps(said, default=str)
    with pytest.raises(QuestionRefused) as caught:
        price(question_from(read_json(text), **{"today": TODAY, **named}))
    return caught.value


class TestAnAnswer:
    def test_reproduces_the_published_bill_of_250_units(self):
        """UP-B250: energy 1425, fixed 220, FPPAS 164.50, duty 90.47 or 90.48, bill 1900."""
        priced = price(asked())
        assert priced.net_energy_paise == 142_500
        assert priced.paise[Head.FIXED] == 22_000
        assert priced.paise[Head.FPPAS] == 16_450
        assert priced.paise[Head.DUTY] == 9_048
        assert (priced.total_paise, priced.bill_paise) == (189_998, 190_000)

    def test_is_the_sum_of_its_lines_and_of_its_heads(self):
        priced = price(asked(units_kwh="433.217", payment_mode="prepaid"))
        assert sum(line.amount_paise for line in priced.lines) == priced.total_paise
        assert sum(priced.paise.values()) == priced.total_paise

    def test_names_order_hash_and_the_source_of_each_line(self):
        told = as_json(price(asked()))
        assert told["order"]["sha256"] in {order.sha256 for order in catalogue()}
        assert all(line["source"] for line in told["lines"])
        assert all(line["text_en"] and line["text_hi"] for line in told["lines"])
        assert told["heads"]["subsidy"] == "-287.50"
        assert told["heads_paise"]["subsidy"] == -28_750
        assert set(told["heads"]) == {head.value for head in Head}

    def test_is_the_same_for_many_at_once_as_for_each_alone(self):
        questions = [
            asked(units_kwh=units, day=day, days=None)
            for units in (0, 40, 150, 151, 301)
            for day in ("2026-04-03", "2026-08-03")
        ]
        together = price_all(questions, with_lines=False)
        for question, priced in zip(questions, together, strict=True):
            alone = price(question)
            assert priced.paise == alone.paise
            assert priced.warnings == alone.warnings
            assert priced.lines == ()

    def test_keeps_its_place_where_another_question_is_refused(self):
        wrong = asked(category="LMV-9")
        first, second, third = price_all([asked(), wrong, asked(units_kwh=1)])
        assert isinstance(second, QuestionRefused)
        assert first.question.energy_wh == 250_000
        assert third.question.energy_wh == 1_000

    def test_takes_the_percentage_of_the_day_where_the_bill_has_none(self):
        assert price(asked(fppas_pct=None, day="2026-04-03")).fppas_basis_points == 124

    def test_writes_rupees_plainly(self):
        assert [in_rupees(paise) for paise in (0, 5, -105, 123_456_789)] == [
            "0.00",
            "0.05",
            "-1.05",
            "1234567.89",
        ]

    def test_comes_from_an_order_that_is_not_shipped(self):
        text = _shipped("lmv-1-urban-2026-07-02").replace("LMV-1.10B", "MY-1")
        own = load_order(text)
        priced = price(asked(category="MY-1", day="2026-08-03"), orders=[own])
        assert priced.order.sha256 == own.sha256


class TestWorkedBills:
    """The inputs of the worked bills as they stand, with a category and a day."""

    @pytest.mark.parametrize(
        ("category", "day", "inputs", "expected"),
        [
            (
                "LMV-1.10B",
                "2026-06-01",
                {"units_kwh": 150, "sanctioned_load_kw": 2, "days": 30, "fppas_pct": 0.0},
                {"net_energy": "825.00"},
            ),
            (
                "LMV-1.10B",
                "2026-06-01",
                {"units_kwh": 250, "sanctioned_load_kw": 2, "recorded_md_kw": 1.62},
                {"net_energy": "1425.00"},
            ),
            (
                "LV-1.2.U",
                "2026-05-01",
                {"units_kwh": 200, "days": 30},
                {"heads.energy": "1155.00", "heads.fixed": "420.00"},
            ),
            (
                "DS-II",
                "2026-05-01",
                {
                    "units_kwh": 126,
                    "days": 30,
                    "sanctioned_load_kw": 2,
                    "recorded_md_kw": 1.2,
                },
                {"heads.fixed": "120.00"},
            ),
        ],
    )
    def test_are_priced_straight_away(self, category, day, inputs, expected):
        said = {"category": category, "day": day, **inputs}
        told = as_json(price(question_from(read_json(json.dumps(said)), today=TODAY)))
        for path, amount in expected.items():
            found = told
            for part in path.split("."):
                found = found[part]
            assert found == amount


class TestAPeriod:
    def test_is_the_whole_calendar_month_of_the_day(self):
        question = asked(days=None, day="2026-02-10")
        assert (question.days_in_month, question.slab_days, question.billed_days) == (
            28,
            28,
            28,
        )

    def test_from_reading_to_reading_counts_months_of_30_days(self):
        question = asked(days=36)
        assert (question.days_in_month, question.slab_days, question.billed_days) == (
            30,
            36,
            36,
        )

    def test_of_a_part_of_a_month_is_pro_rata_and_needs_no_day(self):
        said = {"days": None, "day": None, "from": "2026-03-11", "until": "2026-03-21"}
        question = asked(**said)
        assert question.day == date(2026, 3, 11)
        assert (question.days_in_month, question.slab_days, question.billed_days) == (
            31,
            10,
            10,
        )

    def test_two_parts_of_a_month_have_the_fixed_charge_of_the_whole(self):
        def fixed(**said: object) -> int:
            return price(asked(days=None, **said)).paise[Head.FIXED]

        parts = [
            fixed(**{"from": first, "until": until, "day": None})
            for first, until in (("2026-06-01", "2026-06-11"), ("2026-06-11", "2026-07-01"))
        ]
        assert sum(parts) == pytest.approx(fixed(), abs=1)

    def test_of_a_month_so_far_bills_its_days_only(self):
        question = asked(days=None, days_so_far=10)
        assert (question.slab_days, question.billed_days) == (30, 10)
        assert price(question).paise[Head.FIXED] == 7_333


class TestADoubt:
    def codes(self, **change: object) -> set[Doubt]:
        return {one.code for one in price(asked(**change)).warnings}

    def test_is_raised_by_more_use_than_the_category_is_for(self):
        lifeline = {"category": "LMV-1.10A", "sanctioned_load_kw": 1, "max_demand_kw": 1}
        assert Doubt.ABOVE_CATEGORY in self.codes(**lifeline, units_kwh=101)
        assert Doubt.ABOVE_CATEGORY not in self.codes(**lifeline, units_kwh=100)

    def test_is_raised_by_a_rate_that_nobody_is_sure_of_once_it_is_reached(self):
        assert Doubt.LOW_CONFIDENCE in self.codes(units_kwh="150.001")
        assert Doubt.LOW_CONFIDENCE not in self.codes(units_kwh=150)

    def test_is_raised_by_demand_above_the_load(self):
        assert Doubt.DEMAND_ABOVE_LOAD in self.codes(max_demand_kw="2.1")

    def test_is_raised_where_the_rates_change_within_the_period(self):
        july = {"day": "2026-07-15", "days": None}
        assert Doubt.RATES_CHANGE in self.codes(**july)
        assert Doubt.RATES_CHANGE not in self.codes(**{**july, "day": "2026-06-15"})

    def test_is_raised_where_the_time_of_day_matters_and_is_unsaid(self):
        shop = {"category": "LV-1.2.U", "day": "2026-05-03", "fppas_pct": None}
        assert Doubt.TIME_OF_DAY_UNSAID in self.codes(**shop)
        said = self.codes(**shop, windows={"09:00-17:00": 40})
        assert Doubt.TIME_OF_DAY_UNSAID not in said

    def test_is_raised_where_the_load_would_choose_the_schedule_and_is_unsaid(self):
        home = {"category": "LV-1.2.U", "day": "2026-05-03", "fppas_pct": None}
        assert Doubt.LOAD_UNSAID in self.codes(**home, sanctioned_load_kw=None)
        assert Doubt.LOAD_UNSAID not in self.codes(**home)

    def test_is_told_in_both_languages(self):
        for one in price(asked(units_kwh=500, max_demand_kw=3)).warnings:
            assert one.text.en
            assert any("\u0900" <= letter <= "\u097f" for letter in one.text.hi)


class TestUseByTheClock:
    def test_takes_a_fifth_off_what_was_used_under_the_sun(self):
        shop = {"category": "LV-1.2.U", "day": "2026-05-03", "fppas_pct": None}
        half = price(asked(**shop, windows={"09:00-17:00": 125}))
        energy = half.paise[Head.ENERGY]
        assert half.paise[Head.TIME_OF_DAY] == pytest.approx(-energy / 10, abs=1)


class TestWhatCannotBeMeant:
    @pytest.mark.parametrize(
        ("change", "field", "said"),
        [
            ({"category": None}, "category", "is missing"),
            ({"category": 7}, "category", "words in quotes"),
            ({"category": " "}, "category", "words in quotes"),
            ({"category": "x" * 61}, "category", "longer than 60"),
            ({"category": "LMV-1.10C"}, "category", "did you mean LMV-1.10B or"),
            ({"category": "lmv-1.10b"}, "category", "did you mean LMV-1.10B"),
            ({"category": "ZZZ"}, "category", "tariffs list"),
            ({"state": "XX"}, "state", "LMV-1.10B is a category of UP"),
            ({"day": None}, "day", "is missing"),
            ({"day": 20260603}, "day", "must be a day"),
            ({"day": "03-06-2026"}, "day", "must be a day"),
            ({"day": "२०२६-०६-०३"}, "day", "must be a day"),
            ({"day": "2026-02-30"}, "day", "there is no day"),
            ({"day": "2026-09-16"}, "day", "after today"),
            ({"day": "1999-12-31"}, "day", "another century"),
            ({"day": "2024-09-30"}, "day", "known are 2024-10-01 to"),
            ({"units_kwh": None}, "units_kwh", "is missing"),
            ({"units_kwh": -1}, "units_kwh", "is negative"),
            ({"units_kwh": True}, "units_kwh", "must be a number"),
            ({"units_kwh": [1]}, "units_kwh", "must be a number"),
            ({"units_kwh": "1,000"}, "units_kwh", "must be a number"),
            ({"units_kwh": "१००"}, "units_kwh", "must be a number"),
            ({"units_kwh": "0.0001"}, "units_kwh", "more than 3 decimals"),
            ({"units_kwh": 1_000_001}, "units_kwh", "above the most, 1,000,000"),
            ({"units_kwh": 10**30}, "units_kwh", "more digits"),
            ({"sanctioned_load_kw": None}, "sanctioned_load_kw", "is charged by the load"),
            ({"sanctioned_load_kw": 0}, "sanctioned_load_kw", "is zero"),
            ({"sanctioned_load_kw": -2}, "sanctioned_load_kw", "is negative"),
            ({"sanctioned_load_kw": 100_001}, "sanctioned_load_kw", "above the most"),
            ({"category": "LMV-1.10A"}, "sanctioned_load_kw", "up to 1 kW"),
            ({"max_demand_kw": -1}, "max_demand_kw", "is negative"),
            ({"days": 0}, "days", "outside 1 to 92"),
            ({"days": 93}, "days", "outside 1 to 92"),
            ({"days": 30.5}, "days", "whole number"),
            ({"days": None, "days_so_far": 31}, "days_so_far", "has 30 days"),
            ({"days_so_far": -1}, "days_so_far", "outside"),
            ({"fppas_pct": 101}, "fppas_pct", "outside -100 to 100"),
            ({"fppas_pct": "1.234"}, "fppas_pct", "more than 2 decimals"),
            ({"payment_mode": "cash"}, "payment_mode", "prepaid or postpaid"),
            ({"windows": 40}, "windows", "must be a table"),
            ({"windows": {"09:00-17:00": 251}}, "windows", "more than all units"),
            ({"windows": {"09:00-17:00": 1}}, "windows", "it has none"),
            ({"expected_units_kwh": 249}, "expected_units_kwh", "less than"),
            ({"demand_excused": "yes"}, "demand_excused", "true or false"),
            ({"from": "2026-06-01"}, "until", "go together"),
            ({"until": "2026-06-01"}, "from", "go together"),
        ],
    )
    def test_is_refused_by_the_name_of_its_field(self, change, field, said):
        body = {
            name: value for name, value in {**BILL, **change}.items() if value is not None
        }
        error = refused(body)
        assert error.field == field
        assert said in error.reason

    @pytest.mark.parametrize(
        ("part", "field", "said"),
        [
            (("2026-06-05", "2026-06-05"), "until", "is not after"),
            (("2026-06-05", "2026-07-02"), "until", "leaves the month"),
            (("2026-06-05", "2026-06-20"), "day", "not within"),
            (("2026-09-16", "2026-09-20"), "from", "after today"),
        ],
    )
    def test_a_part_lies_in_one_month_and_holds_its_day(self, part, field, said):
        day = "2026-09-16" if field == "from" else "2026-06-03"
        body = {**BILL, "day": day, "from": part[0], "until": part[1]}
        del body["days"]
        if field == "from":
            del body["day"]
            error = refused(body)
            assert error.field in ("day", "from")
        else:
            error = refused(body)
            assert error.field == field
        assert said in error.reason

    def test_a_period_has_one_length(self):
        error = refused({**BILL, "from": "2026-06-01", "until": "2026-06-11"})
        assert error.field == "days"

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("units", "units_kwh"),
            ("unit_kwh", "units_kwh"),
            ("Units_kWh", "units_kwh"),
            ("load", "sanctioned_load_kw"),
            ("sanctioned_load", "sanctioned_load_kw"),
            ("fppas", "fppas_pct"),
            ("md", "max_demand_kw"),
        ],
    )
    def test_an_unknown_field_is_told_what_was_probably_meant(self, name, meant):
        error = refused({**BILL, name: 1})
        assert error.field == name
        assert error.reason == f"is not a field; did you mean {meant}?"

    def test_a_strange_field_is_told_which_there_are(self):
        error = refused({**BILL, "qqqqq": 1})
        assert all(field in error.reason for field in FIELDS)

    def test_one_thing_is_not_said_twice_by_two_names(self):
        error = refused({**BILL, "recorded_md_kw": 2})
        assert (error.field, error.reason) == (
            "recorded_md_kw",
            "is the same as max_demand_kw",
        )

    def test_null_is_not_a_value(self):
        assert refused({**BILL, "state": None}).field == "state"

    def test_what_is_billed_by_kvah_says_so(self):
        error = refused({**BILL, "category": "NDS-II"})
        assert error.field == "units_kwh"
        assert "give units_kvah and sanctioned_load_kva" in error.reason
        error = refused({**KVAH, "category": "LMV-1.10B"})
        assert error.field == "units_kvah"
        assert price(question_from(KVAH, today=TODAY)).total_paise > 0

    def test_a_load_in_kva_beyond_the_category_is_told_in_kva(self):
        error = refused({**KVAH, "category": "NDS-II", "sanctioned_load_kva": 70.5})
        assert error.field == "sanctioned_load_kva"
        assert error.reason.startswith("NDS-II is not for 70.5 kVA, but for: ")

    def test_units_and_load_are_of_one_kind(self):
        mixed = {**KVAH, "sanctioned_load_kw": 2}
        del mixed["sanctioned_load_kva"]
        assert "give sanctioned_load_kva" in refused(mixed).reason
        mixed = {**BILL, "max_demand_kva": 2}
        del mixed["max_demand_kw"]
        assert "give max_demand_kw" in refused(mixed).reason

    def test_a_surcharge_where_there_is_none_is_refused(self):
        error = refused({"fppas_pct": 1, **KVAH})
        assert error.field == "fppas_pct"

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999999999"])
    def test_what_is_no_number_is_refused_by_its_field(self, number):
        body = json.dumps(BILL).replace("250", number)
        assert refused(body).field == "units_kwh"

    @pytest.mark.parametrize(
        "text", ["", "{", "nonsense", b"\xff\xfe\xfd", "9" * 5_000, "[" * 100_000]
    )
    def test_what_is_not_json_is_told_so(self, text):
        error = refused(text)
        assert error.field == ""
        assert "not JSON" in error.reason

    @pytest.mark.parametrize("text", ["[]", "1", '"x"', "null", "true"])
    def test_what_is_no_object_is_told_so(self, text):
        assert "JSON object" in refused(text).reason

    def test_a_key_that_stands_twice_is_refused(self):
        assert refused('{"day": 1, "day": 2}').field == "day"

    def test_half_a_letter_is_told_back_whole(self):
        refused({**BILL, "category": "\ud800"}).reason.encode()
        refused({**BILL, "\ud800": 1}).field.encode()


class TestTheFuture:
    def test_may_be_asked_about_where_the_caller_says_so(self):
        said = {**BILL, "day": "2027-01-01"}
        assert question_from(said, today=TODAY, may_be_future=True).day.year == 2027
        assert question_from(said).day.year == 2027


class TestNumbers:
    @given(wh=st.integers(0, 10**9))
    def test_are_exact_to_the_last_wh(self, wh):
        text = json.dumps(BILL).replace("250", str(Decimal(wh).scaleb(-3)))
        said = f"{Decimal(wh).scaleb(-3):f}"
        assert question_from({**BILL, "units_kwh": said}).energy_wh == wh
        if "E" not in text:
            assert question_from(read_json(text)).energy_wh == wh

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.dictionaries(
            st.sampled_from([*FIELDS, "units", "x"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=4,
            ),
        )
    )
    def test_whatever_is_said_is_answered_or_refused(self, said):
        try:
            price(question_from({**BILL, **said}))
        except QuestionRefused as error:
            str(error).encode()


def _shipped(stem: str) -> str:
    from bijlighar.tariffs.checking import packaged_files

    return next(path for path in packaged_files() if path.stem == stem).read_text("utf-8")
