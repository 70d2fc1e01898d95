"""A month becomes a bill: complete, balanced to the paisa, and the next one goes on."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from bijlighar.bills.values import Adjustment, BillKind, Moved
from bijlighar.charges import service as charges
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.kernel.ist import day_starts
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, RunEntry
from bijlighar.readings.values import Blocks
from tests.bills.stories import (
    APRIL,
    JUNE,
    MAY,
    Use,
    adjusted,
    balance,
    bill,
    change_facts,
    correct,
    home_of,
    issue,
    morning,
    move,
    owned,
    pay,
    used,
)
from tests.cast import hear

pytestmark = pytest.mark.django_db


# A month


def test_a_prepaid_month_accounts_for_every_deduction_and_recharge(asha):
    """
    2026-04-01          opening     500.00
    2026-04-12          recharge    300.00
    2026-04-20          recharge    200.00
    2026-04-01 to 30    30 days of 5 units
    2026-05-01 06:00    the bill: previous 500.00, recharges 500.00, days, balance
    """
    pay(asha, 300, at=morning(date(2026, 4, 12)))
    pay(asha, 200, at=morning(date(2026, 4, 20)))
    used(asha, MAY)
    made = bill(asha)
    assert made.number == f"NDVN-202604-{asha.consumer_number}-1"
    assert (made.first, made.until, made.last) == (APRIL, MAY, date(2026, 4, 30))
    assert (made.kind, made.is_prepaid, made.due_on) == (BillKind.MONTHLY, True, None)
    assert (made.previous_paise, made.payments_paise) == (500_00, 500_00)
    assert (made.energy_wh, len(made.days), len(made.parts)) == (150_000, 30, 1)
    assert made.closing_register_wh - made.opening_register_wh == made.energy_wh
    assert made.balance_paise == balance(asha) == 1_000_00 - made.charges_paise
    assert (made.true_up_paise, made.adjustments) == (0, ())
    assert (made.payable_paise, made.rounding_paise) == (0, 0)
    assert made.subsidies_paise == {"Government of Uttar Pradesh": 150 * 135}


def test_a_postpaid_month_says_what_is_owed_in_whole_rupees_and_until_when(balram):
    used(balram, MAY)
    made = bill(balram)
    owed = -balance(balram)
    assert made.due_on == date(2026, 5, 16)
    assert made.payable_paise == (owed + 50) // 100 * 100
    assert made.rounding_paise == owed - made.payable_paise != 0
    assert made.balance_paise == -owed


def test_what_rounding_leaves_goes_to_the_next_bill(balram):
    use = used(balram, MAY)
    april = bill(balram)
    pay(balram, april.payable_paise // 100, at=morning(date(2026, 5, 10)))
    use.until(JUNE)
    may = bill(balram, first=MAY)
    assert may.rounding_before_paise == april.rounding_paise
    assert may.previous_paise == april.balance_paise
    assert may.payments_paise == april.payable_paise
    assert may.previous_paise + may.payments_paise == -april.rounding_paise


def test_dues_that_are_not_paid_are_asked_for_again(balram):
    use = used(balram, MAY)
    april = bill(balram)
    use.until(JUNE)
    may = bill(balram, first=MAY)
    assert may.payable_paise > april.payable_paise + 100
    assert may.balance_paise == april.balance_paise - may.charges_paise


def test_a_credit_is_never_asked_for(balram):
    pay(balram, 5_000, at=morning(date(2026, 4, 2)))
    used(balram, MAY)
    made = bill(balram)
    assert made.balance_paise > 0
    assert (made.payable_paise, made.rounding_paise) == (0, 0)


def test_what_happens_between_the_months_end_and_the_bill_is_of_the_next_one(asha):
    use = used(asha, MAY)
    at_night = day_starts(MAY) + timedelta(hours=5)
    pay(asha, 100, at=at_night)
    use.days([4_000], now=morning(date(2026, 5, 2)))
    made = bill(asha, now=morning(date(2026, 5, 2)))
    assert made.payments_paise == 0
    (first_of_may,) = charges.days_of(
        connection_id=asha.connection_id, first=MAY, until=JUNE
    )
    assert made.balance_paise == balance(asha) - 100_00 + first_of_may.total_paise
    use.until(JUNE)
    may = bill(asha, first=MAY)
    assert (may.previous_paise, may.payments_paise) == (made.balance_paise, 100_00)
    assert may.balance_paise == balance(asha)


def test_a_payment_that_is_recorded_late_is_of_the_next_bill_whenever_it_was_made(asha):
    use = used(asha, MAY)
    april = bill(asha)
    captured = morning(date(2026, 4, 28))
    pay(asha, 70, at=captured, recorded=morning(date(2026, 5, 3)))
    use.until(JUNE)
    may = bill(asha, first=MAY)
    assert (april.payments_paise, may.payments_paise) == (0, 70_00)


def test_who_comes_in_mid_month_is_billed_from_that_day():
    dev = home_of("Dev", starts_on=date(2026, 4, 11), opening_paise=80_00)
    used(dev, MAY)
    made = bill(dev)
    assert (made.first, made.until, len(made.days)) == (date(2026, 4, 11), MAY, 20)
    assert made.previous_paise == 80_00


def test_a_month_that_was_never_billed_is_on_the_next_bill_part_by_part(asha):
    use = used(asha, MAY)
    bill(asha)
    use.until(date(2026, 7, 1))
    made = bill(asha, first=JUNE)
    assert (made.first, made.until) == (MAY, date(2026, 7, 1))
    assert [(part.first, part.last) for part in made.parts] == [
        (MAY, date(2026, 5, 31)),
        (JUNE, date(2026, 6, 30)),
    ]


# The true-up and what comes later


def half_hours(home: Home, day: date, each_wh: int, *, now) -> None:
    block = Blocks(
        meter_id=home.meter_id, day=day, first_block=0, energies_wh=(each_wh,) * 48
    )
    hear(home, {}, now=now, blocks=(block,))


def test_half_hours_that_come_late_make_a_true_up():
    """The energy of a day stays, but it moves between the hours of the day."""
    chanda = home_of("Chanda", category="LV-1.2.U", opening_paise=2_000_00)
    use = Use(chanda)
    use.until(MAY)
    assert bill_true_up(chanda) == 0
    use.until(JUNE)
    for day in range(1, 32):
        half_hours(chanda, date(2026, 5, day), 104, now=morning(JUNE))
    made = bill(chanda, first=MAY)
    assert made.true_up_paise != 0
    assert made.balance_paise == balance(chanda)


def bill_true_up(home: Home) -> int:
    return bill(home).true_up_paise


def test_a_correction_before_the_bill_is_in_its_true_up(asha):
    use = used(asha, MAY)
    before = balance(asha)
    correct(asha, date(2026, 4, 30), use.register_wh - 1_000, now=morning(MAY))
    made = bill(asha)
    assert made.true_up_paise == before - balance(asha) < 0
    assert made.energy_wh == 149_000


def test_a_correction_after_the_bill_is_an_adjustment_of_the_next_one(asha):
    use = used(asha, MAY)
    april = bill(asha)
    use.days([5_000] * 9)
    before = balance(asha)
    correct(
        asha, date(2026, 4, 30), asha.initial_register_wh + 147_000, now=morning(use.day)
    )
    charges.charge_again(
        connection_ids=[asha.connection_id],
        first=date(2026, 4, 30),
        because="a test",
        now=morning(use.day),
    )
    moved = balance(asha) - before
    use.until(JUNE)
    may = bill(asha, first=MAY)
    days = charges.days_of(connection_id=asha.connection_id, first=MAY, until=JUNE)
    assert may.charges_paise == sum(day.total_paise for day in days)
    earlier = adjusted(may, Moved.EARLIER_DAYS)
    april_now = charges.days_of(connection_id=asha.connection_id, first=APRIL, until=MAY)
    assert earlier == april.charges_paise - sum(day.total_paise for day in april_now) > 0
    assert moved != 0
    assert may.balance_paise == balance(asha)


def test_estimated_days_are_marked_and_what_replaces_them_is_told_later():
    balram = home_of("Balram", mode=PaymentMode.POSTPAID)
    use = used(balram, date(2026, 4, 21))
    now = morning(date(2026, 5, 4))
    charges.charge_silent(connection_ids=[balram.connection_id], now=now)
    april = bill(balram, now=now)
    assert april.is_estimated
    assert [day.day.day for day in april.days if day.is_estimated] == list(range(21, 31))
    use.days([9_000] * 15, now=morning(date(2026, 5, 6)))
    use.until(JUNE)
    may = bill(balram, first=MAY)
    assert adjusted(may, Moved.EARLIER_DAYS) < 0
    assert not may.is_estimated
    assert may.balance_paise == balance(balram)


# Parts


def test_an_order_that_changes_inside_the_month_gives_two_parts(asha):
    """The order of 2 July 2026 replaces that of October 2024."""
    use = used(asha, date(2026, 7, 1))
    bill(asha, first=APRIL, until=date(2026, 7, 1))
    use.until(date(2026, 8, 1))
    july = bill(asha, first=date(2026, 7, 1))
    assert [(part.first.day, part.last.day) for part in july.parts] == [(1, 1), (2, 31)]
    old, new = july.parts
    assert old.order_sha256 != new.order_sha256
    for place, part in enumerate(july.parts):
        lines = [line.amount_paise for line in july.lines if line.part == place]
        assert sum(lines) == part.total_paise


def test_a_load_that_changes_gives_two_parts_and_one_sum(asha):
    use = used(asha, date(2026, 4, 15))
    change_facts(asha, date(2026, 4, 15), load_w=4_000)
    use.until(MAY)
    made = bill(asha)
    assert [part.sanctioned_load_w for part in made.parts] == [2_000, 4_000]
    assert made.balance_paise == balance(asha)


def test_a_bill_inside_a_part_and_the_rest_of_it_are_the_whole_month(asha):
    """An interim bill up to the 12th; the month's slabs run on."""
    dev = home_of("Dev", opening_paise=500_00)
    uses = [used(home, date(2026, 4, 13), each_wh=9_000) for home in (asha, dev)]
    interim = bill(asha, until=date(2026, 4, 13), kind=BillKind.INTERIM)
    for use in uses:
        use.until(MAY, each_wh=9_000)
    rest, whole = bill(asha), bill(dev)
    assert (rest.first, rest.previous_paise) == (date(2026, 4, 13), interim.balance_paise)
    assert [made.number[-1] for made in (interim, rest)] == ["1", "2"]
    assert interim.charges_paise + rest.charges_paise == whole.charges_paise
    heads = {
        head: interim.heads_paise.get(head, 0) + rest.heads_paise.get(head, 0)
        for head in whole.heads_paise
    }
    assert heads == whole.heads_paise
    assert rest.balance_paise == whole.balance_paise


