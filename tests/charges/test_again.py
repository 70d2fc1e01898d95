"""Days charged once more: what comes late or is put right is posted as a difference."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.charges import service as charges
from bijlighar.charges.models import DayCharge
from bijlighar.connections.values import Home
from bijlighar.flow.close_day import correct_reading
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.ledger import service as ledger
from bijlighar.readings import service as readings
from bijlighar.readings.values import Blocks
from tests.cast import connect, hear, new_connection
from tests.charges.test_service import (
    NOW,
    OPENING,
    april,
    balance,
    close,
    days,
    explained,
    noon,
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha(db: None) -> Home:
    return connect("Asha")[0]


def again(
    *homes: Home, first: date = date(2026, 4, 1), now: datetime = NOW + timedelta(hours=1)
):
    return charges.charge_again(
        connection_ids=[home.connection_id for home in homes],
        first=first,
        because="a test",
        now=now,
    )


def put_right(home: Home, day: date, register_wh: int, *, now: datetime = NOW) -> None:
    readings.correct(
        meter_id=home.meter_id,
        day=day,
        register_wh=register_wh,
        why="read at the door",
        made_by="Dev",
        now=now,
    )


def change_facts(
    home: Home, day: date, *, category="LMV-1.10B", load_w=2_000, mode="prepaid"
):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into connections_connectionfact (connection_id, from_day, category,"
            " sanctioned_load_w, payment_mode, mode_since) values (%s, %s, %s, %s, %s, %s)",
            [home.connection_id, day, category, load_w, mode, day],
        )


def versions(home: Home) -> list[tuple[int, int]]:
    found = DayCharge.objects.filter(connection_id=home.connection_id)
    return [(one.day.day, one.version) for one in found.order_by("day", "version")]


def posted(home: Home) -> int:
    found = DayCharge.objects.filter(connection_id=home.connection_id)
    return sum(found.values_list("posted_paise", flat=True))


def insist_on_proof(home: Home) -> None:
    """The wallet, the days that hold and all that was posted tell one story."""
    total = sum(day[2] for day in days(home))
    assert posted(home) == total == OPENING - balance(home)
    assert ledger.wrong_wallets() == ()
    assert ledger.wrong_entries() == ()


# What did not change


def test_days_that_come_out_as_they_were_get_no_version(asha):
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha)
    before = (days(asha), balance(asha), ledger.count_transfers())
    assert again(asha).charged == ()
    assert (days(asha), balance(asha), ledger.count_transfers()) == before
    assert versions(asha) == [(1, 0), (2, 0)]


def test_who_was_never_charged_is_nothing_to_charge_again(asha):
    assert again(asha).charged == ()


# A register put right


def test_a_correction_moves_the_difference_either_way():
    asha, balram = connect("Asha", "Balram")
    for home in (asha, balram):
        hear(home, used(home, 5_000, 3_000, 4_000), now=NOW)
    close(asha, balram)
    before = balance(asha)
    put_right(asha, april(3), 111_000)
    put_right(balram, april(3), 213_000)
    again(asha, balram, first=april(3))
    assert [day[1] for day in days(asha)] == [5_000, 3_000, 3_000]
    assert [day[1] for day in days(balram)] == [5_000, 3_000, 5_000]
    assert balance(asha) > before > balance(balram)
    assert versions(asha) == [(1, 0), (2, 0), (3, 0), (3, 1)]
    for home in (asha, balram):
        insist_on_proof(home)


def test_a_register_in_the_middle_moves_energy_from_one_day_to_the_next(asha):
    """The month stays the same, so only what the two days share changes hands."""
    hear(asha, used(asha, 5_000, 3_000, 4_000), now=NOW)
    close(asha)
    before = balance(asha)
    put_right(asha, april(1), 104_000)
    again(asha)
    assert [day[1] for day in days(asha)] == [4_000, 4_000, 4_000]
    assert balance(asha) == before
    insist_on_proof(asha)


def test_a_corrected_day_is_explained_as_it_holds_now(asha):
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha)
    put_right(asha, april(2), 107_000)
    again(asha, first=april(2))
    found = explained(asha, april(2))
    assert (found.version, found.energy_wh) == (1, 2_000)
    assert sum(line.amount_paise for line in found.lines) == found.total_paise


@contextmanager
def undone() -> Iterator[None]:
    """What an example did is taken back, however it ends."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(0, 40_000), min_size=2, max_size=20),
    st.lists(st.integers(-20_000, 20_000), min_size=20, max_size=20),
)
def test_a_correction_equals_charging_it_right_at_first(energies, errors):
    with undone():
        asha, balram = connect("Asha", "Balram")
        right = list(used(asha, *energies).values())
        heard = sorted(
            max(wh + error, 100_000) for wh, error in zip(right, errors, strict=False)
        )
        now = noon(april(len(energies) + 2))
        hear(asha, {april(day): wh for day, wh in enumerate(heard, start=1)}, now=now)
        hear(balram, used(balram, *energies), now=now)
        close(asha, balram, now=now)
        # From the end what was too low, from the beginning what was too high: a register
        # only grows at every step.
        wrong = [day for day, wh in enumerate(right) if heard[day] != wh]
        too_low = [day for day in wrong if heard[day] < right[day]]
        too_high = [day for day in wrong if heard[day] > right[day]]
        for day in [*reversed(too_low), *too_high]:
            put_right(asha, april(day + 1), right[day], now=now)
        again(asha, now=now)
        assert days(asha) == days(balram)
        assert balance(asha) == balance(balram)
        insist_on_proof(asha)


