"""A payment mode changes: the old one is settled first, whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.bills import service as bills
from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import FactsChange, Home, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import Instalments, RechargeShare
from bijlighar.flow import change_mode as steps
from bijlighar.flow.change_mode import DayAhead, ModeChange, change_mode
from bijlighar.flow.dues import post_instalments
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.ledger import service as ledger
from tests.dues.conftest import (
    arrears,
    balance,
    deposit,
    hold,
    ids,
    move,
    parts,
    plan,
    undone,
)
from tests.flow.turning import (
    AUGUST,
    TURN,
    charged_paise,
    connect_many,
    noon,
    opening_paise,
    recharge,
    use_until,
    wealth,
)

pytestmark = pytest.mark.django_db
PREPAID, POSTPAID = PaymentMode.PREPAID, PaymentMode.POSTPAID


def turn(*homes: Home, to=PREPAID, day: date = TURN, now=None, **how):
    return change_mode(
        connection_ids=ids(*homes), to=to, from_day=day, now=now or noon(day), **how
    )


def mode(home: Home, day: date) -> PaymentMode:
    facts = connections.facts_on(connection_ids=ids(home), day=day)
    return facts[home.connection_id].payment_mode


def bring_to(home: Home, paise: int, day: date) -> None:
    """By a payment or a use of the story's own, in force before a day."""
    missing = paise - balance(home)
    if missing:
        move(home, missing, f"to {paise}", now=noon(day - ONE_DAY))


@pytest.fixture
def home(db: None) -> Home:
    """Postpaid, charged up to the turn; number 3 has no deposit yet."""
    *_, home = connect_many(3)
    use_until([home], TURN)
    return home


# To prepaid


def test_a_deposit_of_700_against_2000_rupees_leaves_1300_to_pay_from_recharges(home):
    """Source: tariffs reference 1.4, UP's own example."""
    bring_to(home, -2_000_00, TURN)
    hold(home, 700_00, now=noon(AUGUST))
    done = turn(home)
    assert done.changed == (
        ModeChange(
            connection_id=home.connection_id,
            owed_paise=2_000_00,
            deposit_used_paise=700_00,
            credited_paise=0,
            planned_paise=1_300_00,
            deposit_asked_paise=0,
        ),
    )
    assert (balance(home), arrears(home), deposit(home).held_paise) == (0, 1_300_00, 0)
    found = dues.plan_of(connection_id=home.connection_id)
    assert found is not None
    assert found.terms == RechargeShare(percent=25)
    assert (mode(home, TURN - ONE_DAY), mode(home, TURN)) == (POSTPAID, PREPAID)
    assert ledger.wrong_wallets() == ()


def test_a_deposit_of_700_against_500_rupees_leaves_200_as_credit(home):
    bring_to(home, -500_00, TURN)
    hold(home, 700_00, now=noon(AUGUST))
    (done,) = turn(home).changed
    assert (done.deposit_used_paise, done.credited_paise, done.planned_paise) == (
        500_00,
        200_00,
        0,
    )
    assert (balance(home), arrears(home)) == (200_00, 0)
    assert dues.plan_of(connection_id=home.connection_id) is None


def test_the_interim_bill_tells_how_its_dues_were_settled_and_asks_for_nothing(home):
    bring_to(home, -2_000_00, TURN)
    hold(home, 700_00, now=noon(AUGUST))
    turn(home)
    bill = bills.last_bills(connection_ids=ids(home))[home.connection_id]
    assert (bill.kind.value, bill.first, bill.until) == ("interim", date(2025, 9, 1), TURN)
    told = {one.what.value: one.amount_paise for one in bill.adjustments}
    assert (told["deposit_given"], told["set_aside"]) == (700_00, 1_300_00)
    assert (bill.balance_paise, bill.payable_paise, bill.is_prepaid) == (0, 0, False)


def test_the_month_is_charged_in_two_parts(home):
    """Days after the turn are charged when it is made late, too, now with the rebate."""
    use_until([home], TURN + ONE_DAY * 4, first=TURN)
    turn(home, now=noon(TURN + ONE_DAY * 4))
    explained = [
        charges.explain_day(connection_id=home.connection_id, day=day)
        for day in (TURN - ONE_DAY, TURN)
    ]
    rebates = [one.heads_paise["rebate"] for one in explained if one]
    assert rebates[0] == 0 > rebates[1]


