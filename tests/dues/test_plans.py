"""Old dues are set aside and paid in parts: never more than is left, never twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.connections.values import Home
from bijlighar.dues import service as dues
from bijlighar.dues.models import Plan, PlanPayment
from bijlighar.dues.values import Taken
from bijlighar.ledger import service as ledger
from tests.append_only import insist_on_refusal, statements
from tests.cast import connect
from tests.dues.conftest import (
    arrears,
    at,
    balance,
    deposit,
    entries_of,
    ids,
    make_postpaid,
    move,
    owned_in_all,
    parts,
    plan,
    share,
    undone,
)

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)
NOW = at(JUNE)


@pytest.fixture
def asha(db: None) -> Home:
    """Owes 1,000 rupees, prepaid."""
    return connect("Asha", opening_paise=-1_000_00)[0]


def set_aside(home: Home, paise: int, terms, source: str = "first", **how):
    return dues.set_aside(plans=[plan(home, paise, terms, source)], now=NOW, **how)


def recharge(home: Home, paise: int, source: str) -> Taken | None:
    move(home, paise, source, now=NOW, reason="recharge")
    return take(home, paise, source)


def take(home: Home, paise: int, source: str) -> Taken | None:
    return dues.take_from_recharge(
        connection_id=home.connection_id,
        recharge_paise=paise,
        source=source,
        catch_up_percent=25,
        now=NOW,
    )


def instalments(home: Home, day: date, *, leave_paise: int = 0) -> dict[int, int]:
    return dues.post_instalments(
        connection_ids=ids(home), leave_paise=leave_paise, now=at(day)
    )


# Set aside


def test_dues_that_are_set_aside_leave_the_wallet(asha):
    (opened,) = set_aside(asha, 800_00, share())
    assert (balance(asha), arrears(asha)) == (-200_00, 800_00)
    assert (opened.amount_paise, opened.left_paise) == (800_00, 800_00)
    assert dues.plan_of(connection_id=asha.connection_id) == opened
    assert ledger.wrong_wallets() == ()


def test_who_has_no_plan_has_none(asha):
    assert dues.plan_of(connection_id=asha.connection_id) is None
    assert (arrears(asha), take(asha, 100_00, "r")) == (0, None)
    assert instalments(asha, JULY) == {}


def test_the_same_plan_is_opened_once(asha):
    first = set_aside(asha, 800_00, share())
    assert set_aside(asha, 800_00, share()) == first
    assert (balance(asha), Plan.objects.count()) == (-200_00, 1)


def test_one_plan_is_open_at_a_time(asha):
    set_aside(asha, 800_00, share())
    with pytest.raises(dues.AlreadyPlanned, match="80000 paise are left"):
        set_aside(asha, 100_00, share(), "second")
    assert arrears(asha) == 800_00


def test_a_plan_anew_takes_what_is_left_along_on_its_own_terms(asha):
    set_aside(asha, 800_00, share())
    recharge(asha, 400_00, "r1")
    move(asha, -150_00, "used", now=NOW)
    (opened,) = set_aside(asha, 50_00, parts(10, JULY), "second", anew=True)
    assert (opened.amount_paise, opened.terms) == (750_00, parts(10, JULY))
    assert arrears(asha) == 750_00
    assert recharge(asha, 400_00, "r2") is None


def test_nothing_left_and_nothing_new_is_no_plan(asha):
    assert set_aside(asha, 0, share(), anew=True) == ()
    assert Plan.objects.count() == 0


@pytest.mark.parametrize(
    ("paise", "terms", "error"),
    [
        (0, share(), dues.WrongPlan),
        (-5, share(), dues.WrongPlan),
        (1_00, share(0), dues.WrongPlan),
        (1_00, share(101), dues.WrongPlan),
        (1_00, parts(0, JULY), dues.WrongPlan),
        (1_000_01, share(), dues.NotOwed),
    ],
)
def test_a_plan_that_cannot_be_is_refused(asha, paise, terms, error):
    with pytest.raises(error):
        set_aside(asha, paise, terms)
    assert (balance(asha), Plan.objects.count()) == (-1_000_00, 0)


def test_who_owes_nothing_sets_nothing_aside():
    (rich,) = connect("Asha", opening_paise=5_00)
    with pytest.raises(dues.NotOwed, match="owes -500 paise, not 1"):
        set_aside(rich, 1, share())


def test_one_wrong_plan_of_many_opens_none():
    asha, balram = connect("Asha", "Balram", opening_paise=-10_00)
    wrong = [plan(asha, 10_00, share()), plan(balram, 11_00, share())]
    with pytest.raises(dues.NotOwed):
        dues.set_aside(plans=wrong, now=NOW)
    assert (arrears(asha), arrears(balram), Plan.objects.count()) == (0, 0, 0)


def test_who_has_no_wallet_has_no_plan(asha):
    from dataclasses import replace

    with pytest.raises(ledger.NoWallet):
        dues.set_aside(plans=[replace(plan(asha, 1, share()), connection_id=99)], now=NOW)


# A share of each recharge


def test_a_recharge_gives_its_share_until_nothing_is_left(asha):
    """
    recharge 400.00   100.00 to old dues   150.00 left
    recharge 400.00   100.00 to old dues    50.00 left
    recharge 400.00    50.00 to old dues     0.00 left
    """
    set_aside(asha, 250_00, share())
    told = [recharge(asha, 400_00, f"r{number}") for number in range(4)]
    assert told == [
        Taken(taken_paise=100_00, left_paise=150_00),
        Taken(taken_paise=100_00, left_paise=50_00),
        Taken(taken_paise=50_00, left_paise=0),
        None,
    ]
    assert (arrears(asha), balance(asha)) == (0, -750_00 + 1_600_00 - 250_00)
    assert dues.plan_of(connection_id=asha.connection_id) is None


def test_a_recharge_that_is_told_twice_gives_once(asha):
    set_aside(asha, 250_00, share())
    first = recharge(asha, 400_00, "r1")
    assert take(asha, 400_00, "r1") == first
    assert (arrears(asha), PlanPayment.objects.count()) == (150_00, 1)


def test_a_share_is_rounded_down_so_that_a_paisa_stays_with_who_paid(asha):
    set_aside(asha, 250_00, share())
    assert recharge(asha, 10_03, "r1") == Taken(taken_paise=2_50, left_paise=247_50)


# Instalments


def test_a_postpaid_home_gets_each_instalment_whole_on_its_day(asha):
    make_postpaid(asha, JUNE)
    set_aside(asha, 1_000_00, parts(3, JULY))
    assert instalments(asha, JULY - timedelta(days=1)) == {}
    assert instalments(asha, JULY) == {asha.connection_id: 333_34}
    assert instalments(asha, date(2026, 7, 31)) == {}
    assert instalments(asha, date(2026, 8, 1)) == {asha.connection_id: 333_33}
    assert (balance(asha), arrears(asha)) == (-666_67, 333_33)
    assert instalments(asha, date(2026, 9, 1)) == {asha.connection_id: 333_33}
    assert instalments(asha, date(2026, 10, 1)) == {}
    assert dues.plan_of(connection_id=asha.connection_id) is None
    assert [paise for _, paise in entries_of(dues.INSTALMENT)] == [33334, 33333, 33333]


def test_months_in_which_nobody_worked_are_made_up_at_once(asha):
    make_postpaid(asha, JUNE)
    set_aside(asha, 1_000_00, parts(4, JULY))
    assert instalments(asha, date(2026, 9, 5)) == {asha.connection_id: 750_00}
    assert instalments(asha, date(2026, 9, 6)) == {}


def test_a_prepaid_home_is_never_in_the_dark_for_an_instalment(asha):
    """What it misses is asked with the next one; a share of a recharge goes to it first."""
    set_aside(asha, 1_000_00, parts(4, JULY))
    move(asha, 100_00, "r0", now=NOW)
    assert instalments(asha, JULY, leave_paise=1) == {asha.connection_id: 99_99}
    assert (balance(asha), arrears(asha)) == (1, 900_01)
    assert instalments(asha, date(2026, 7, 2)) == {}
    july = at(date(2026, 7, 10))
    taken = dues.take_from_recharge(
        connection_id=asha.connection_id,
        recharge_paise=400_00,
        source="r1",
        catch_up_percent=25,
        now=july,
    )
    assert taken == Taken(taken_paise=100_00, left_paise=800_01)
    move(asha, 5_000_00, "r2", now=july)
    assert instalments(asha, date(2026, 8, 1)) == {asha.connection_id: 300_01}
    assert arrears(asha) == 500_00


def test_a_missed_instalment_is_kept_as_missed(asha):
    set_aside(asha, 1_000_00, parts(4, JULY))
    assert instalments(asha, JULY) == {}
    kept = PlanPayment.objects.get()
    assert (kept.source, kept.asked_paise, kept.paid_paise) == ("2026-07-01", 250_00, 0)
    assert (entries_of(dues.INSTALMENT), arrears(asha)) == ([], 1_000_00)


def test_what_is_still_missed_after_the_last_instalment_is_asked_month_by_month(asha):
    set_aside(asha, 1_000_00, parts(1, JULY))
    instalments(asha, JULY)
    move(asha, 1_500_00, "r1", now=NOW)
    assert instalments(asha, date(2026, 8, 1)) == {asha.connection_id: 1_000_00}


def test_instalments_of_the_thirty_first_come_on_the_last_day_of_shorter_months(asha):
    make_postpaid(asha, JUNE)
    set_aside(asha, 1_000_00, parts(4, date(2026, 8, 31)))
    paid = [
        instalments(asha, day) != {}
        for day in (date(2026, 8, 31), date(2026, 9, 29), date(2026, 9, 30))
    ]
    assert paid == [True, False, True]


def test_who_still_pays_instalments_is_known(asha):
    (balram,) = connect("Balram", opening_paise=-10_00)
    make_postpaid(asha, JUNE)
    set_aside(asha, 1_000_00, parts(1, JULY))
    set_aside(balram, 10_00, share())
    assert dues.with_instalments() == (asha.connection_id,)
    instalments(asha, JULY)
    assert dues.with_instalments() == ()


# A deposit in instalments


def test_a_deposit_is_paid_in_instalments_after_old_dues(asha):
    set_aside(asha, 200_00, parts(1, JULY))
    dues.ask_deposit(plans=[plan(asha, 400_00, parts(4, JULY))], now=NOW)
    assert (deposit(asha).held_paise, deposit(asha).asked_paise) == (0, 400_00)
    move(asha, 1_050_00, "r1", now=NOW)
    assert instalments(asha, JULY) == {asha.connection_id: 250_00}
    assert (balance(asha), arrears(asha)) == (0, 0)
    assert (deposit(asha).held_paise, deposit(asha).asked_paise) == (50_00, 350_00)


def test_a_deposit_that_is_no_longer_asked_for_stays_as_far_as_it_was_paid(asha):
    make_postpaid(asha, JUNE)
    dues.ask_deposit(plans=[plan(asha, 400_00, parts(4, JULY))], now=NOW)
    instalments(asha, JULY)
    left = dues.drop_demand(
        connection_ids=ids(asha), because="prepaid now", source="s", now=NOW
    )
    assert left == {asha.connection_id: 300_00}
    assert instalments(asha, date(2026, 8, 1)) == {}
    assert (deposit(asha).held_paise, deposit(asha).asked_paise) == (100_00, 0)
    assert dues.deposit_plan_of(connection_id=asha.connection_id) is None
    assert (
        dues.drop_demand(connection_ids=ids(asha), because="x", source="t", now=NOW) == {}
    )
    dues.ask_deposit(plans=[plan(asha, 300_00, parts(2, JULY), "again")], now=NOW)
    found = dues.deposit_plan_of(connection_id=asha.connection_id)
    assert found is not None
    assert found.left_paise == 300_00


# What the database refuses


@pytest.mark.parametrize(
    "statement",
    statements(
        "dues_plan",
        "dues_planpayment",
        "dues_latedays",
        "dues_interest",
        "dues_monthdone",
    ),
)
def test_what_was_agreed_and_paid_is_never_taken_back(db, statement):
    insist_on_refusal(statement)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"amount_paise": -1}, "a_plan_is_for_no_credit"),
        ({"book": "wallet"}, "plan_book_is_known"),
        ({"percent_of_recharge": 101}, "a_plan_has_instalments_or_a_share"),
        ({"percent_of_recharge": None}, "a_plan_has_instalments_or_a_share"),
        ({"number": 1}, "one_plan_after_another"),
        ({"source": "first"}, "a_plan_is_opened_once"),
    ],
)
def test_the_database_refuses_a_plan_that_cannot_be(asha, wrong, constraint):
    set_aside(asha, 100_00, share())
    kept = Plan.objects.get()
    kept.pk, kept.number, kept.source = None, 2, "second"
    for name, value in wrong.items():
        setattr(kept, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        kept.save(force_insert=True)


def test_the_database_refuses_a_payment_above_what_was_asked(asha):
    set_aside(asha, 100_00, share())
    recharge(asha, 100_00, "r")
    kept = PlanPayment.objects.get()
    kept.pk, kept.source, kept.paid_paise = None, "other", kept.asked_paise + 1
    with (
        pytest.raises(IntegrityError, match="nobody_pays_more_than_was_asked"),
        transaction.atomic(),
    ):
        kept.save(force_insert=True)


# In any order


steps = st.one_of(
    st.tuples(st.just("recharge"), st.integers(10_00, 2_000_00)),
    st.tuples(st.just("use"), st.integers(1, 900_00)),
    st.tuples(st.just("month"), st.just(0)),
    st.tuples(st.just("anew"), st.integers(1, 100)),
    st.tuples(st.just("parts"), st.integers(1, 12)),
    st.tuples(st.just("deposit"), st.integers(1, 900_00)),
)


@settings(max_examples=25, deadline=None)
@given(st.booleans(), st.lists(steps, max_size=12))
def test_no_paisa_is_lost_in_any_mix(is_postpaid, mix):
    """What moves between wallet, old dues and deposit stays the consumer's in all."""
    with undone():
        (home,) = connect("Asha", opening_paise=-1_000_00)
        if is_postpaid:
            make_postpaid(home, JUNE)
        day, outside, owed = JUNE, -1_000_00, 0
        for number, (what, amount) in enumerate(mix):
            source = f"{number}"
            if what == "recharge":
                recharge(home, amount, source)
                outside += amount
            elif what == "use":
                move(home, -amount, source, now=NOW)
                outside -= amount
            elif what == "month":
                day = (day + timedelta(days=32)).replace(day=1)
                before = balance(home)
                instalments(home, day)
                assert is_postpaid or balance(home) >= min(before, 0)
            elif what == "deposit":
                terms = parts(3, day)
                dues.ask_deposit(
                    plans=[plan(home, amount, terms, source)], now=NOW, anew=True
                )
            else:
                due = max(-balance(home), 0)
                terms = share(amount) if what == "anew" else parts(amount, day)
                set_aside(home, due, terms, source, anew=True)
            owed = arrears(home)
            assert owed >= 0
            found = dues.plan_of(connection_id=home.connection_id)
            assert (found.left_paise if found else 0) == owed
            assert owned_in_all(home) == outside
        assert ledger.wrong_wallets() == ()
