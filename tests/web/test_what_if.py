"""What if I use 40 units more, and what does any bill cost: answers, warnings, refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from django.http import QueryDict

from bijlighar.charges.service import running_month
from bijlighar.charges.values import MonthSoFar
from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import Head, Slices
from bijlighar.web.consumer.what_if import what_if
from bijlighar.web.tariffs.typed import number_typed
from bijlighar.web.tariffs.views import answered
from bijlighar.web.tariffs.words import HEADS

PAGE = "/home/{}/what-if/"
TODAY = date(2026, 5, 20)


def month_of(category: str, *, used_kwh: int, load_w: int = 2000) -> MonthSoFar:
    """19 days of May 2026 with so many units used."""

    def one(number: int):
        return np.array([number], dtype=np.int64)

    schedule = schedule_for(category, TODAY, load_w=load_w)
    slices = Slices(
        energy_wh=one(used_kwh * 1000),
        selecting_wh=one(used_kwh * 1000),
        windows_wh=np.zeros((1, len(schedule.windows)), dtype=np.int64),
        billed_days=one(19),
        days_in_month=one(31),
        slab_days=one(31),
        sanctioned_load_w=one(load_w),
        max_demand_w=one(0),
        demand_excused=one(0),
        fppas_basis_points=one(0),
        fppas_carried_micropaise=one(0),
        is_prepaid=one(1),
    )
    return MonthSoFar(
        connection_id=1,
        day=date(2026, 5, 19),
        ends=date(2026, 6, 1),
        schedule=schedule,
        slices=slices,
        total_paise=int(rate(schedule, slices).total_paise[0]),
        is_estimated=False,
    )


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return re.sub(r"\s+", " ", answer.content.decode())


class TestUnitsMore:
    def test_cost_the_difference_of_two_months_and_their_lines_add_up_to_it(self):
        found = what_if(month_of("LMV-1.10B", used_kwh=130), more_wh=40_000)
        assert (found.now_wh, found.then_wh) == (130_000, 170_000)
        assert sum(line.amount_paise for line in found.lines) == found.more_paise
        assert sum(one.now_paise for one in found.heads) == found.now_paise
        assert sum(one.then_paise for one in found.heads) == found.then_paise
        fixed = next(one for one in found.heads if one.head is Head.FIXED)
        assert fixed.now_paise == fixed.then_paise
        assert (found.first, found.last) == (date(2026, 5, 1), date(2026, 5, 19))

    def test_in_a_month_so_far_cost_what_the_kept_month_says(self):
        month = month_of("LMV-1.10B", used_kwh=130)
        found = what_if(month, more_wh=0)
        assert found.now_paise == month.total_paise
        assert (found.more_paise, found.lines) == (0, ())

    def test_within_free_units_cost_nothing(self):
        found = what_if(month_of("DS-II", used_kwh=80), more_wh=40_000)
        assert found.more_paise == 0
        assert found.crossed_wh == 0
        assert found.ahead is not None
        assert found.ahead.upto_wh == 125_000
        assert found.ahead.left_wh == 5_000
        assert found.ahead.costs_paise > 0
        assert found.ahead.is_near

    def test_that_cross_a_threshold_say_what_of_it_is_for_that_alone(self):
        found = what_if(month_of("LV-1.2.U", used_kwh=140), more_wh=20_000)
        assert found.crossed_wh == 155_000  # 150 in 30 days, in May
        assert 0 < found.shock_paise < found.more_paise
        assert found.ahead is None

    def test_far_from_a_threshold_only_tell_of_it(self):
        found = what_if(month_of("LV-1.2.U", used_kwh=60), more_wh=10_000)
        assert found.ahead is not None
        assert found.ahead.upto_wh == 155_000
        assert not found.ahead.is_near

    def test_are_told_in_whole_rupees(self):
        found = what_if(month_of("LMV-1.10B", used_kwh=10), more_wh=40_000)
        assert found.more_whole_paise % 100 == 0
        assert abs(found.more_whole_paise - found.more_paise) <= 50

    def test_are_rated_in_the_new_month_once_it_has_begun(self):
        old = replace(month_of("LMV-1.10B", used_kwh=130), day=date(2026, 5, 31))
        new = running_month(old, today=date(2026, 7, 3))
        found = what_if(new, more_wh=40_000)
        assert not found.has_days
        assert found.first == date(2026, 7, 1)
        assert (found.now_wh, found.now_paise) == (0, 0)
        assert new.schedule.in_force_from == date(2026, 7, 2)
        assert running_month(old, today=date(2026, 5, 31)) is old


class TestTheConsumersPage:
    @pytest.fixture
    def asha(self, world):
        """Asha after her first charged day."""
        world.midnight("2026-04-02")
        return world.home(0)

    def test_shows_the_month_so_far_and_one_large_figure(self, asha, hindi, english):
        page = text_of(english.get(PAGE.format(asha.consumer_number)))
        assert re.search(r"1 April to 1 April: [\d.]+ units, ₹[\d.,]+ in all so far", page)
        assert re.search(r"40 units more: <b>₹\d+ more</b>", page)
        assert "What makes the difference" in page
        page = text_of(hindi.get(PAGE.format(asha.consumer_number)))
        assert re.search(r"40 यूनिट और: <b>₹\d+ ज़्यादा</b>", page)

    def test_works_by_an_address_alone_and_in_devanagari_digits(self, asha, english):
        page = text_of(english.get(PAGE.format(asha.consumer_number), {"more": "१००"}))
        assert "100 units more" in page

    def test_answers_a_live_change_with_the_answer_alone(self, asha, english):
        answer = english.get(
            PAGE.format(asha.consumer_number), {"more": "7"}, headers={"HX-Request": "true"}
        )
        part = text_of(answer)
        assert "7 units more" in part
        assert "<html" not in part
        assert "HX-Request" in answer.headers["Vary"]

    @pytest.mark.parametrize("more", ["", "x", "-5", "1e3", "4.0005", "<i>", "\0"])
    def test_says_what_cannot_be_meant_and_still_answers(self, asha, english, more):
        page = text_of(english.get(PAGE.format(asha.consumer_number), {"more": more}))
        assert "Please enter units in digits, such as 40." in page
        assert "<i>" not in page

    def test_has_a_limit(self, asha, english):
        page = text_of(english.get(PAGE.format(asha.consumer_number), {"more": "1001"}))
        assert "The most that can be asked about is 1,000 units." in page

    def test_before_the_first_charged_day_says_so(self, world, english):
        page = text_of(english.get(PAGE.format(world.home(0).consumer_number)))
        assert "The first day is not counted yet" in page

    def test_of_an_unknown_number_is_told_so(self, world, english):
        answer = english.get(PAGE.format("99"))
        assert answer.status_code == 404

    def test_is_linked_from_the_home_and_from_a_day(self, asha, english):
        link = f'href="{PAGE.format(asha.consumer_number)}"'
        home = f"/home/{asha.consumer_number}/"
        assert link in text_of(english.get(home))
        assert link in text_of(english.get(f"{home}days/2026-04-01/"))

    def test_outside_the_demo_it_is_open_to_whoever_is_signed_in(
        self, asha, english, settings
    ):
        settings.IS_DEMO = False
        assert english.get(PAGE.format(asha.consumer_number)).status_code == 200


class TestTheTariffForEverybody:
    ASKED = {  # noqa: RUF012
        "category": "LMV-1.10B",
        "units": "250",
        "load": "2",
        "demand": "2",
        "month": "2026-04",
        "mode": "postpaid",
    }

    def ask(self, **change: str):
        query = QueryDict(mutable=True)
        query.update({**self.ASKED, **change})
        return answered(query, today=TODAY)

    def test_prices_what_stands_on_a_bill(self):
        asked = self.ask()
        assert asked.errors == {}
        assert asked.priced.net_energy_paise == 142_500
        assert asked.priced.question.day == date(2026, 4, 30)

    def test_of_the_running_month_takes_the_rates_of_today(self):
        assert self.ask(month="2026-05").priced.question.day == TODAY

    def test_asks_in_kva_where_the_category_is_billed_by_it(self):
        assert self.ask(category="NDS-II").priced.total_paise > 0

    def test_prepaid_has_its_rebate(self):
        assert self.ask(mode="prepaid").priced.paise[Head.REBATE] < 0

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"category": ""}, "category"),
            ({"category": "LMV-99"}, "category"),
            ({"units": ""}, "units"),
            ({"units": "many"}, "units"),
            ({"units": "9999999"}, "units"),
            ({"load": "0"}, "load"),
            ({"load": "two"}, "load"),
            ({"load": "999999"}, "load"),
            ({"category": "LMV-1.10A"}, "load"),
            ({"demand": "x"}, "demand"),
            ({"demand": "999999"}, "demand"),
            ({"category": "DS-II", "month": "2024-12"}, "month"),
        ],
    )
    def test_says_what_is_wrong_beside_the_question(self, change, field):
        asked = self.ask(**change)
        assert list(asked.errors) == [field]
        assert asked.priced is None

    def test_is_open_to_anybody_even_outside_the_demo(self, db, client, settings):
        settings.IS_DEMO = False
        client.cookies["django_language"] = "en"
        page = text_of(client.get("/tariff/"))
        assert "What does my electricity cost?" in page
        main = page[page.index("<main") : page.index("</main>")]
        assert 'role="alert"' not in main
        page = text_of(client.get("/tariff/", {**self.ASKED, "month": "2026-04"}))
        assert "250 units in" in page
        assert "Not certain (energy)" in page

    def test_answers_a_live_change_with_the_answer_alone(self, db, client):
        client.cookies["django_language"] = "hi"
        part = text_of(client.get("/tariff/", self.ASKED, headers={"HX-Request": "true"}))
        assert "<html" not in part
        assert "यूनिट" in part


class TestTypedNumbers:
    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("40", "40"),
            (" 1,234.5 ", "1234.5"),
            ("१२.५", "12.5"),
            ("0", "0"),
            ("", None),
            ("-1", None),
            ("1e5", None),
            ("nan", None),
            ("1.2345", None),
            ("½", None),
            ("9" * 30, None),
            ("1 2", None),
        ],
    )
    def test_are_read_in_either_digits_or_not_at_all(self, typed, number):
        assert number_typed(typed) == (None if number is None else Decimal(number))


def test_every_head_has_a_name():
    assert set(HEADS) == set(Head)