@pytest.mark.parametrize(
    ("day", "register_wh", "error", "why"),
    [
        (april(2), -1, readings.WrongRegister, "is negative"),
        (april(2), 104_999, readings.WrongRegister, "does not lie between 105000"),
        (april(2), 112_001, readings.WrongRegister, "does not lie between 105000"),
        (april(10), 130_000, readings.FutureDay, "has not ended"),
        (april(11), 130_000, readings.FutureDay, "has not ended"),
    ],
)
def test_a_register_that_cannot_be_is_refused_and_leaves_nothing(
    asha, day, register_wh, error, why
):
    hear(asha, used(asha, 5_000, 3_000, 4_000), now=NOW)
    close(asha)
    before = (days(asha), balance(asha))
    with pytest.raises(error, match=why):
        put_right(asha, day, register_wh)
    again(asha)
    assert (days(asha), balance(asha)) == before
    assert versions(asha) == [(1, 0), (2, 0), (3, 0)]


# A fact that changed


@pytest.mark.parametrize(
    "change", [{"load_w": 4_000}, {"category": "LMV-1.17B"}, {"mode": "postpaid"}]
)
def test_a_change_in_mid_month_shortens_the_slabs_of_both_parts(change):
    """Told at once or only later, the days cost the same."""
    asha, balram = connect("Asha", "Balram")
    for home in (asha, balram):
        hear(home, used(home, 20_000, 20_000, 20_000, 20_000), now=NOW)
    change_facts(asha, april(3), **change)
    close(asha, balram)
    change_facts(balram, april(3), **change)
    again(balram, first=april(3))
    assert days(asha) == days(balram)
    kept = [
        (one.part_from.day, one.part_days)
        for one in DayCharge.objects.filter(connection_id=asha.connection_id).order_by(
            "day"
        )
    ]
    assert kept == [(1, 2), (1, 2), (3, 28), (3, 28)]
    insist_on_proof(balram)


def test_pro_rata_slabs_make_a_heavy_part_dearer(asha):
    """2 of 30 days hold 10 units at the first rate: 40 units reach the last slab."""
    change_facts(asha, april(3), load_w=4_000)
    hear(asha, used(asha, 20_000, 20_000), now=NOW)
    close(asha)
    subsidies = [explained(asha, april(day)).heads_paise["subsidy"] for day in (1, 2)]
    # 10 units at 1.35, 10 at 0.85; then 20 at 0.35.
    assert subsidies == [-(1_350 + 850), -700]


# Half-hours that come late


def test_half_hours_that_come_late_raise_the_month_from_their_day_on(asha):
    hear(asha, used(asha, 5_000, 5_000, 5_000), now=NOW)
    close(asha)
    peak = Blocks(
        meter_id=asha.meter_id, day=april(2), first_block=30, energies_wh=(1_200,)
    )
    hear(asha, {}, now=NOW, blocks=(peak,))
    again(asha, first=april(2))
    fixed = [explained(asha, april(day)).heads_paise["fixed"] for day in (1, 2, 3)]
    # 2.4 kW instead of 1.5 from the first day on, told on the day on which it was reached.
    assert fixed == [550, 1_210, 880]
    insist_on_proof(asha)


