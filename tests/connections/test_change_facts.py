"""New facts begin on a day: all or none, and never over what holds already."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bijlighar.connections import service as connections
from bijlighar.connections.models import ConnectionFact
from bijlighar.connections.values import FactsChange, Home, PaymentMode
from bijlighar.kernel.ist import day_starts
from tests.cast import STARTS_ON, connect
from tests.threads import at_once

NOW = day_starts(date(2026, 6, 10))
JUNE = date(2026, 6, 1)


@pytest.fixture
def asha(db: None) -> Home:
    return connect("Asha")[0]


def change(*homes: Home, day: date = JUNE, now: datetime = NOW, **what: object):
    return connections.change_facts(
        changes=[
            FactsChange(connection_id=home.connection_id, from_day=day, **what)  # type: ignore[arg-type]
            for home in homes
        ],
        now=now,
    )


def facts(home: Home, day: date):
    ids = [home.connection_id]
    return connections.facts_on(connection_ids=ids, day=day)[home.connection_id]


def test_a_payment_mode_changes_from_a_day_on_and_a_grace_counts_from_there(asha):
    (new,) = change(asha, payment_mode=PaymentMode.POSTPAID)
    before, after = facts(asha, date(2026, 5, 31)), facts(asha, JUNE)
    assert new == after
    assert (before.payment_mode, before.mode_since) == (
        PaymentMode.PREPAID,
        date(2026, 1, 1),
    )
    assert (after.payment_mode, after.mode_since) == (PaymentMode.POSTPAID, JUNE)
    assert (after.category, after.sanctioned_load_w) == ("LMV-1.10B", 2_000)
    assert after.splits_month_from == JUNE
    assert connections.last_facts_from(connection_ids=[asha.connection_id]) == {
        asha.connection_id: JUNE
    }


def test_a_load_and_a_category_change_and_the_mode_is_as_old_as_it_was(asha):
    (new,) = change(asha, sanctioned_load_w=5_000, category="LMV-2.20")
    assert (new.sanctioned_load_w, new.category) == (5_000, "LMV-2.20")
    assert new.mode_since == date(2026, 1, 1)


def test_many_are_changed_at_once(db):
    homes = connect("Asha", "Balram", "Chanda")
    new = change(*homes, sanctioned_load_w=3_000)
    assert [one.connection_id for one in new] == [home.connection_id for home in homes]
    assert all(facts(home, JUNE).sanctioned_load_w == 3_000 for home in homes)


def test_a_fact_may_be_dated_ahead(asha):
    change(asha, day=date(2027, 6, 11), sanctioned_load_w=3_000)
    assert facts(asha, JUNE).sanctioned_load_w == 2_000


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"sanctioned_load_w": 0}, connections.WrongLoad, "load of 0 W is none"),
        ({"sanctioned_load_w": -5}, connections.WrongLoad, "load of -5 W is none"),
        ({"sanctioned_load_w": 2_000}, connections.SameFacts, "nothing would change"),
        ({"payment_mode": PaymentMode.PREPAID}, connections.SameFacts, "nothing would"),
        ({}, connections.SameFacts, "nothing would change on 2026-06-01"),
        ({"day": STARTS_ON, "sanctioned_load_w": 3}, connections.WrongDay, "begin later"),
        (
            {"day": date(2026, 3, 1), "sanctioned_load_w": 3},
            connections.WrongDay,
            "hold from 2026-04-01",
        ),
        (
            {"day": date(2062, 6, 1), "sanctioned_load_w": 3},
            connections.WrongDay,
            "more than a year ahead",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(asha, wrong, error, says):
    with pytest.raises(error, match=says):
        change(asha, **wrong)
    assert ConnectionFact.objects.count() == 1


def test_one_wrong_change_leaves_all_others_as_they_were(db):
    asha, balram = connect("Asha", "Balram")
    good = FactsChange(
        connection_id=asha.connection_id, from_day=JUNE, sanctioned_load_w=3_000
    )
    bad = FactsChange(
        connection_id=balram.connection_id, from_day=JUNE, sanctioned_load_w=0
    )
    with pytest.raises(connections.WrongLoad):
        connections.change_facts(changes=[good, bad], now=NOW)
    unknown = FactsChange(connection_id=99, from_day=JUNE, sanctioned_load_w=1)
    with pytest.raises(connections.UnknownConnection, match=r"\[99\]"):
        connections.change_facts(changes=[good, unknown], now=NOW)
    with pytest.raises(connections.ChangedTwice, match=str(asha.connection_id)):
        connections.change_facts(changes=[good, good], now=NOW)
    assert ConnectionFact.objects.count() == 2


def test_nothing_to_change_is_nothing(db):
    assert connections.change_facts(changes=[], now=NOW) == ()


def test_of_many_who_make_the_same_change_one_does(committed_db):
    (asha,) = connect("Asha")

    def try_it(_: int) -> bool:
        try:
            change(asha, payment_mode=PaymentMode.POSTPAID)
        except connections.WrongDay:
            return False
        return True

    assert sorted(at_once(try_it, threads=4)) == [False, False, False, True]
