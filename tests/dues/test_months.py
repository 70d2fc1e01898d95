"""Once a month: what paying late costs, what a prepaid balance earns; each day once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from bijlighar.connections.values import Home
from bijlighar.dues import service as dues
from bijlighar.dues.models import Interest, LateDays, MonthDone
from bijlighar.dues.values import Billed, Monthly
from bijlighar.kernel.ist import ONE_DAY, day_starts, next_month_starts
from bijlighar.ledger import service as ledger
from tests.cast import connect, new_connection
from tests.dues.conftest import (
    at,
    balance,
    entries_of,
    ids,
    make_postpaid,
    move,
    parts,
    plan,
)

pytestmark = pytest.mark.django_db

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)


def bill(home: Home, due_on: date, payable_paise: int) -> Billed:
    return Billed(
        connection_id=home.connection_id,
        until=due_on - timedelta(days=16),
        due_on=due_on,
        issued_at=day_starts(due_on - timedelta(days=15)),
        payable_paise=payable_paise,
    )


def charge_late(*bills: Billed, month: date = JUNE):
    return dues.charge_late(
        billed=bills, month=month, now=day_starts(next_month_starts(month))
    )


def interest(*homes: Home, month: date):
    return dues.credit_interest(
        connection_ids=ids(*homes), month=month, now=day_starts(next_month_starts(month))
    )


@pytest.fixture
def balram(db: None) -> Home:
    """Postpaid; owes 1,000 rupees."""
    (balram,) = connect("Balram", opening_paise=-1_000_00)
    make_postpaid(balram, date(2026, 5, 1))
    return balram


# Late payment


def test_late_days_are_charged_to_the_wallet_and_explained(balram):
    posted = charge_late(bill(balram, date(2026, 6, 15), 1_000_00))
    assert (posted.posted, posted.rejected) == ({balram.connection_id: 6_25}, {})
    assert balance(balram) == -1_006_25
    assert entries_of(dues.LATE_PAYMENT) == [(f"{balram.connection_id}:2026-06", 6_25)]
    (told,) = dues.late_charges_of(connection_id=balram.connection_id)
    (line,) = told.lines
    assert (told.month, told.amount_paise) == (JUNE, 6_25)
    assert (line.days, line.dues_paise, line.share_per_month) == (15, 1_000_00, "0.0125")


def test_a_month_is_charged_once_whatever_is_known_later(balram):
    one = bill(balram, date(2026, 6, 15), 1_000_00)
    charge_late(one)
    assert charge_late(replace(one, payable_paise=9_000_00)).posted == {}
    assert (balance(balram), LateDays.objects.count()) == (-1_006_25, 1)


def test_the_next_month_goes_on_where_this_one_ended(balram):
    one = bill(balram, date(2026, 6, 15), 1_000_00)
    charge_late(one)
    second = bill(balram, date(2026, 7, 17), 1_006_00)
    posted = charge_late(one, second, month=JULY).posted[balram.connection_id]
    assert posted == 19_17 - 6_25  # 46 days in all, nothing on the 6.25 of June
    lines = LateDays.objects.filter(month=JULY).values_list("dues_paise", "days")
    assert list(lines) == [(1_000_00, 31)]


def test_who_paid_in_time_pays_nothing_more(balram):
    move(balram, 1_000_00, "paid", now=at(date(2026, 6, 14)))
    assert charge_late(bill(balram, date(2026, 6, 15), 1_000_00)).posted == {}
    assert dues.late_charges_of(connection_id=balram.connection_id) == ()


def test_dues_that_are_set_aside_cost_nothing_more(balram):
    now = at(date(2026, 6, 16))
    dues.set_aside(plans=[plan(balram, 1_000_00, parts(10, JULY))], now=now)
    assert (
        charge_late(bill(balram, date(2026, 6, 15), 1_000_00)).posted
        == {
            # The one day before the plan was made.
        }
    )


def test_days_that_cost_less_than_a_paisa_are_counted_all_the_same(balram):
    one = bill(balram, date(2026, 6, 29), 1)
    assert charge_late(one).posted == {}
    assert LateDays.objects.get().amount_paise == 0
    assert entries_of(dues.LATE_PAYMENT) == []


def test_an_order_without_a_surcharge_charges_none():
    new = new_connection("Asha", category="DS-II")
    (asha,) = connect("Asha", new={"Asha": new}, opening_paise=-1_000_00)
    posted = charge_late(bill(asha, date(2026, 6, 15), 1_000_00))
    assert (posted.posted, posted.rejected) == ({}, {})


def test_of_whom_no_order_says_anything_is_told():
    new = {"Asha": new_connection("Asha", category="LMV-9")}
    asha, balram = connect("Asha", "Balram", new=new, opening_paise=-1_000_00)
    due = date(2026, 6, 15)
    found = charge_late(bill(asha, due, 1_000_00), bill(balram, due, 1_000_00))
    assert found.posted == {balram.connection_id: 6_25}
    assert "LMV-9" in found.rejected[asha.connection_id]
    far = date(2025, 6, 1)
    early = charge_late(bill(balram, date(2025, 6, 15), 1_00), month=far)
    assert "no category and load" in early.rejected[balram.connection_id]


def test_a_month_that_runs_is_not_charged(balram):
    with pytest.raises(AssertionError, match="has ended"):
        dues.charge_late(billed=[], month=JUNE, now=at(date(2026, 6, 30)))


# Interest


@pytest.fixture
def saver(db: None) -> Home:
    """Prepaid, in a state whose order pays interest; 2,500 rupees since 1 April."""
    new = new_connection("Asha", category="DS-II")
    return connect("Asha", new={"Asha": new}, opening_paise=2_500_00)[0]


def test_a_balance_that_stayed_three_months_earns_for_all_of_them(saver):
    """The order of FY 2026-27: 2,500 rupees from 1 April on, 90 days are over in June."""
    assert interest(saver, month=date(2026, 4, 1)).posted == {}
    assert interest(saver, month=date(2026, 5, 1)).posted == {}
    june = interest(saver, month=JUNE).posted[saver.connection_id]
    july = interest(saver, month=JULY).posted[saver.connection_id]
    (told, _) = dues.interest_of(connection_id=saver.connection_id)
    share = told.share_per_year
    assert (told.month, told.amount_paise) == (JUNE, june)
    assert abs(june - 2_500_00 * 91 * Fraction(share) / 365) <= 1
    assert abs(july - (2_500_00 + june) * 31 * Fraction(share) / 365) <= 1
    assert balance(saver) == 2_500_00 + june + july
    assert ledger.wrong_wallets() == ()


def test_a_month_earns_once(saver):
    for month in (JUNE, JUNE):
        interest(saver, month=month)
    assert Interest.objects.count() == 1


def test_a_day_below_the_sum_starts_the_months_anew(saver):
    move(saver, -600_00, "used", now=at(date(2026, 5, 10)))
    move(saver, 700_00, "paid", now=at(date(2026, 5, 11)))
    assert interest(saver, month=JUNE).posted == {}
    assert interest(saver, month=JULY).posted == {}
    august = interest(saver, month=AUGUST).posted
    assert august.keys() == {saver.connection_id}


def test_a_balance_that_ends_inside_the_month_earns_until_then(saver):
    june = interest(saver, month=JUNE).posted[saver.connection_id]
    move(saver, -600_00, "used", now=at(date(2026, 7, 11)) + timedelta(hours=9))
    july = interest(saver, month=JULY).posted[saver.connection_id]
    share = Fraction(dues.interest_of(connection_id=saver.connection_id)[0].share_per_year)
    assert abs(july - (2_500_00 + june) * 10 * share / 365) <= 1


def test_a_postpaid_credit_earns_nothing(saver):
    make_postpaid(saver, JUNE)
    assert interest(saver, month=JUNE).posted == {}


def test_an_order_without_interest_pays_none():
    (asha,) = connect("Asha", opening_paise=9_000_00)
    assert interest(asha, month=JULY).posted == {}


def test_days_before_the_connection_was_prepaid_do_not_count():
    new = new_connection("Asha", category="DS-II", mode_since=date(2026, 5, 1))
    (asha,) = connect("Asha", new={"Asha": new}, opening_paise=2_500_00)
    assert interest(asha, month=JUNE).posted == {}
    assert interest(asha, month=JULY).posted.keys() == {asha.connection_id}


# Months that are done


def test_months_are_due_until_they_are_done(db):
    now = at(JULY) + ONE_DAY
    assert dues.months_due(what=Monthly.INTEREST, now=now) == (JUNE,)
    dues.month_done(what=Monthly.INTEREST, month=JUNE, now=now)
    dues.month_done(what=Monthly.INTEREST, month=JUNE, now=now)
    assert dues.months_due(what=Monthly.INTEREST, now=now) == ()
    assert dues.months_due(what=Monthly.LATE_PAYMENT, now=now) == (JUNE,)
    later = at(date(2026, 10, 4))
    missed = dues.months_due(what=Monthly.INTEREST, now=later)
    assert missed == (JULY, AUGUST, date(2026, 9, 1))
    assert MonthDone.objects.count() == 1
