"""A budget of one's own on the screen, and what the night tells of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from bijlighar.budgets import service as budgets
from bijlighar.budgets.values import Measure
from bijlighar.clock import clock
from bijlighar.flow import later, tasks
from bijlighar.flow.close_day import close_day, correct_reading
from bijlighar.flow.watch_budgets import watch_budgets
from bijlighar.kernel.ist import ONE_DAY, month_starts
from bijlighar.notices import service as notices
from tests.cast import connect, hear, new_connection
from tests.charges.test_service import noon, used
from tests.flow.jobs import deferred
from tests.signing_in import sign_in_consumer

APRIL = date(2026, 4, 1)


@pytest.fixture
def at(monkeypatch):
    """Let it be noon of some day."""

    def let_it_be(day: date) -> None:
        monkeypatch.setattr(clock, "now", lambda: noon(day))
        monkeypatch.setattr(tasks, "now", lambda: noon(day))

    let_it_be(APRIL)
    return let_it_be


@pytest.fixture
def asha(committed_db):
    new = new_connection("Asha", starts_on=APRIL)
    return connect("Asha", new={"Asha": new}, opening_paise=5_000_00)[0]


def live(home, *energies_wh: int) -> None:
    """The first days of April, heard and closed at noon after the last of them."""
    registers = used(home, *energies_wh, first=APRIL)
    now = noon(max(registers) + ONE_DAY)
    hear(home, registers, now=now)
    close_day(connection_ids=[home.connection_id], now=now)


def work() -> None:
    """What a worker does with the jobs that look at budgets."""
    for name, arguments in deferred():
        if name == later.WATCH_BUDGETS:
            tasks.watch_budgets(**arguments)


def told(home) -> list[tuple[str, str]]:
    found = notices.recent(limit=50, connection_id=home.connection_id)
    return [(one.kind, one.text) for one in found if one.kind.startswith("budget")]


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:800]
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def address(home) -> str:
    return f"/home/{home.consumer_number}/use/budget/"


def set_units(home, wh: int) -> None:
    budgets.set_budget(
        connection_id=home.connection_id, measure=Measure.UNITS, amount=wh, now=noon(APRIL)
    )


class TestTheNight:
    def test_looks_at_those_who_have_a_budget_only(self, asha, at):
        live(asha, 5_000)
        assert later.WATCH_BUDGETS not in [name for name, _ in deferred()]
        set_units(asha, 50_000)
        live(asha, 5_000, 5_000)
        assert deferred()[-1] == (
            later.WATCH_BUDGETS,
            {"connection_ids": [asha.connection_id], "month": "2026-04-01"},
        )

    def test_tells_each_step_once_in_hindi_and_that_it_will_be_passed(self, asha, at):
        set_units(asha, 100_000)
        live(asha, *[9_000] * 6)
        work()
        assert told(asha) == [
            (
                "budget_units_ahead",
                "कनेक्शन 7310000001: ऐसे ही चला तो अप्रैल में करीब 270 यूनिट लगेंगी,"
                " आपके 100 यूनिट के बजट से ज़्यादा। हेल्पलाइन 1912 - बिजलीघर",
            ),
            (
                "budget_units_reached",
                "कनेक्शन 7310000001: अप्रैल के आपके 100 यूनिट के बजट का 50% हो गया है,"
                " अब तक 54 यूनिट लगी हैं। हेल्पलाइन 1912 - बिजलीघर",
            ),
        ]
        work()
        live(asha, *[9_000] * 7)
        work()
        assert len(told(asha)) == 2
        live(asha, *[9_000] * 12)
        work()
        assert told(asha)[0][0] == "budget_units_reached"
        assert "100% हो गया है, अब तक 108 यूनिट" in told(asha)[0][1]
        assert len(told(asha)) == 3

    def test_tells_of_last_month_when_its_days_were_closed_late(self, asha, at):
        """The meter was silent for the last days of April and answers on the 3rd of May."""
        set_units(asha, 100_000)
        live(asha, *[3_000] * 20)
        work()
        assert [kind for kind, _ in told(asha)] == ["budget_units_reached"]
        at(date(2026, 5, 3))
        registers = used(asha, *[3_000] * 20, *[5_000] * 12, first=APRIL)
        hear(asha, registers, now=noon(date(2026, 5, 3)))
        for _ in range(2):
            close_day(connection_ids=[asha.connection_id], now=noon(date(2026, 5, 3)))
            work()
        assert len(told(asha)) == 2
        assert "अप्रैल के आपके 100 यूनिट के बजट का 100% हो गया है" in told(asha)[0][1]

    def test_does_not_hold_last_month_against_a_budget_set_since(self, asha, at):
        registers = used(asha, *[3_000] * 32, first=APRIL)
        hear(asha, registers, now=noon(date(2026, 5, 3)))
        at(date(2026, 5, 3))
        budgets.set_budget(
            connection_id=asha.connection_id,
            measure=Measure.UNITS,
            amount=50_000,
            now=noon(date(2026, 5, 2)),
        )
        close_day(connection_ids=[asha.connection_id], now=noon(date(2026, 5, 3)))
        work()
        assert told(asha) == []

    def test_does_not_look_back_at_months_that_are_long_over(self, asha, at):
        """A reading of April put right on the 20th of June is no news of a budget."""
        live(asha, *[5_000] * 3)
        set_units(asha, 10_000)
        correct_reading(
            home=asha,
            day=date(2026, 4, 3),
            register_wh=asha.initial_register_wh + 20_000,
            why="read by hand",
            made_by="a test",
            now=noon(date(2026, 6, 20)),
        )
        assert later.WATCH_BUDGETS not in [name for name, _ in deferred()]

    def test_counts_rupees_as_they_were_deducted(self, asha, at):
        budgets.set_budget(
            connection_id=asha.connection_id,
            measure=Measure.RUPEES,
            amount=100_00,
            now=noon(APRIL),
        )
        live(asha, *[9_000] * 4)
        work()
        ((kind, text),) = told(asha)
        assert kind == "budget_reached"
        assert "₹100.00 के बजट का 100% हो गया है" in text

    def test_that_died_between_step_and_notice_tells_it_when_it_is_repeated(
        self, asha, at, monkeypatch
    ):
        set_units(asha, 10_000)
        live(asha, 9_000)
        month = month_starts(APRIL)
        with monkeypatch.context() as patched:
            patched.setattr(
                "bijlighar.flow.watch_budgets.tell",
                lambda **_: (_ for _ in ()).throw(OSError),
            )
            with pytest.raises(OSError):
                watch_budgets(
                    connection_ids=[asha.connection_id], month=month, now=noon(APRIL)
                )
        assert told(asha) == []
        for _ in range(2):
            watch_budgets(connection_ids=[asha.connection_id], month=month, now=noon(APRIL))
        assert len(told(asha)) == 1

    def test_does_not_tell_whom_news_are_unwelcome(self, asha, at):
        held = notices.preferences_of(connection_id=asha.connection_id, language="hi")
        notices.set_preferences(
            connection_id=asha.connection_id,
            wished=replace(held, wants_news=False),
            now=noon(APRIL),
        )
        set_units(asha, 10_000)
        live(asha, 9_000)
        work()
        assert told(asha) == []


class TestThePage:
    def test_sets_changes_and_removes_it(self, asha, at, english, hindi):
        page = address(asha)
        assert "No budget is set." in text_of(english.get(page))
        assert english.post(page, {"amount": "600", "measure": "rupees"}).status_code == 302
        said = text_of(english.get(page))
        assert "Saved. We tell you at 50, 80 and 100 percent of it." in said
        assert "₹0.00 of ₹600." in said
        english.post(page, {"amount": "१२०.५", "measure": "units"})
        held = budgets.budget_of(connection_id=asha.connection_id)
        assert (held.measure, held.amount) == (Measure.UNITS, 120_500)
        assert 'value="120.5"' in english.get(page).content.decode()
        english.post(page, {"do": "remove"})
        assert budgets.budget_of(connection_id=asha.connection_id) is None
        assert "The budget is removed" in text_of(english.get(page))

    @pytest.mark.parametrize(
        ("typed", "measure", "said"),
        [
            ("", "rupees", "Please enter the budget in digits"),
            ("many", "rupees", "Please enter the budget in digits"),
            ("9.99", "rupees", "from ₹10 to ₹10,00,000"),
            ("1000001", "rupees", "from ₹10 to ₹10,00,000"),
            ("0.5", "units", "from 1 to 1,00,000 units"),
            ("5", "litres", "Choose rupees or units."),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(
        self, asha, at, english, typed, measure, said
    ):
        answer = english.post(address(asha), {"amount": typed, "measure": measure})
        assert said in text_of(answer, 422)
        assert f'value="{typed}"' in answer.content.decode()
        assert budgets.budget_of(connection_id=asha.connection_id) is None

    def test_shows_how_far_it_is_on_home_and_month_in_words(self, asha, at, english, hindi):
        set_units(asha, 100_000)
        live(asha, *[4_000] * 15)
        at(date(2026, 4, 16))
        for page in (
            f"/home/{asha.consumer_number}/",
            f"/home/{asha.consumer_number}/use/",
        ):
            said = text_of(english.get(page))
            assert "60% of the budget is used , 50% of the month is over." in said
            assert "60.00 units of 100 units." in said
            assert "comes to about 120.00 units: more than the budget." in said
            assert "बजट का 60% हुआ , महीने का 50% बीता" in text_of(hindi.get(page))

    def test_is_changed_by_the_owner_alone(self, asha, english, client, settings):
        """Family sees how far it is; whom nothing is shared with sees nothing."""
        settings.IS_DEMO = True
        client.cookies["django_language"] = "en"
        page = address(asha)
        assert client.post(page, {"do": "remove"}).status_code == 302
        sign_in_consumer(client, "+919876500009")
        assert client.get(page).status_code == 404
        sharing = f"/my/connections/{asha.consumer_number}/"
        english.get(f"/home/{asha.consumer_number}/")
        english.post(sharing, {"mobile": "9876500009", "access": "view"})
        assert "Only the owner of the connection can change this." in text_of(
            client.get(page)
        )
        assert client.post(page, {"amount": "600", "measure": "rupees"}).status_code == 403
        assert budgets.budget_of(connection_id=asha.connection_id) is None
