"""The pages of use: a day by half-hours, a month by days, a year by months, in words."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import translation

from bijlighar.charges.values import DayTotal
from bijlighar.clock import clock
from bijlighar.connections.values import Home
from bijlighar.flow.close_day import close_day
from bijlighar.kernel.ist import ONE_DAY, day_starts, days_in_month
from bijlighar.readings.values import Blocks
from bijlighar.tariffs.orders import schedule_for
from bijlighar.web.use import words
from bijlighar.web.use.shapes import (
    DayPart,
    comparison,
    energy_bars,
    half_hour_rows,
    shares,
)
from tests.cast import connect, hear, new_connection
from tests.charges.test_service import noon

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:800]
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def total(day: date, energy_wh: int = 1_000) -> DayTotal:
    return DayTotal(
        day=day,
        energy_wh=energy_wh,
        total_paise=energy_wh // 2,
        is_estimated=False,
        is_provisional=False,
    )


def month_of(first: date, days: int, energy_wh: int) -> list[DayTotal]:
    return [total(first + timedelta(days=n), energy_wh) for n in range(days)]


class TestBars:
    def test_what_was_not_heard_is_an_open_slot_and_no_bar(self):
        drawn = energy_bars(
            [(100, False), (None, False), (200, True)], missing=[False, True, False]
        )
        assert drawn.measured.count("M") == 1
        assert drawn.estimated.count("M") == 1
        assert drawn.open == "M20 0h20v100h-20z"
        assert (drawn.width, drawn.top) == (60, 200)

    def test_what_is_still_to_come_is_neither(self):
        drawn = energy_bars([(100, False), (None, False)], missing=[False, False])
        assert drawn.open == ""
        assert drawn.measured.count("M") == 1

    def test_nothing_used_is_no_open_slot(self):
        drawn = energy_bars([(0, False)], missing=[False])
        assert (drawn.open, drawn.measured) == ("", "")


class TestHalfHours:
    def test_of_a_day_that_is_over_are_missing_where_not_heard(self):
        rows = half_hour_rows([5, None, *[7] * 44, None, None], is_over=True)
        assert [n for n, row in enumerate(rows) if row.is_missing] == [1, 46, 47]
        assert (rows[47].starts, rows[47].ends) == ("23:30", "24:00")

    def test_of_a_running_day_are_missing_only_before_the_last_heard(self):
        rows = half_hour_rows([5, None, 7, *[None] * 45], is_over=False)
        assert [n for n, row in enumerate(rows) if row.is_missing] == [1]


class TestTimesOfTheDay:
    def test_are_named_as_people_do_and_add_up(self):
        day = [0] * 48
        day[9], day[10], day[24], day[32], day[40] = 100, 200, 300, 150, 250
        found = {one.part: one.energy_wh for one in shares([day], ())}
        assert found == {
            DayPart.MORNING: 200,
            DayPart.AFTERNOON: 300,
            DayPart.EVENING: 150,
            DayPart.NIGHT: 350,
        }

    def test_follow_the_orders_clock_where_it_has_one_and_say_what_it_costs(self):
        windows = schedule_for("LV-1.2.U", MAY, load_w=12_000).windows
        assert windows
        found = shares([[10] * 48], windows)
        assert [one.part for one in found][: len(windows)] == [DayPart.WINDOW] * len(
            windows
        )
        assert sum(one.energy_wh for one in found) == 480
        assert [one.price_percent for one in found] == [20, -20, 20, 0]
        other = found[-1]
        assert other.clocks == (("00:00", "06:00"), ("22:00", "24:00"))
        with translation.override("en"):
            assert [words.name(one) for one in found] == [
                "Dearer hours",
                "Cheaper hours",
                "Dearer hours",
                "All other hours",
            ]
            assert words.price(found[1]) == "a unit costs 20% less"
            assert words.most(found) == ""

    def test_what_was_not_heard_counts_for_nothing(self):
        assert shares([[None] * 48], ()) == []
        assert shares([], ()) == []


class TestAMonthBesideAnother:
    def test_is_counted_up_to_the_same_day(self):
        found = comparison(
            month_of(MAY, 10, 1_500), month_of(APRIL, 30, 1_000), month=MAY, before=APRIL
        )
        assert (found.more_wh, found.is_whole, found.is_year_before) == (
            5_000,
            False,
            False,
        )

    def test_of_other_length_is_whole_beside_whole(self):
        found = comparison(
            month_of(MAY, 31, 1_000), month_of(APRIL, 30, 1_000), month=MAY, before=APRIL
        )
        assert (found.more_wh, found.is_whole) == (1_000, True)

    def test_a_year_before_is_said_so(self):
        before = date(2025, 5, 1)
        found = comparison(
            month_of(MAY, 31, 1_000), month_of(before, 31, 2_000), month=MAY, before=before
        )
        assert (found.more_wh, found.is_year_before) == (-31_000, True)

    @pytest.mark.parametrize(
        ("this", "other"),
        [
            ([], month_of(APRIL, 30, 1)),
            (month_of(MAY, 10, 1), []),
            (month_of(MAY, 10, 1), month_of(APRIL, 9, 1)),
            (month_of(MAY + ONE_DAY, 9, 1), month_of(APRIL, 30, 1)),
            (month_of(MAY, 10, 1), month_of(APRIL + ONE_DAY, 29, 1)),
        ],
    )
    def test_is_not_compared_where_either_has_a_gap(self, this, other):
        assert comparison(this, other, month=MAY, before=APRIL) is None


@pytest.fixture
def at(monkeypatch):
    """Let it be noon of some day."""

    def let_it_be(day: date) -> None:
        monkeypatch.setattr(clock, "now", lambda: noon(day))

    return let_it_be


def live_from_march(name: str = "Asha") -> Home:
    """A home from March to the 10th of May: 5 units a day in March and April, 6 in May.

    The last half-hour of the 9th of May is missing, and the 11th is running.
    """
    new = new_connection(name, starts_on=MARCH)
    (home,) = connect(name, new={name: new}, opening_paise=5_000_00)
    register, registers, blocks = home.initial_register_wh, {}, []
    day = MARCH
    while day <= date(2026, 5, 10):
        wh = 6_000 if day >= MAY else 5_000
        register += wh
        registers[day] = register
        count = 47 if day == date(2026, 5, 9) else 48
        blocks.append(_blocks(home, day, (wh // 48,) * count))
        day += ONE_DAY
    blocks.append(_blocks(home, day, (100,) * 20))
    now = noon(day)
    hear(home, registers, now=now, blocks=tuple(blocks))
    close_day(connection_ids=[home.connection_id], now=now)
    return home


def _blocks(home: Home, day: date, energies_wh: tuple[int, ...]) -> Blocks:
    return Blocks(meter_id=home.meter_id, day=day, first_block=0, energies_wh=energies_wh)


@pytest.fixture
def asha(committed_db, at) -> Home:
    """Asha as she has lived since March."""
    home = live_from_march()
    at(date(2026, 5, 11))
    return home


def test_the_pages_of_use(asha, at, english, hindi):
    """One home for all of them: connecting and closing seventy days is what takes time."""
    use = f"/home/{asha.consumer_number}/use/"

    # The month: how much, beside the last one, what it comes to, at what time.
    page = text_of(english.get(use))
    assert "May 2026" in page
    assert re.search(r"60\.00 units and ₹[\d.,]+ on 10 days\.", page)
    assert "10.00 units more than last month up to the same day." in page
    expected = re.search(r"comes to about ₹([\d,.]+) for [\d.]+ units", page)
    assert expected
    assert "slabs and fixed charge" in page
    assert "Most of it, 38%, was used at night." in page
    told = text_of(hindi.get(use))
    assert "पिछले महीने इसी तारीख तक से 10.00 यूनिट ज़्यादा" in told

    # It leads to each day's half-hours and to why the day cost what it cost.
    raw = english.get(use).content.decode()
    assert f'href="{use}days/2026-05-10/"' in raw
    assert f'href="/home/{asha.consumer_number}/days/2026-05-10/"' in raw
    assert f'href="/home/{asha.consumer_number}/what-if/"' in raw
    assert f'href="{use}months/2026-04/" rel="prev"' in raw
    assert 'rel="next"' not in raw
    assert f'viewBox="0 0 {days_in_month(MAY) * 20} 100"' in raw

    # A whole month stands beside the whole one before.
    page = text_of(english.get(f"{use}months/2026-04/"))
    assert "150.00 units" in page
    assert "5.00 units less than in March 2026." in page
    assert "comes to about" not in page
    raw = english.get(f"{use}months/2026-03/").content.decode()
    assert 'rel="prev"' not in raw

    # A day by half-hours: one that was not heard is said so, and not drawn as nothing.
    page = text_of(english.get(f"{use}days/2026-05-09/"))
    assert "1 half-hour was not heard" in page
    assert "23:30–24:00 not heard" in page
    assert "Most was used from 00:00 to 00:30: 0.13 units." in page
    page = text_of(english.get(f"{use}days/2026-05-11/"))
    assert "2.00 units so far. Today is deducted after midnight." in page
    assert "not heard" not in page

    # The year, and what is not known.
    page = text_of(english.get(f"{use}years/2026/"))
    assert re.search(r"May 2026 10 days 60\.00 units", page)
    assert re.search(r"April 2026 150\.00 units", page)
    assert "January 2026" not in page
    assert "Nothing is known of this year." in text_of(english.get(f"{use}years/2024/"))
    assert "This month has not begun yet." in text_of(english.get(f"{use}months/2030-01/"))
    assert "This day has not begun yet." in text_of(english.get(f"{use}days/2030-01-01/"))
    assert "No half-hour of this day" in text_of(english.get(f"{use}days/2025-01-01/"))
    for wrong in ("days/2026-02-30/", "months/2026-13/", "years/1999/", "days/0001-01-01/"):
        assert english.get(f"{use}{wrong}").status_code == 404

    # Home says what the month comes to, rated, and leads here; so does a day's page.
    home = english.get(f"/home/{asha.consumer_number}/")
    assert f"₹{expected[1]}" in text_of(home)
    assert "At your usual use it lasts more than a month." in text_of(home)
    assert f'href="{use}"' in home.content.decode()
    day = english.get(f"/home/{asha.consumer_number}/days/2026-05-10/").content.decode()
    assert f'href="{use}days/2026-05-10/"' in day

    # On the first of a month, the one that has just ended.
    at(MAY)
    assert "April 2026" in text_of(english.get(use))
    assert "May 2026" in text_of(english.get(f"{use}months/2026-05/"))


def test_an_estimated_day_is_marked_and_drawn_otherwise(committed_db, at, english):
    (home,) = connect("Asha")
    first, lost = home.initial_register_wh, date(2026, 4, 2)
    registers = {APRIL: first + 5_000, date(2026, 4, 3): first + 13_000}
    now = noon(date(2026, 4, 4))
    hear(home, registers, now=now, daily_holds_from=date(2026, 4, 3))
    close_day(connection_ids=[home.connection_id], now=now)
    at(date(2026, 4, 4))
    answer = english.get(f"/home/{home.consumer_number}/use/")
    assert "estimated" in text_of(answer)
    assert 'class="bar-guess"' in answer.content.decode()
    day = english.get(f"/home/{home.consumer_number}/use/days/{lost}/")
    assert "deducted. estimated" in text_of(day)


def test_before_the_first_day_there_is_something_to_read(committed_db, at, english, hindi):
    (home,) = connect("Asha")
    at(APRIL)
    use = f"/home/{home.consumer_number}/use/"
    assert "Nothing is known of this month." in text_of(english.get(use))
    page = text_of(english.get(f"{use}months/2026-04/"))
    assert "The first day of this month is counted after midnight." in page
    assert "इस महीने का पहला दिन आधी रात के बाद गिना जाएगा" in text_of(
        hindi.get(f"{use}months/2026-04/")
    )
    assert day_starts(APRIL) < clock.now()
