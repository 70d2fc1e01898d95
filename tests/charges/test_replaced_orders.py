"""An order whose file changes in mid-month: the month goes on, or is charged anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bijlighar.charges import service as charges
from bijlighar.charges.models import DayCharge, RatedSchedule
from bijlighar.connections.values import Home
from bijlighar.tariffs import orders
from tests.cast import connect, hear, new_connection
from tests.changed_orders import Change, changing
from tests.charges.test_service import april, close, days, explained, noon, used

pytestmark = pytest.mark.django_db

BIHAR = "br/ds-2026-04-01.yaml"


@pytest.fixture
def change() -> Iterator[Callable[[str, Change], None]]:
    with changing() as one:
        yield one


def pair(category: str = "DS-II") -> tuple[Home, Home]:
    """Two homes alike, charged for twenty days."""
    new = {
        name: new_connection(name, category=category, sanctioned_load_w=2000)
        for name in ("Asha", "Balram")
    }
    asha, balram = connect("Asha", "Balram", new=new)
    for home in (asha, balram):
        hear(home, used(home, *[10_000] * 20), now=noon(april(21)))
    close(asha, balram, now=noon(april(21)))
    return asha, balram


def go_on(home: Home) -> int:
    """Nine days more; what the month then comes to in paise."""
    hear(home, used(home, *[10_000] * 29), now=noon(april(30)))
    assert close(home, now=noon(april(30))).rejected == ()
    return sum(total for _, _, total in days(home))


@pytest.mark.parametrize(
    "how",
    [
        lambda text: f"{text}\n# read once more\n",
        lambda text: text.replace("in_force_until: null", "in_force_until: 2027-04-01"),
    ],
    ids=["a comment", "ended by a later order"],
)
def test_a_file_that_says_the_same_does_not_begin_the_month_anew(change, how) -> None:
    asha, balram = pair()
    as_it_was = go_on(asha)
    change(BIHAR, how)
    assert go_on(balram) == as_it_was
    assert RatedSchedule.objects.count() == 1


def test_an_order_put_right_charges_its_month_again_before_the_next_day(change) -> None:
    asha, balram = pair()
    change(BIHAR, lambda text: text.replace('"7.42"', '"7.92"'))
    dearer = go_on(balram)
    assert dearer == go_on(asha)
    row = DayCharge.objects.get(connection_id=balram.connection_id, day=april(29))
    assert (row.mtd_energy_wh, row.mtd_days) == (290_000, 29)
    again = DayCharge.objects.filter(connection_id=balram.connection_id, version=1)
    assert again.count() == 20
    assert {one.because for one in again} == {"replaced"}
    for day in (april(3), april(29)):
        found = explained(balram, day)
        assert sum(line.amount_paise for line in found.lines) == found.total_paise
    month = charges.month_so_far(connection_id=balram.connection_id)
    assert month is not None
    assert month.total_paise == dearer


def test_a_silent_meter_is_estimated_by_the_order_put_right(change) -> None:
    _, balram = pair()
    change(BIHAR, lambda text: text.replace('"7.42"', '"7.92"'))
    now = noon(april(30))
    silent = charges.charge_silent(connection_ids=[balram.connection_id], now=now)
    assert silent.rejected == ()
    (month,) = {
        one.mtd_days - one.day.day
        for one in DayCharge.objects.filter(connection_id=balram.connection_id)
    }
    assert month == 0


def test_a_series_that_ends_holds_up_its_own_homes_only(monkeypatch) -> None:
    new = {
        "Asha": new_connection("Asha", category="LMV-1.10B", sanctioned_load_w=2000),
        "Balram": new_connection("Balram", category="DS-II", sanctioned_load_w=2000),
    }
    asha, balram = connect("Asha", "Balram", new=new)
    for home in (asha, balram):
        hear(home, used(home, 5_000, 5_000), now=noon(april(10)))
    orders.catalogue()
    monkeypatch.setattr(orders, "fppas_catalogue", dict)
    closed = close(asha, balram)
    (rejected,) = closed.rejected
    assert rejected.connection_id == asha.connection_id
    assert "no FPPAS series is called" in rejected.error
    assert (days(asha), len(days(balram))) == ([], 2)