def test_what_was_used_since_the_day_is_no_old_due_and_what_was_paid_pays(home):
    bring_to(home, -1_000_00, TURN)
    late = TURN + ONE_DAY * 4
    use_until([home], late, first=TURN)
    move(home, 300_00, "paid since", now=noon(TURN + ONE_DAY))
    (done,) = turn(home, now=noon(late)).changed
    since = charges.days_of(connection_id=home.connection_id, first=TURN, until=late)
    assert done.planned_paise == 700_00
    assert balance(home) == -sum(day.total_paise for day in since)


def test_an_open_plan_is_paid_from_the_deposit_after_the_wallet(home):
    """300 on the wallet, 600 in a plan by instalments, a deposit of 700: 200 are left."""
    bring_to(home, -900_00, TURN)
    dues.set_aside(
        plans=[plan(home, 600_00, parts(10, date(2026, 1, 1)))], now=noon(TURN - ONE_DAY)
    )
    hold(home, 700_00, now=noon(AUGUST))
    (done,) = turn(home).changed
    assert (done.owed_paise, done.deposit_used_paise, done.planned_paise) == (
        900_00,
        700_00,
        200_00,
    )
    assert (balance(home), arrears(home)) == (0, 200_00)
    found = dues.plan_of(connection_id=home.connection_id)
    assert found is not None
    assert found.terms == RechargeShare(percent=25)


# To postpaid


def test_back_to_postpaid_dues_come_in_ten_and_the_deposit_in_four_instalments(home):
    bring_to(home, -2_000_00, TURN)
    hold(home, 700_00, now=noon(AUGUST))
    turn(home)
    back = date(2025, 10, 1)
    use_until([home], back, first=TURN)
    bring_to(home, -250_00, back)
    (done,) = turn(home, to=POSTPAID, day=back).changed
    assert (done.owed_paise, done.planned_paise, done.deposit_asked_paise) == (
        1_550_00,
        1_550_00,
        700_00,
    )
    found = dues.plan_of(connection_id=home.connection_id)
    asked = dues.deposit_plan_of(connection_id=home.connection_id)
    assert found is not None
    assert asked is not None
    assert found.terms == Instalments(count=10, first_on=date(2025, 11, 1))
    assert asked.terms == Instalments(count=4, first_on=date(2025, 11, 1))
    assert (balance(home), arrears(home)) == (0, 1_550_00)


def test_prepaid_credit_stays_credit(home):
    bring_to(home, 0, TURN)
    turn(home)
    back = date(2025, 10, 1)
    use_until([home], back, first=TURN)
    bring_to(home, 321_00, back)
    (done,) = turn(home, to=POSTPAID, day=back).changed
    assert (done.owed_paise, done.planned_paise, balance(home)) == (0, 0, 321_00)


def test_turned_again_an_unpaid_deposit_is_asked_for_no_more(home):
    hold(home, 700_00, now=noon(AUGUST))
    turn(home)
    use_until([home], date(2025, 10, 1), first=TURN)
    turn(home, to=POSTPAID, day=date(2025, 10, 1))
    dues.post_instalments(
        connection_ids=ids(home), leave_paise=0, now=noon(date(2025, 11, 2))
    )
    assert deposit(home).held_paise == 175_00
    use_until([home], date(2025, 11, 3), first=date(2025, 10, 1))
    turn(home, day=date(2025, 11, 3))
    held = deposit(home)
    assert (held.held_paise, held.asked_paise, held.set_off_paise) == (0, 0, 700_00)


# Who does not change


def test_who_is_in_the_mode_is_left_alone(home):
    before = (wealth(home), ledger.count_transfers())
    done = turn(home, to=POSTPAID)
    assert (done.changed, done.unchanged, done.rejected) == (
        (),
        (home.connection_id,),
        (),
    )
    assert (wealth(home), ledger.count_transfers()) == before


def test_a_change_that_is_repeated_changes_nothing(home):
    turn(home)
    before = (wealth(home), balance(home), ledger.count_transfers())
    done = turn(home, now=noon(TURN + ONE_DAY))
    assert (done.changed, done.unchanged) == ((), (home.connection_id,))
    assert (wealth(home), balance(home), ledger.count_transfers()) == before


