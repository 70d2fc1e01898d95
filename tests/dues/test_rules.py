"""Instalments, late days and kept balances, without a database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dues.rules import (
    Move,
    asked_until,
    from_recharge,
    kept_days,
    last_due_on,
    late_lines,
    months_between,
    months_later,
    recharge_that_leaves,
    to_post,
    window_of,
)
from bijlighar.dues.values import Billed, Instalments, RechargeShare
from bijlighar.kernel.ist import ONE_DAY, day_starts, days_between
from bijlighar.tariffs.dues import late_payment_surcharge
from bijlighar.tariffs.values import LatePayment
from tests.tariffs.drawing import SAID

LATE = LatePayment(
    share_per_month=Decimal("0.0125"),
    later_share_per_month=Decimal("0.02"),
    later_after_months=3,
    **SAID,
)
JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)


def bill(due_on: date, payable_paise: int, issued: date | None = None) -> Billed:
    until = issued or due_on - timedelta(days=15)
    return Billed(
        connection_id=1,
        until=until,
        due_on=due_on,
        issued_at=day_starts(until) + timedelta(hours=40),
        payable_paise=payable_paise,
    )


def noon(day: date) -> datetime:
    return day_starts(day) + timedelta(hours=12)


def paid(day: date, paise: int, known: date | None = None) -> Move:
    return Move(effective_at=noon(day), recorded_at=noon(known or day), amount_paise=paise)


def charged(day: date, paise: int) -> Move:
    return paid(day, -paise)


def late(*bills: Billed, credits=(), surcharges=(), first=JULY, until=AUGUST):
    return late_lines(
        LATE,
        bills=bills,
        credits=credits,
        surcharges=surcharges,
        first=first,
        until=until,
    )


def told(lines) -> list[tuple[str, int, int, str, int]]:
    return [
        (
            f"{one.first_day:%m-%d}",
            one.days,
            one.dues_paise,
            one.share_per_month,
            one.amount_paise,
        )
        for one in lines
    ]


# Plans


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 6, 15), 0, date(2026, 6, 15)),
        (date(2028, 1, 30), 1, date(2028, 2, 29)),
    ],
)
def test_the_same_day_of_a_later_month(day, months, then):
    assert months_later(day, months) == then


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 800))
def test_the_last_due_day_is_the_last_that_is_not_after_today(first_on, days):
    terms, today = Instalments(count=3, first_on=first_on), first_on + ONE_DAY * days
    found = last_due_on(terms, today=today)
    all_days = [months_later(first_on, number) for number in range(30)]
    assert found == max(day for day in all_days if day <= today)


def test_before_the_first_day_nothing_is_due():
    terms = Instalments(count=3, first_on=JULY)
    assert last_due_on(terms, today=date(2026, 6, 30)) is None
    assert asked_until(terms, amount_paise=100, day=date(2026, 6, 30)) == 0


@given(st.integers(0, 10**9), st.integers(1, 24))
def test_instalments_ask_for_all_of_it_in_the_end(amount_paise, count):
    terms = Instalments(count=count, first_on=JULY)
    asked = [
        asked_until(terms, amount_paise=amount_paise, day=months_later(JULY, number))
        for number in range(count + 2)
    ]
    assert asked == sorted(asked)
    assert asked[count - 1] == asked[-1] == amount_paise


def test_postpaid_gets_all_of_an_instalment_prepaid_what_is_there():
    assert to_post(behind_paise=100, balance_paise=None) == 100
    assert to_post(behind_paise=100, balance_paise=250) == 100
    assert to_post(behind_paise=100, balance_paise=30) == 30
    assert to_post(behind_paise=100, balance_paise=-30) == 0


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(1, 100))
def test_a_share_is_never_more_than_is_left_nor_than_was_paid(recharge, left, percent):
    for terms in (
        RechargeShare(percent=percent),
        Instalments(count=3, first_on=JULY),
    ):
        taken = from_recharge(
            terms,
            recharge_paise=recharge,
            left_paise=left,
            behind_paise=left,
            catch_up_percent=percent,
        )
        assert 0 <= taken <= min(left, recharge)


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 100))
def test_the_least_recharge_that_leaves_enough_is_the_least(wanted, left, percent):
    terms = RechargeShare(percent=percent)
    told = {"left_paise": left, "behind_paise": 0, "catch_up_percent": 1}

    def rest(recharge: int) -> int:
        return recharge - from_recharge(terms, recharge_paise=recharge, **told)

    least = recharge_that_leaves(terms, wanted_paise=wanted, **told)
    assert rest(least) >= wanted > rest(least - 1)
    assert recharge_that_leaves(terms, wanted_paise=0, **told) == 0


# Late payment


def test_a_bill_unpaid_for_half_a_month_costs_its_days():
    """1,000 rupees due on the 15th: 16 days of July at 1.25 % a month."""
    assert told(late(bill(date(2026, 7, 15), 1_000_00))) == [
        ("07-16", 16, 1_000_00, "0.0125", 6_67)
    ]


def test_a_bill_that_is_not_due_yet_costs_nothing():
    assert late(bill(date(2026, 7, 31), 1_000_00)) == ()
    assert late() == ()


def test_who_pays_on_the_due_date_pays_nothing_more():
    due = date(2026, 7, 15)
    assert late(bill(due, 1_000_00), credits=[paid(due, 1_000_00)]) == ()
    one_day = late(bill(due, 1_000_00), credits=[paid(due + ONE_DAY * 2, 1_000_00)])
    assert told(one_day) == [("07-16", 1, 1_000_00, "0.0125", 42)]


def test_a_payment_counts_from_when_it_was_made_not_from_when_we_knew():
    due = date(2026, 7, 15)
    assert late(bill(due, 100_00), credits=[paid(due, 100_00, date(2026, 7, 20))]) == ()


def test_a_part_that_was_paid_leaves_the_rest_late():
    found = late(
        bill(date(2026, 7, 15), 1_000_00), credits=[paid(date(2026, 7, 21), 400_00)]
    )
    assert [line[:3] for line in told(found)] == [
        ("07-16", 5, 1_000_00),
        ("07-21", 11, 600_00),
    ]


def test_what_was_paid_while_a_bill_was_made_pays_it():
    """Its days end on 30 June and it is made on 2 July: paid on the 1st."""
    between = paid(JULY, 1_000_00)
    assert late(bill(date(2026, 7, 16), 1_000_00, JULY), credits=[between]) == ()


def test_what_was_paid_before_a_bill_was_made_is_in_the_bill():
    early = paid(date(2026, 6, 20), 500_00)
    assert late(bill(date(2026, 7, 15), 1_000_00), credits=[early]) == late(
        bill(date(2026, 7, 15), 1_000_00)
    )


def test_a_later_bill_adds_only_what_is_new_in_it():
    """1,000 due in June and unpaid; July's bill asks for 1,000 and 600 more."""
    found = late(bill(date(2026, 6, 15), 1_000_00), bill(date(2026, 7, 15), 1_600_00))
    assert [line[:4] for line in told(found)] == [
        ("07-01", 31, 1_000_00, "0.0125"),
        ("07-16", 16, 600_00, "0.0125"),
    ]


