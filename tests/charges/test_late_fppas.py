"""A percentage that is announced after its days were charged: they are rated anew by it.

Charging again and billing take the series as it is then. What a month that was billed
comes to otherwise is a correction on the next bill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bijlighar.bills.values import Moved
from bijlighar.charges import service as charges
from bijlighar.charges.models import DayCharge
from bijlighar.connections.values import Home
from tests.bills.stories import (
    APRIL,
    JUNE,
    MAY,
    Use,
    adjusted,
    balance,
    bill,
    home_of,
    morning,
)
from tests.changed_orders import Change, changing

pytestmark = pytest.mark.django_db

SERIES = "up/fppas.yaml"


def announced(text: str) -> str:
    """April's percentage of 1.24 was 3.24 after all."""
    start = text.index("  - from: 2026-04-01")
    return text[:start] + text[start:].replace('"1.24"', '"3.24"', 1)


def changed_on_the_11th(text: str) -> str:
    """From 11 April on it is 3.24."""
    start = text.index("  - from: 2026-04-01")
    end = text.index("  - from:", start + 1)
    april = text[start:end]
    before = april.replace("2026-05-01", "2026-04-11")
    after = april.replace("2026-04-01", "2026-04-11").replace('"1.24"', '"3.24"')
    return text[:start] + before + after + text[end:]


@pytest.fixture
def change() -> Iterator[Callable[[str, Change], None]]:
    with changing() as one:
        yield one


@pytest.fixture
def pair() -> tuple[Use, Use]:
    """Two homes alike."""
    return tuple(
        Use(home_of(name, category="LMV-1.10B", opening_paise=3_000_00))
        for name in ("Asha", "Balram")
    )


def total(home: Home, *, first=APRIL, until=MAY) -> int:
    days = charges.days_of(connection_id=home.connection_id, first=first, until=until)
    return sum(day.total_paise for day in days)


def again(home: Home, now) -> None:
    done = charges.charge_again(
        connection_ids=[home.connection_id], first=APRIL, because="FPPAS told late", now=now
    )
    assert done.rejected == ()


def test_days_that_are_not_billed_come_out_as_if_it_had_been_known(change, pair):
    asha, balram = pair
    asha.days([5_000] * 20)
    before = balance(asha.home)
    change(SERIES, announced)
    again(asha.home, morning(asha.day))
    balram.days([5_000] * 20)
    assert total(asha.home) == total(balram.home)
    assert before - balance(asha.home) == total(asha.home) - (3_000_00 - before) > 0
    rows = DayCharge.objects.filter(connection_id=asha.home.connection_id, version=1)
    assert {row.fppas_basis_points for row in rows} == {324}
    assert not any(row.fppas_carried_micropaise for row in rows)


@pytest.mark.parametrize("nights", [1, 3], ids=["each night", "days heard late"])
def test_the_month_that_runs_follows_before_its_next_day_is_charged(change, pair, nights):
    asha, balram = pair
    asha.days([5_000] * 20)
    change(SERIES, announced)
    for _ in range(9 // nights):
        asha.days([5_000] * nights)
    balram.days([5_000] * 29)
    assert total(asha.home) == total(balram.home)
    assert balance(asha.home) == balance(balram.home)
    again = DayCharge.objects.filter(connection_id=asha.home.connection_id, version=1)
    assert {row.because for row in again} == {"replaced"}
    assert again.count() == 20


def test_a_percentage_that_begins_in_mid_month_charges_no_day_again(change, pair):
    """As Madhya Pradesh's do on the 24th: the days before keep theirs."""
    asha, _ = pair
    change(SERIES, changed_on_the_11th)
    asha.days([5_000] * 20)
    rows = DayCharge.objects.filter(connection_id=asha.home.connection_id)
    kept = rows.order_by("day").values_list("fppas_basis_points", flat=True)
    assert list(kept) == [124] * 10 + [324] * 10
    assert not rows.filter(version=1).exists()


def test_a_bill_takes_what_was_announced_by_then(change, pair):
    asha, _ = pair
    asha.until(MAY)
    charged = total(asha.home)
    change(SERIES, announced)
    made = bill(asha.home)
    assert made.true_up_paise == made.charges_paise - charged > 0
    assert made.charges_paise == total(asha.home)


def test_a_billed_month_is_put_right_on_the_next_bill(change, pair):
    asha, balram = pair
    asha.until(MAY)
    april = bill(asha.home)
    asha.days([5_000] * 9)
    change(SERIES, announced)
    again(asha.home, morning(asha.day))
    balram.until(MAY)
    owed = total(asha.home) - april.charges_paise
    assert total(asha.home) == total(balram.home)
    assert owed > 0
    asha.until(JUNE)
    may = bill(asha.home, first=MAY)
    assert adjusted(may, Moved.EARLIER_DAYS) == -owed
    assert may.charges_paise == total(asha.home, first=MAY, until=JUNE)
    assert may.balance_paise == balance(asha.home)