# Every way at once


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_the_wallet_follows_whatever_happens(data):
    category = data.draw(st.sampled_from(["LMV-1.10A", "LV-1.2.U", "DS-II", "LMV-1.17B"]))
    energies = data.draw(st.lists(st.integers(0, 30_000), min_size=3, max_size=25))
    stops = data.draw(st.sets(st.integers(1, 25)))
    turns = data.draw(
        st.lists(st.tuples(st.integers(0, 24), st.integers(0, 100)), max_size=3)
    )
    load = 1_000 if category == "LMV-1.10A" else 2_000
    now = noon(april(27))
    with undone():
        new = new_connection("Asha", category=category, sanctioned_load_w=load)
        (asha,) = connect("Asha", new={"Asha": new})
        registers = used(asha, *energies)
        for day, register in registers.items():
            hear(asha, {day: register}, now=now)
            if day.day in stops:
                close(asha, now=now)
        close(asha, now=now)
        for place, percent in turns:
            day = april(1 + place % len(energies))
            low = registers.get(day - ONE_DAY, 100_000)
            high = registers.get(day + ONE_DAY, registers[day] + 5_000)
            registers[day] = low + (high - low) * percent // 100
            put_right(asha, day, registers[day], now=now)
            again(asha, first=day, now=now)
        insist_on_proof(asha)
        for day in registers:
            found = explained(asha, day)
            assert sum(line.amount_paise for line in found.lines) == found.total_paise


def test_a_correction_is_one_step_of_the_flow():
    (asha,) = connect("Asha")
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha)
    done = correct_reading(
        home=asha, day=april(2), register_wh=106_000, why="misread", made_by="Dev", now=NOW
    )
    (one,) = done.charged
    assert one.days == (april(2),)
    assert one.total_paise < 0
    with pytest.raises(readings.WrongRegister):
        correct_reading(
            home=asha, day=april(2), register_wh=1, why="typo", made_by="Dev", now=NOW
        )
    assert [day[1] for day in days(asha)] == [5_000, 1_000]


def test_half_hours_that_come_late_count_even_where_no_paisa_moves(db: None) -> None:
    """Each too small to move its day, together they move the month."""
    new = {
        name: new_connection(name, category="LV-1.2.U", sanctioned_load_w=2000)
        for name in ("Asha", "Balram")
    }
    asha, balram = connect("Asha", "Balram", new=new)
    now = noon(april(28))
    night, little = [], []
    for home in (asha, balram):
        night.append(tuple(_one_block(home, day, 0, 3_000) for day in range(1, 27)))
        little.append(tuple(_one_block(home, day, 20, 3) for day in range(1, 27)))
    hear(asha, used(asha, *[4_000] * 26), now=now, blocks=night[0] + little[0])
    hear(balram, used(balram, *[4_000] * 26), now=now, blocks=night[1])
    close(asha, balram, now=now)
    hear(balram, {}, now=now, blocks=little[1])
    again(balram, now=now + timedelta(hours=1))
    right, charged_again = (
        DayCharge.objects.filter(connection_id=home.connection_id, day=april(26))
        .order_by("version")
        .last()
        for home in (asha, balram)
    )
    assert right is not None and charged_again is not None
    assert right.mtd_windows_wh == charged_again.mtd_windows_wh
    assert right.mtd_time_of_day_paise == charged_again.mtd_time_of_day_paise


def _one_block(home: Home, day: int, block: int, energy_wh: int) -> Blocks:
    return Blocks(
        meter_id=home.meter_id,
        day=april(day),
        first_block=block,
        energies_wh=(energy_wh,),
    )


def test_a_new_meters_register_says_nothing_of_the_old_ones_lost_days(asha: Home) -> None:
    hear(asha, used(asha, 5_000, 5_000), now=noon(april(3)))
    close(asha, now=noon(april(3)))
    meter_id = _hang_another_meter(asha, april(5), 900_000)
    hear(
        replace(asha, meter_id=meter_id),
        {april(5): 905_000, april(6): 910_000},
        now=noon(april(8)),
        daily_holds_from=april(5),
    )
    (rejected,) = close(asha, now=noon(april(8))).rejected
    assert rejected.error == (
        "the meter that hung here on 2026-04-03 was taken away without its register"
    )
    assert [energy for _, energy, _ in days(asha)] == [5_000, 5_000]


def _hang_another_meter(home: Home, day: date, register_wh: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_installation set removed_on = %s where connection_id = %s",
            [day, home.connection_id],
        )
        cursor.execute(
            "insert into connections_meter (serial, system_title, host, port)"
            " values ('NEW1', decode('0102030405060708', 'hex'), '127.9.9.9', 4059)"
            " returning id"
        )
        meter_id = int(cursor.fetchone()[0])
        cursor.execute(
            "insert into connections_installation"
            " (connection_id, meter_id, installed_on, initial_register_wh)"
            " values (%s, %s, %s, %s)",
            [home.connection_id, meter_id, day, register_wh],
        )
    return meter_id