def test_after_three_months_days_cost_the_later_share():
    found = late(bill(date(2026, 4, 15), 1_000_00))
    assert told(found) == [
        ("07-01", 14, 1_000_00, "0.0125", 5_83),
        ("07-15", 17, 1_000_00, "0.02", 11_33),
    ]


def test_no_surcharge_is_charged_on_a_surcharge():
    """June cost 6.25; July's bill holds it and asks for 1,006.25 with nothing new."""
    due = date(2026, 6, 15)
    first = late(bill(due, 1_000_00), first=JUNE, until=JULY)
    (june,) = first
    both = late(
        bill(due, 1_000_00),
        bill(date(2026, 7, 17), 1_000_00 + june.amount_paise, date(2026, 7, 2)),
        surcharges=[charged(JULY, june.amount_paise)],
    )
    assert {line.dues_paise for line in both} == {1_000_00}


def test_money_pays_dues_before_surcharges():
    second = bill(date(2026, 7, 17), 1_006_25, date(2026, 7, 2))
    found = late(
        bill(date(2026, 6, 15), 1_000_00),
        second,
        credits=[paid(date(2026, 7, 18), 1_000_00)],
        surcharges=[charged(JULY, 6_25)],
    )
    assert sum(line.days for line in found) == 17


def test_a_bill_paid_in_full_frees_the_next_of_old_surcharges():
    found = late(
        bill(date(2026, 5, 15), 1_000_00, date(2026, 5, 1)),
        bill(date(2026, 6, 15), 600_00, date(2026, 6, 2)),
        bill(date(2026, 7, 15), 500_00, date(2026, 7, 1)),
        credits=[
            paid(date(2026, 5, 20), 1_000_00),
            paid(date(2026, 6, 3), 600_00),
        ],
        surcharges=[charged(JUNE, 2_00)],
    )
    assert {line.dues_paise for line in found} == {500_00}


