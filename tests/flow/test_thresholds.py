"""Thresholds that make a month dearer at once: told before, and nobody is cut for them."""

from __future__ import annotations

from datetime import date

import pytest

from bijlighar.charges import service as charges
from bijlighar.connections.values import Home
from bijlighar.flow.close_day import close_day
from bijlighar.flow.review_supply import evidence_of
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.ledger import service as ledger
from bijlighar.notices import service as notices
from tests.cast import connect, hear, new_connection
from tests.charges.test_service import noon, used

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 1)


def home_in(category: str, *, load_w: int = 2_000, opening_paise: int = 700_00) -> Home:
    new = new_connection("Asha", category=category, sanctioned_load_w=load_w, starts_on=MAY)
    (asha,) = connect("Asha", new={"Asha": new}, opening_paise=opening_paise)
    return asha


def live(home: Home, *energies_wh: int):
    """The days of May, each heard and closed at noon of the next."""
    closed = []
    for day, register in used(home, *energies_wh, first=MAY).items():
        now = noon(day + ONE_DAY)
        hear(home, {day: register}, now=now)
        closed.append(close_day(connection_ids=[home.connection_id], now=now))
    return closed


def told(home: Home) -> list[str]:
    found = notices.recent(limit=50, connection_id=home.connection_id)
    return [one.text for one in found if one.kind == "threshold_ahead"]


def evidence(home: Home, day: date):
    (known,) = evidence_of(connection_ids=[home.connection_id], now=noon(day))
    return known


def test_who_comes_close_is_told_once_and_what_it_will_cost():
    asha = home_in("LV-1.2.U")
    closed = live(asha, 113_000, 12_000, 1_000)
    (ahead,) = [one for each in closed for one in each.ahead]
    assert (ahead.threshold_wh, ahead.used_wh) == (155_000, 125_000)
    (text,) = told(asha)
    assert "125 यूनिट" in text
    assert "155 यूनिट" in text
    assert ahead.costs_paise > 100_00


def test_what_the_threshold_took_is_held_back_for_the_days_of_the_order():
    asha = home_in("LV-1.2.U")
    live(asha, 144_000, 9_000, 3_000)
    through = MAY + 2 * ONE_DAY
    shock = charges.shocks_of(connection_ids=[asha.connection_id], today=through + ONE_DAY)
    held = shock[asha.connection_id]
    assert held.paise > 100_00
    known = evidence(asha, through + ONE_DAY)
    assert known.held_back_paise == held.paise
    after = evidence(asha, held.held_until)
    assert after.held_back_paise == 0
    before = evidence(asha, held.held_until - ONE_DAY)
    assert before.held_back_paise == held.paise


def test_nobody_is_cut_for_a_shock_alone():
    """What is left is less than the shock took: without it there would be money."""
    rich = home_in("LV-1.2.U", opening_paise=5_000_00)
    live(rich, 144_000, 9_000, 3_000)
    spent = 5_000_00 - _balance(rich)
    shock = charges.shocks_of(connection_ids=[rich.connection_id], today=MAY + 3 * ONE_DAY)[
        rich.connection_id
    ].paise
    assert 0 < shock < spent
    known = evidence(rich, MAY + 3 * ONE_DAY)
    assert known.balance_paise == 5_000_00 - spent
    assert known.balance_paise + known.held_back_paise == 5_000_00 - spent + shock


def test_an_order_without_thresholds_tells_nobody():
    asha = home_in("LMV-1.10B")
    closed = live(asha, 140_000, 9_000, 3_000)
    assert [each.ahead for each in closed] == [(), (), ()]
    assert told(asha) == []
    assert charges.shocks_of(connection_ids=[asha.connection_id], today=MAY) == {}


def test_bihars_free_units_are_nothing_until_they_are_used_up():
    """Nothing is debited up to 125 units; the 126th brings the month's fixed charge."""
    asha = home_in("DS-II")
    closed = live(asha, 60_000, 60_000, 4_900, 2_000)
    totals = [each.paise[asha.connection_id] for each in closed]
    assert totals[:3] == [0, 0, 0]
    assert totals[3] > 0
    assert len(told(asha)) == 1
    assert ledger.wrong_wallets() == ()
    assert ledger.wrong_entries() == ()


def _balance(home: Home) -> int:
    found = ledger.balances_of(owner_ids=[home.connection_id])
    return found[home.connection_id].balance_paise