def test_the_day_after_an_interim_bill_the_mode_changes_and_both_bills_add_up(asha):
    day = date(2026, 4, 13)
    use = used(asha, day)
    change_facts(asha, day, mode="postpaid")
    interim = bill(asha, until=day, kind=BillKind.INTERIM)
    use.until(MAY)
    rest = bill(asha)
    assert (interim.is_prepaid, rest.is_prepaid) == (True, False)
    assert rest.due_on is not None
    assert rest.balance_paise == balance(asha)


# Other movements


def test_every_other_movement_has_its_name_and_the_rest_is_told_too(balram):
    at = morning(date(2026, 4, 9))
    moves = {
        Moved.INSTALMENT: (owned(balram, Book.ARREARS), -120_00),
        Moved.SET_ASIDE: (owned(balram, Book.ARREARS), 1_200_00),
        Moved.DEPOSIT_TAKEN: (owned(balram, Book.DEPOSIT), -90_00),
        Moved.DEPOSIT_GIVEN: (owned(balram, Book.DEPOSIT), 45_00),
        Moved.SURCHARGE: (BookOf(book=Book.SURCHARGE, head="late"), -13_37),
        Moved.INTEREST: (BookOf(book=Book.INTEREST, head="deposit"), 7_01),
        Moved.OTHER: (BookOf(book=Book.REVENUE, head="story"), -3_00),
    }
    for what, (other, paise) in moves.items():
        move(balram, reason=what.value, other=other, paise=paise, at=at)
    used(balram, MAY)
    made = bill(balram)
    assert {one.what: one.amount_paise for one in made.adjustments} == {
        what: paise for what, (_, paise) in moves.items()
    }
    assert made.previous_paise == 0
    assert made.balance_paise == balance(balram)


def test_a_run_over_the_fleet_that_is_no_charge_is_told_by_its_book(asha, balram):

    late = BookOf(book=Book.SURCHARGE, head="late")
    at = morning(date(2026, 4, 20))
    ids = np.array(sorted([asha.connection_id, balram.connection_id]), dtype=np.int64)
    ledger.post_run(
        entry=RunEntry(
            reason="surcharge",
            source="a test",
            effective_at=at,
            owner_ids=ids,
            amounts_paise=np.array([-5_00, -6_00], dtype=np.int64),
            books_paise={late: 11_00},
        ),
        now=at,
    )
    for home in (asha, balram):
        used(home, MAY)
    told = [one.adjustments for one in issue(asha, balram).bills]
    assert told == [
        (Adjustment(what=Moved.SURCHARGE, amount_paise=paise),) for paise in (-500, -600)
    ]
