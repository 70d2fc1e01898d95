"""Bills are made once, contradict nothing, and are refused by name."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from bijlighar.bills import _moves
from bijlighar.bills import service as bills
from bijlighar.bills.models import Bill as Row
from bijlighar.bills.rules import Credit, settled
from bijlighar.bills.values import BillKind, BillState, Moved
from bijlighar.charges import service as charges
from bijlighar.dues import service as dues
from bijlighar.dues.values import Instalments, NewDeposit, NewPlan
from tests.append_only import insist_on_refusal, statements
from tests.bills.stories import (
    APRIL,
    JUNE,
    MAY,
    adjusted,
    balance,
    bill,
    correct,
    home_of,
    issue,
    morning,
    pay,
    used,
)

pytestmark = pytest.mark.django_db
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


# Once


def test_issuing_again_answers_the_same_bill(asha):
    used(asha, MAY)
    made, again = issue(asha), issue(asha, now=morning(date(2026, 5, 7)))
    assert made.bills == again.bills
    assert made.new == {made.bills[0].number}
    assert again.new == frozenset()
    assert Row.objects.count() == 1


def test_killed_in_between_nothing_is_left_and_the_next_try_makes_the_same(
    asha, monkeypatch
):
    use = used(asha, MAY)
    correct(asha, date(2026, 4, 30), use.register_wh - 1_000, now=morning(MAY))
    before = balance(asha)
    with monkeypatch.context() as killed:
        killed.setattr(_moves, "rows", lambda cursor: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            issue(asha)
    assert (Row.objects.count(), balance(asha)) == (0, before)
    made = bill(asha)
    assert made.true_up_paise == before - balance(asha) < 0


def test_bills_are_never_taken_back(asha):
    used(asha, MAY)
    bill(asha)
    for statement in statements("bills_bill"):
        insist_on_refusal(statement)


CONTRADICTIONS = (
    ({"charges_paise": 1}, "charges_are"),
    ({"deducted_paise": 1}, "charges_are_what_was_deducted_and_the_true_up"),
    ({"lines": []}, "charges_are_the_sum_of_the_lines"),
    ({"adjustments_paise": 1}, "adjustments_are_the_sum_of_their_list"),
    ({"balance_paise": 1}, "the_balance_is_what_all_movements_lead_to"),
    ({"previous_paise": 1}, "the_balance_is_what_all_movements_lead_to"),
    ({"payable_paise": 100}, "a_bill_asks_for_what_is_owed"),
    ({"rounding_paise": 1}, "a_bill_asks_for_what_is_owed"),
    ({"due_on": MAY}, "only_a_postpaid_bill_is_due"),
    ({"until_day": date(2026, 3, 1)}, "a_bill_has_a_day"),
    ({"kind": "yearly"}, "kind_of_bill_is_known"),
    ({"number": "another"}, "one_bill_"),
    ({"number": "another", "first_day": date(2026, 4, 2)}, "one_bill_ends_on_a_day"),
)


def test_the_database_refuses_a_bill_that_contradicts_itself(asha):
    used(asha, MAY)
    bill(asha)
    for changes, constraint in CONTRADICTIONS:
        row = Row.objects.get()
        row.pk = None
        if "number" not in changes:
            row.number, row.first_day, row.until_day = "another", JUNE, date(2026, 7, 1)
        for name, value in changes.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            row.save(force_insert=True)


def test_a_postpaid_bill_asks_for_whole_rupees(balram):
    used(balram, MAY)
    bill(balram)
    row = Row.objects.get()
    row.pk, row.number, row.first_day, row.until_day = None, "x", JUNE, date(2026, 7, 1)
    row.payable_paise += 1
    row.rounding_paise -= 1
    with (
        pytest.raises(IntegrityError, match="a_bill_asks_for_whole_rupees"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


# Refused


def test_an_open_day_is_named_and_holds_up_nobody_else(asha, balram):
    used(asha, MAY)
    used(balram, date(2026, 4, 17))
    issued = issue(asha, balram)
    assert [made.connection_id for made in issued.bills] == [asha.connection_id]
    (refused,) = issued.rejected
    assert refused.connection_id == balram.connection_id
    assert refused.error == "2026-04-17 is not charged yet"
    assert bills.unbilled(until=MAY) == (balram.connection_id,)


def test_a_final_bill_is_made_of_the_days_there_are_and_none_follows(asha):
    use = used(asha, date(2026, 4, 17))
    made = bill(asha, until=date(2026, 4, 20), kind=BillKind.FINAL, even_if_open=True)
    assert [day.day.day for day in made.days] == list(range(1, 17))
    use.until(MAY)
    issued = issue(asha)
    assert issued.bills == ()
    assert issued.rejected[0].error == f"bill {made.number} was its final one"
    assert bills.unbilled(until=MAY) == ()


def test_a_day_that_was_open_is_on_the_next_bill_as_a_correction(asha):
    use = used(asha, date(2026, 4, 12))
    interim = bill(asha, until=date(2026, 4, 13), kind=BillKind.INTERIM, even_if_open=True)
    use.until(MAY)
    rest = bill(asha)
    (open_day,) = charges.days_of(
        connection_id=asha.connection_id,
        first=date(2026, 4, 12),
        until=date(2026, 4, 13),
    )
    assert adjusted(rest, Moved.EARLIER_DAYS) == -open_day.total_paise
    assert rest.balance_paise == balance(asha)
    assert interim.energy_wh + rest.energy_wh == 29 * 5_000


def test_nothing_charged_no_meter_yet_and_billed_already_are_told(asha, balram):
    dev = home_of("Dev", starts_on=MAY)
    used(balram, MAY)
    issue(balram, until=MAY, kind=BillKind.INTERIM)
    errors = {one.connection_id: one.error for one in issue(asha, balram, dev).rejected}
    assert errors[asha.connection_id] == "no day from 2026-04-01 on is charged yet"
    assert errors[dev.connection_id] == "its meter came only on 2026-05-01"
    assert errors[balram.connection_id].startswith("it is billed until 2026-05-01 by NDVN")


@pytest.mark.parametrize(
    ("first", "until"), [(APRIL, APRIL), (MAY, APRIL), (APRIL, date(2026, 5, 2))]
)
def test_a_period_is_past_and_has_a_day(asha, first, until):
    used(asha, MAY)
    with pytest.raises(bills.WrongPeriod):
        issue(asha, first=first, until=until, now=morning(MAY))


def test_an_unknown_bill_is_said_to_be_so(db):
    with pytest.raises(bills.UnknownBill):
        bills.bill_of(number="NDVN-202604-1-1")


# What became of it


def test_a_bill_is_to_pay_then_overdue_then_paid(balram):
    use = used(balram, MAY)
    april = bill(balram)

    def state(day: date) -> BillState:
        return bills.listed(number=april.number, today=day).state

    assert state(date(2026, 5, 16)) is BillState.TO_PAY
    assert state(date(2026, 5, 17)) is BillState.OVERDUE
    pay(balram, april.payable_paise // 100 - 1, at=morning(date(2026, 5, 17)))
    assert state(date(2026, 5, 18)) is BillState.OVERDUE
    pay(balram, 1, at=morning(date(2026, 5, 18)))
    assert state(date(2026, 5, 18)) is BillState.PAID
    use.until(JUNE)
    may = bill(balram, first=MAY)
    found = bills.bills_of(connection_id=balram.connection_id, today=JUNE)
    assert [(one.bill.number, one.state) for one in found] == [
        (may.number, BillState.TO_PAY),
        (april.number, BillState.PAID),
    ]
    assert bills.last_bills(connection_ids=[balram.connection_id]) == {
        balram.connection_id: may
    }


def _set_aside(home, paise: int, on: date) -> None:
    dues.set_aside(
        plans=[
            NewPlan(
                connection_id=home.connection_id,
                amount_paise=paise,
                terms=Instalments(count=2, first_on=JUNE),
                because="the payment mode changed",
                source=f"{on}",
            )
        ],
        now=morning(on),
    )


def test_a_deposit_that_is_set_off_pays_a_bill(balram):
    used(balram, MAY)
    made = bill(balram)
    ids = [balram.connection_id]
    held = NewDeposit(connection_id=ids[0], amount_paise=5_000_00, source="old")
    dues.hold(deposits=[held], now=morning(MAY))
    dues.set_off(
        owed_paise={ids[0]: -balance(balram)}, source="t", now=morning(date(2026, 5, 9))
    )
    found = bills.listed(number=made.number, today=JUNE)
    assert (found.state, found.paid_paise) == (BillState.PAID, made.payable_paise)


def test_dues_in_a_plan_are_not_overdue_and_paid_when_the_plan_is(balram):
    used(balram, MAY)
    made = bill(balram)
    number, owed = made.number, -balance(balram)
    pay(balram, 100, at=morning(date(2026, 5, 9)))

    def found(day: date) -> tuple[BillState, int, int]:
        one = bills.listed(number=number, today=day)
        return one.state, one.paid_paise, one.planned_paise

    _set_aside(balram, owed - 100_00 - 50_00, date(2026, 5, 10))
    assert found(date(2026, 5, 20)) == (BillState.OVERDUE, 100_00, owed - 150_00)
    pay(balram, 51, at=morning(date(2026, 5, 21)))
    state, paid, planned = found(date(2026, 5, 21))
    assert (state, paid + planned) == (BillState.IN_PLAN, made.payable_paise)
    pay(balram, 5_000, at=morning(date(2026, 5, 22)))
    assert found(JUNE)[0] is BillState.IN_PLAN, "money that comes later pays newer days"
    for day in (JUNE, date(2026, 7, 1)):
        dues.post_instalments(
            connection_ids=[balram.connection_id], leave_paise=0, now=morning(day)
        )
        state, paid, planned = found(day)
        assert paid + planned == made.payable_paise
    assert found(date(2026, 7, 1)) == (BillState.PAID, made.payable_paise, 0)


@pytest.mark.parametrize(
    ("credits", "arrears", "expected"),
    [
        ([], 0, (0, 0)),
        ([(300, False)], 0, (300, 0)),
        ([(1_200, False)], 0, (1_000, 0)),
        ([(300, False), (700, True)], 700, (300, 700)),
        ([(300, False), (700, True), (900, False)], 200, (800, 200)),
        ([(300, False), (950, True)], 950, (300, 700)),
        ([(300, False), (950, True)], 250, (1_000, 0)),
        ([(1_000, True), (400, True)], 1_100, (300, 700)),
        ([(1_000, True), (400, True)], 300, (1_000, 0)),
        ([(1_000, False), (400, True)], 400, (1_000, 0)),
    ],
)
def test_what_of_a_bill_of_ten_rupees_is_paid_and_what_is_in_a_plan(
    credits, arrears, expected
):
    told = [Credit(amount_paise=paise, is_plan=is_plan) for paise, is_plan in credits]
    assert settled(payable_paise=1_000, credits=told, arrears_paise=arrears) == expected


def test_a_prepaid_bill_is_an_account_and_a_credit_asks_for_nothing(asha):
    used(asha, MAY)
    made = bill(asha)
    found = bills.listed(number=made.number, today=MAY)
    assert found.state is BillState.DEDUCTED


# Asked for


def test_what_bills_asked_for_goes_back_to_one_that_was_paid_in_full(balram, asha):
    """April is paid in May; May and June are not, and July is asked about."""
    ids = [asha.connection_id, balram.connection_id]
    use = used(balram, MAY)
    april = bill(balram)
    use.until(JUNE)
    pay(balram, april.payable_paise // 100, at=morning(date(2026, 5, 10)))
    may = bill(balram, first=MAY)
    use.until(JULY)
    june = bill(balram, first=JUNE)

    def asked(paid_by: date, most: int = 24) -> list[tuple[date, int]]:
        found = bills.asked(connection_ids=ids, paid_by=paid_by, most=most)
        assert {one.connection_id for one in found} == {balram.connection_id}
        return [(one.until, one.payable_paise) for one in found]

    each = [(one.until, one.payable_paise) for one in (april, may, june)]
    assert asked(JULY) == each, "the one that was paid is there, as others build on it"
    assert asked(MAY) == each, "nothing was paid by then"
    assert asked(JULY, most=1) == each[-1:]
    pay(balram, june.payable_paise // 100, at=morning(date(2026, 7, 10)))
    use.until(AUGUST)
    july = bill(balram, first=JULY)
    assert asked(JULY) == [*each, (AUGUST, july.payable_paise)]
    assert asked(AUGUST) == [(JULY, june.payable_paise), (AUGUST, july.payable_paise)]
