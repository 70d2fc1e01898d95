"""By the clock and by recharges: instalments, late payment and interest, posted once."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import transaction

from bijlighar.bills import service as bills
from bijlighar.clock import clock
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import Monthly
from bijlighar.flow import dues as steps
from bijlighar.flow import tasks
from bijlighar.flow.dues import post_instalments, post_months
from bijlighar.kernel.ist import day_starts
from bijlighar.ledger import service as ledger
from bijlighar.notices import service as notices
from tests.cast import connect, new_connection
from tests.dues.conftest import (
    arrears,
    balance,
    ids,
    make_postpaid,
    move,
    parts,
    plan,
    share,
)
from tests.flow.turning import AUGUST, connect_many, noon, recharge, use_until

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def town_at(monkeypatch, tmp_path):
    """Sets the town's clock."""
    file = tmp_path / "clock.json"
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))

    def set_to(now: datetime) -> None:
        clock.set_anchor(file, town_at=now, speed=0)

    return set_to


def late(home: Home) -> int:
    found = dues.late_charges_of(connection_id=home.connection_id)
    return sum(one.amount_paise for one in found)


# Instalments


@pytest.mark.django_db
def test_an_instalment_leaves_a_prepaid_home_its_light():
    (asha,) = connect("Asha", opening_paise=-1_000_00)
    now = noon(JUNE)
    dues.set_aside(plans=[plan(asha, 1_000_00, parts(2, JULY))], now=now)
    move(asha, 300_00, "r", now=now)
    posted = post_instalments(connection_ids=ids(asha), now=noon(JULY))
    assert posted == {asha.connection_id: 299_99}
    assert (balance(asha), arrears(asha)) == (1, 700_01)


def test_the_clock_posts_instalments_of_whoever_has_some(committed_db, town_at):
    asha, balram = connect("Asha", "Balram", opening_paise=-1_000_00)
    for home in (asha, balram):
        make_postpaid(home, JUNE)
    dues.set_aside(plans=[plan(asha, 1_000_00, parts(4, JULY))], now=noon(JUNE))
    town_at(day_starts(JULY))
    tasks.post_instalments(colour="red")
    tasks.post_instalments()
    assert (balance(asha), balance(balram)) == (-250_00, -1_000_00)


# A recharge


def test_a_recharge_pays_old_dues_their_share_and_the_rest_decides(committed_db):
    (asha,) = connect("Asha", opening_paise=-1_000_00)
    dues.set_aside(plans=[plan(asha, 1_000_00, share())], now=noon(JUNE))
    recharge(asha, 400, 1, JUNE)
    assert (balance(asha), arrears(asha)) == (300_00, 900_00)
    (told,) = notices.recent(limit=1, connection_id=asha.connection_id)
    assert "₹300.00" in told.text
    assert ledger.wrong_wallets() == ()


def test_the_least_recharge_that_brings_light_counts_the_share(committed_db):
    """100.00 are missing: of 134 rupees a quarter goes to old dues, 100.50 are left."""
    (asha,) = connect("Asha", opening_paise=-1_100_00)
    dues.set_aside(plans=[plan(asha, 900_00, share())], now=noon(JUNE))
    recharge(asha, 134, 1, JUNE)
    assert balance(asha) == -200_00 + 100_50
    (told,) = (
        one.text
        for one in notices.recent(limit=9, connection_id=asha.connection_id)
        if one.kind == "recharged_too_little"
    )
    assert "₹134.00 का रीचार्ज और" in told
    recharge(asha, 134, 2, JUNE)
    assert balance(asha) == 1_00


# Once a month


@pytest.fixture
def late_payer(db: None) -> Home:
    """Billed for August 2025, due on 16 September, nothing paid."""
    *_, home = connect_many(3)
    use_until([home], date(2025, 10, 1))
    bills.issue(
        connection_ids=ids(home),
        first=AUGUST,
        until=date(2025, 9, 1),
        now=day_starts(date(2025, 9, 1)),
    )
    return home


@pytest.mark.django_db
def test_an_overdue_bill_costs_its_days_once(late_payer):
    now = noon(date(2025, 10, 1))
    bill = bills.last_bills(connection_ids=ids(late_payer))[late_payer.connection_id]
    assert bill.due_on == date(2025, 9, 16)
    posted = post_months(what=Monthly.LATE_PAYMENT, part=2, now=now)
    expected = bill.payable_paise * 14 * 125 // (30 * 10_000)
    assert posted == {date(2025, 9, 1): late(late_payer)}
    assert abs(late(late_payer) - expected) <= 1
    assert post_months(what=Monthly.LATE_PAYMENT, part=2, now=now) == {}
    assert ledger.wrong_wallets() == ()


@pytest.mark.django_db
def test_a_run_that_broke_off_is_finished_and_posts_nobody_twice(late_payer):
    now = noon(date(2025, 10, 1))
    with transaction.atomic():
        steps.charge_late(ids(late_payer), date(2025, 9, 1), now)
    before = balance(late_payer)
    assert post_months(what=Monthly.LATE_PAYMENT, part=2, now=now) == {date(2025, 9, 1): 0}
    assert balance(late_payer) == before


@pytest.mark.django_db
def test_a_surcharge_is_a_line_of_the_next_bill(late_payer):
    now = noon(date(2025, 10, 1))
    post_months(what=Monthly.LATE_PAYMENT, part=500, now=now)
    issued = bills.issue(
        connection_ids=ids(late_payer), first=AUGUST, until=date(2025, 10, 1), now=now
    )
    told = {one.what.value: one.amount_paise for one in issued.bills[0].adjustments}
    assert told["surcharge"] == -late(late_payer) < 0


def test_the_clock_posts_what_is_due_of_the_month(committed_db, town_at):
    new = new_connection("Asha", category="DS-II", mode_since=date(2026, 1, 1))
    (saver,) = connect("Asha", new={"Asha": new}, opening_paise=2_500_00)
    town_at(day_starts(JULY))
    tasks.credit_interest(colour="red")
    tasks.charge_late(colour="red")
    earned = dues.interest_of(connection_id=saver.connection_id)
    assert [one.month for one in earned] == [JUNE]
    assert balance(saver) == 2_500_00 + earned[0].amount_paise
    tasks.credit_interest()
    assert balance(saver) == 2_500_00 + earned[0].amount_paise
    assert dues.months_due(what=Monthly.LATE_PAYMENT, now=noon(JULY)) == ()
    assert new.payment_mode is PaymentMode.PREPAID