@given(
    st.integers(1, 10**8),
    st.integers(0, 140),
    st.lists(st.integers(1, 60), max_size=4),
)
def test_each_day_is_charged_once_however_it_is_cut(dues_paise, days, cuts):
    """Months charged one after another come to what the whole time costs."""
    due = date(2026, 1, 10)
    first, until = due + ONE_DAY, due + ONE_DAY * (days + 1)
    edges = [first]
    for cut in cuts:
        edges.append(min(edges[-1] + ONE_DAY * cut, until))
    edges.append(until)
    one = bill(due, dues_paise)
    found = [
        line for start, end in pairwise(edges) for line in late(one, first=start, until=end)
    ]
    assert sum(line.days for line in found) == days
    assert sum(line.amount_paise for line in found) == late_payment_surcharge(
        LATE, dues_paise=dues_paise, days_overdue=days
    )


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 10**6)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 10**6)), max_size=4),
)
def test_on_no_day_more_is_late_than_the_highest_bill_asked_for(asked, payments):
    bills = [bill(JUNE + ONE_DAY * (10 + after), paise) for after, paise in asked]
    credits = [paid(JUNE + ONE_DAY * after, paise) for after, paise in payments]
    lines = late(*bills, credits=credits)
    for day in days_between(JULY, AUGUST):
        of_day = [
            line.dues_paise
            for line in lines
            if line.first_day <= day < line.first_day + ONE_DAY * line.days
        ]
        assert sum(of_day) <= max(paise for _, paise in asked)


# Kept balances


def moved(day: date, hour: int, paise: int) -> Move:
    at = day_starts(day) + timedelta(hours=hour)
    return Move(effective_at=at, recorded_at=at, amount_paise=paise)


def kept(balance_paise: int, *moves: Move, first=JULY, until=date(2026, 7, 5)):
    found = kept_days(balance_paise=balance_paise, moves=moves, first=first, until=until)
    return [one.balance_paise for one in found]


def test_a_wallet_that_does_not_move_keeps_what_it_holds():
    assert kept(500) == [500, 500, 500, 500]


def test_a_day_counts_with_its_lowest_balance():
    assert kept(
        800, moved(date(2026, 7, 2), 9, -200), moved(date(2026, 7, 2), 12, 300)
    ) == [
        700,
        500,
        800,
        800,
    ]


def test_what_moves_at_midnight_belongs_to_the_day_that_begins():
    assert kept(400, moved(date(2026, 7, 3), 0, -100)) == [500, 500, 400, 400]
    assert kept(400, moved(JULY, 0, 300)) == [400, 400, 400, 400]


def test_what_moves_at_one_instant_moves_together():
    day = date(2026, 7, 2)
    assert kept(500, moved(day, 9, -400), moved(day, 9, 400)) == [500, 500, 500, 500]


def test_what_moved_after_the_days_does_not_count_in_them():
    assert kept(100, moved(date(2026, 7, 9), 9, -400)) == [500, 500, 500, 500]


def test_the_window_is_as_long_as_the_order_asks_but_not_before_prepaid():
    assert window_of(JULY, months=3, since=date(2020, 1, 1)) == date(2026, 4, 2)
    assert window_of(JULY, months=3, since=date(2026, 6, 9)) == date(2026, 6, 9)


def test_months_that_are_due():
    today = date(2026, 7, 3)
    assert months_between(None, today=today) == (JUNE,)
    assert months_between(JUNE, today=today) == ()
    assert months_between(date(2026, 3, 1), today=today) == (
        date(2026, 4, 1),
        date(2026, 5, 1),
        JUNE,
    )