def test_who_cannot_change_is_told_why_and_holds_up_nobody():
    good, unheard, later = connect_many(3)
    use_until([good, later], TURN)
    use_until([unheard], TURN - ONE_DAY * 2)
    change = FactsChange(
        connection_id=later.connection_id,
        from_day=TURN + ONE_DAY,
        sanctioned_load_w=9_000,
    )
    connections.change_facts(changes=[change], now=noon(TURN))
    before = {one.connection_id: wealth(one) for one in (unheard, later)}
    done = change_mode(
        connection_ids=[*ids(good, unheard, later), 99],
        to=PREPAID,
        from_day=TURN,
        now=noon(TURN),
    )
    assert [one.connection_id for one in done.changed] == [good.connection_id]
    why = {one.connection_id: one.error for one in done.rejected}
    assert why[99] == "there is no such connection"
    assert why[unheard.connection_id] == "2025-09-14 is not charged yet"
    assert why[later.connection_id] == (
        "it has facts from 2025-09-17 on: 2025-09-16 is not after them"
    )
    for one in (unheard, later):
        assert wealth(one) == before[one.connection_id]
        assert mode(one, TURN) is POSTPAID
    use_until([unheard], TURN, first=TURN - ONE_DAY * 2)
    assert len(turn(unheard, now=noon(TURN + ONE_DAY)).changed) == 1


def test_a_day_that_has_not_begun_is_refused(home):
    with pytest.raises(DayAhead, match="2025-09-16 has not begun"):
        turn(home, now=noon(TURN - ONE_DAY))


def test_nobody_is_nothing_to_change(db):
    assert turn() == steps.ModeChanged(changed=(), unchanged=(), rejected=())


def test_a_trial_tells_the_same_and_keeps_nothing(home):
    hold(home, 700_00, now=noon(AUGUST))
    before = (wealth(home), balance(home), ledger.count_transfers())
    tried = turn(home, is_trial=True)
    assert (wealth(home), balance(home), ledger.count_transfers()) == before
    assert mode(home, TURN) is POSTPAID
    assert turn(home) == tried


def test_a_month_billed_until_the_day_needs_no_interim_bill(home):
    day = date(2025, 9, 1)
    bills.issue(connection_ids=ids(home), first=AUGUST, until=day, now=noon(TURN))
    assert len(turn(home, day=day, now=noon(TURN)).changed) == 1
    assert len(bills.bills_of(connection_id=home.connection_id, today=TURN)) == 1


def test_who_is_billed_past_the_day_keeps_the_mode(home):
    bills.issue(
        connection_ids=ids(home), first=AUGUST, until=date(2025, 9, 1), now=noon(TURN)
    )
    done = turn(home, day=date(2025, 8, 20), now=noon(TURN))
    assert "it is billed until 2025-09-01" in done.rejected[0].error
    assert mode(home, TURN) is POSTPAID


# In any order

happenings = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 25)),
    st.tuples(st.just("recharge"), st.integers(10, 4_000)),
    st.tuples(st.just("turn"), st.integers(0, 4)),
    st.tuples(st.just("instalments"), st.just(0)),
    st.tuples(st.just("bill"), st.just(0)),
)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2_000), st.lists(happenings, min_size=3, max_size=9))
def test_no_paisa_is_lost_in_any_mix_of_days_recharges_and_turns(rupees, mix):
    """Wallet, deposit and old dues hold what came in less what days cost, always."""
    with undone():
        *_, home = connect_many(3)
        use_until([home], TURN)
        if rupees:
            hold(home, rupees * 100, now=noon(AUGUST))
        day, paid = TURN, 0
        for number, (what, amount) in enumerate(mix):
            if what == "days":
                use_until([home], day + ONE_DAY * amount, first=day)
                day += ONE_DAY * amount
            elif what == "recharge":
                paid += recharge(home, amount, number, day)
            elif what == "turn":
                from_day = day - ONE_DAY * amount
                to = PREPAID if mode(home, from_day) is POSTPAID else POSTPAID
                turn(home, to=to, day=from_day, now=noon(day))
                again = turn(home, to=to, day=from_day, now=noon(day))
                assert again.changed == ()
            elif what == "bill":
                bills.issue(
                    connection_ids=ids(home), first=AUGUST, until=day, now=noon(day)
                )
            else:
                post_instalments(connection_ids=ids(home), now=noon(day))
            outside = opening_paise(3) + rupees * 100 + paid
            assert wealth(home) == outside - charged_paise(home)
            found = dues.plan_of(connection_id=home.connection_id)
            assert arrears(home) == (found.left_paise if found else 0) >= 0
            held = deposit(home)
            assert min(held.held_paise, held.asked_paise, held.set_off_paise) >= 0
        assert ledger.wrong_wallets() == ()
        assert ledger.wrong_entries() == ()
