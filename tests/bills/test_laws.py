"""Laws of bills: deductions, recharges, corrections and bills tell one story."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.bills.values import BillKind, Moved
from bijlighar.charges import service as charges
from bijlighar.connections.values import PaymentMode
from bijlighar.kernel.ist import ONE_DAY
from tests.bills.stories import (
    APRIL,
    MAY,
    Use,
    adjusted,
    balance,
    bill,
    correct,
    home_of,
    morning,
    pay,
)

pytestmark = pytest.mark.django_db


@settings(max_examples=8, deadline=None)
@given(
    energies=st.lists(st.integers(0, 30_000), min_size=30, max_size=30),
    recharges=st.lists(
        st.tuples(st.integers(1, 44), st.integers(10, 900)), max_size=6, unique=True
    ),
    is_prepaid=st.booleans(),
    cut=st.integers(2, 29),
    error=st.integers(-1_000, 1_000),
)
def test_deductions_recharges_and_bills_are_one_story(
    energies, recharges, is_prepaid, cut, error
):
    before = transaction.savepoint()
    try:
        mode = PaymentMode.PREPAID if is_prepaid else PaymentMode.POSTPAID
        home = home_of("Asha", mode=mode, opening_paise=250_00)
        for day, rupees in recharges:
            pay(home, rupees, at=morning(APRIL + ONE_DAY * (day - 1)))
        use = Use(home)
        use.days(energies[:cut])
        interim = bill(home, until=use.day, kind=BillKind.INTERIM)
        use.days(energies[cut:])
        register_wh = max(use.register_wh + error, use.register_wh - energies[-1])
        correct(home, date(2026, 4, 30), register_wh, now=morning(MAY))
        april = bill(home)
        use.register_wh = register_wh
        use.until(date(2026, 5, 16))
        rest = bill(home, first=MAY, until=use.day, kind=BillKind.FINAL)
        days = charges.days_of(connection_id=home.connection_id, first=APRIL, until=use.day)
        made = (interim, april, rest)
        assert sum(one.charges_paise for one in made) - sum(
            adjusted(one, Moved.EARLIER_DAYS) for one in made
        ) == sum(day.total_paise for day in days)
        assert sum(one.payments_paise for one in made) == 100 * sum(
            rupees for _, rupees in recharges
        )
        assert not any(adjusted(one, Moved.OTHER) for one in made)
        assert rest.balance_paise == balance(home)
    finally:
        transaction.savepoint_rollback(before)
