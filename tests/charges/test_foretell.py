"""What the days to come will cost: the same as when they come, where nothing changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.charges import service as charges
from bijlighar.charges._foretell import foretell, running_month, usual_of
from bijlighar.flow.close_day import close_day
from bijlighar.kernel.ist import ONE_DAY
from tests.cast import connect, hear, new_connection
from tests.charges.test_service import noon, used
from tests.web.test_what_if import month_of

MAY = date(2026, 5, 1)
HOMES = ("LMV-1.10B", "DS-II", "LV-1.2.U")


def home_in(category: str, *, load_w: int = 2_000):
    new = new_connection("Asha", category=category, sanctioned_load_w=load_w, starts_on=MAY)
    (asha,) = connect("Asha", new={"Asha": new}, opening_paise=5_000_00)
    return asha


def live(home, *energies_wh: int) -> None:
    """The days of May, each heard and closed at noon of the next."""
    for day, register in used(home, *energies_wh, first=MAY).items():
        now = noon(day + ONE_DAY)
        hear(home, {day: register}, now=now)
        close_day(connection_ids=[home.connection_id], now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("category", HOMES)
def test_a_month_of_equal_days_costs_what_was_foretold_to_the_paisa(category):
    """Slabs, thresholds and the fixed charge ahead are in it, not a mean of rupees."""
    asha = home_in(category)
    live(asha, *[6_000] * 10)
    told = charges.foretell(connection_id=asha.connection_id, until=date(2026, 6, 1))
    assert told is not None
    assert [one.day for one in told.days] == [
        MAY + timedelta(days=n) for n in range(10, 31)
    ]
    live(asha, *[6_000] * 31)
    came = charges.days_of(
        connection_id=asha.connection_id, first=told.days[0].day, until=date(2026, 6, 1)
    )
    assert [one.cost_paise for one in told.days] == [one.total_paise for one in came]


@pytest.mark.django_db
def test_a_dearer_slab_ahead_is_dearer_than_the_days_were():
    asha = home_in("LMV-1.10B")
    live(asha, *[9_000] * 10)
    told = charges.foretell(connection_id=asha.connection_id, until=date(2026, 6, 1))
    so_far = charges.days_of(
        connection_id=asha.connection_id, first=MAY, until=date(2026, 6, 1)
    )
    assert max(one.cost_paise for one in told.days) > so_far[-1].total_paise


@pytest.mark.django_db
def test_without_a_habit_nothing_is_foretold():
    asha = home_in("LMV-1.10B")
    until = date(2026, 6, 1)
    assert charges.foretell(connection_id=asha.connection_id, until=until) is None
    live(asha, 5_000, 5_000)
    assert charges.foretell(connection_id=asha.connection_id, until=until) is None
    live(asha, 5_000, 5_000, 5_000)
    told = charges.foretell(connection_id=asha.connection_id, until=until)
    assert told is not None
    assert told.known_through == MAY + timedelta(days=2)


def test_the_new_month_begins_with_its_cheapest_slab_again():
    month = month_of("LMV-1.10B", used_kwh=400)
    told = foretell(month, use_wh=lambda day: 20_000, until=date(2026, 6, 3))
    last_of_may, first_of_june = told.days[11], told.days[12]
    assert (last_of_may.day, first_of_june.day) == (date(2026, 5, 31), date(2026, 6, 1))
    assert first_of_june.cost_paise < last_of_may.cost_paise


def test_beyond_the_orders_that_are_known_the_present_one_goes_on_and_it_is_said():
    month = month_of("LMV-1.10B", used_kwh=60)
    until = date(2026, 6, 20)
    known = foretell(month, use_wh=lambda day: 4_000, until=until)
    alone = replace(month, schedule=replace(month.schedule, category="ENDS-IN-MAY"))
    guessed = foretell(alone, use_wh=lambda day: 4_000, until=until)
    assert (known.is_tariff_assumed, guessed.is_tariff_assumed) == (False, True)
    assert guessed.days == known.days


def test_nothing_is_foretold_of_days_that_are_known():
    month = month_of("LMV-1.10B", used_kwh=60)
    assert foretell(month, use_wh=lambda day: 1, until=month.day + ONE_DAY).days == ()


@settings(max_examples=30, deadline=None)
@given(
    category=st.sampled_from(HOMES),
    used_kwh=st.integers(0, 600),
    uses=st.lists(st.integers(0, 60_000), min_size=12, max_size=12),
    cut=st.integers(1, 12),
)
def test_days_foretold_one_by_one_or_at_once_are_the_same(category, used_kwh, uses, cut):
    """The first days do not change because more are asked for."""
    month = month_of(category, used_kwh=used_kwh)
    first = month.day + ONE_DAY

    def use(day: date) -> int:
        return uses[(day - first).days]

    whole = foretell(month, use_wh=use, until=first + timedelta(days=12))
    some = foretell(month, use_wh=use, until=first + timedelta(days=cut))
    assert whole.days[:cut] == some.days


def test_a_weekday_is_told_by_its_like_once_there_are_two():
    monday = date(2026, 5, 4)
    known = {monday: 10, monday + ONE_DAY: 100, monday + timedelta(days=7): 20}
    assert usual_of(known, monday + timedelta(days=14)) == 15
    assert usual_of(known, monday + timedelta(days=15)) == 43
    assert usual_of({}, monday) == 0


def test_a_running_month_is_itself():
    month = month_of("LMV-1.10B", used_kwh=60)
    assert running_month(month, today=date(2026, 5, 20)) is month
