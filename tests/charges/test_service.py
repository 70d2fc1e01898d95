"""Supply days become charges: once, to the paisa, in order, each with its grounds."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.charges import _explain
from bijlighar.charges import service as charges
from bijlighar.charges.models import DayCharge, RatedOrder, RatedSchedule
from bijlighar.connections.values import Home
from bijlighar.kernel.ist import ONE_DAY, day_ends, day_starts, days_between
from bijlighar.ledger import service as ledger
from bijlighar.readings.values import Blocks
from bijlighar.tariffs.orders import fppas_on, schedule_for
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import Head
from tests.append_only import insist_on_refusal, statements
from tests.cast import connect, hear, new_connection
from tests.tariffs.rows import slices_of

pytestmark = pytest.mark.django_db

OPENING = 500_00
HEADS = [head.value for head in Head]


def april(day: int) -> date:
    return date(2026, 4, day)


def noon(day: date) -> datetime:
    return day_starts(day) + timedelta(hours=12)


NOW = noon(april(10))


def used(home: Home, *energies_wh: int, first: date | None = None) -> dict[date, int]:
    """The registers at the ends of days from the installation on, by what was used."""
    register, day, found = home.initial_register_wh, first or home.installed_on, {}
    for energy_wh in energies_wh:
        register += energy_wh
        found[day] = register
        day += ONE_DAY
    return found


def close(*homes: Home, now: datetime = NOW):
    return charges.close_days(
        connection_ids=[home.connection_id for home in homes], now=now
    )


def days(home: Home) -> list[tuple[date, int, int]]:
    found = charges.days_of(
        connection_id=home.connection_id, first=date.min, until=date.max
    )
    return [(one.day, one.energy_wh, one.total_paise) for one in found]


def balance(home: Home) -> int:
    held = ledger.balances_of(owner_ids=[home.connection_id])
    return held[home.connection_id].balance_paise


def explained(home: Home, day: date):
    return charges.explain_day(connection_id=home.connection_id, day=day)


@pytest.fixture
def asha(db: None) -> Home:
    return connect("Asha")[0]


# Once


def test_a_day_is_charged_once_and_leaves_the_wallet(asha):
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    closed = close(asha)
    (charged,) = closed.charged
    assert (charged.connection_id, charged.days) == (
        asha.connection_id,
        (april(1), april(2)),
    )
    assert closed.rejected == ()
    assert [day[:2] for day in days(asha)] == [(april(1), 5_000), (april(2), 3_000)]
    total = sum(day[2] for day in days(asha))
    assert total == charged.total_paise > 0
    assert balance(asha) == OPENING - total
    assert ledger.totals_by_reason() == {"charge": -total, "opening": OPENING}


def test_a_repeated_run_changes_nothing(asha):
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha)
    before = (days(asha), balance(asha), ledger.count_transfers())
    again = close(asha, now=NOW + timedelta(hours=1))
    assert (again.charged, again.rejected) == ((), ())
    assert (days(asha), balance(asha), ledger.count_transfers()) == before


def test_the_database_charges_a_day_once(asha):
    hear(asha, used(asha, 5_000), now=NOW)
    close(asha)
    kept = DayCharge.objects.get()
    kept.pk = None
    with pytest.raises(IntegrityError, match="a_day_is_charged_once"), transaction.atomic():
        kept.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"energy_wh": 4_999}, "a_day_uses_what_its_registers_differ_by"),
        ({"energy_wh": -1, "closing_register_wh": 99_999}, "energy_is_not_negative"),
    ],
)
def test_the_database_refuses_a_charge_that_contradicts_itself(asha, changes, constraint):
    hear(asha, used(asha, 5_000), now=NOW)
    close(asha)
    kept = DayCharge.objects.get()
    kept.pk, kept.day = None, april(2)
    for name, value in changes.items():
        setattr(kept, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        kept.save(force_insert=True)


@pytest.mark.parametrize("statement", statements("charges_daycharge"))
def test_charges_are_never_taken_back(asha, statement):
    hear(asha, used(asha, 5_000), now=NOW)
    close(asha)
    insist_on_refusal(statement)


# Open days


def test_today_is_not_charged_though_its_register_is_there(asha):
    hear(asha, used(asha, 5_000, 3_000), now=noon(april(2)))
    close(asha, now=day_ends(april(2)) - timedelta(microseconds=1))
    assert [day[0] for day in days(asha)] == [april(1)]
    close(asha, now=day_ends(april(2)))
    assert [day[0] for day in days(asha)] == [april(1), april(2)]


def test_an_open_day_waits_with_all_after_it_and_nothing_is_lost(asha):
    registers = used(asha, 5_000, 3_000, 4_000, 2_000)
    late = {april(2): registers.pop(april(2))}
    hear(asha, registers, now=NOW)
    close(asha)
    assert [day[0] for day in days(asha)] == [april(1)]
    hear(asha, late, now=NOW)
    close(asha)
    assert [day[1] for day in days(asha)] == [5_000, 3_000, 4_000, 2_000]


def test_days_charged_late_cost_what_they_cost_at_once():
    in_time, late = connect("Asha", "Balram")
    energies = [5_000, 3_000, 9_100, 2_000, 0, 7_777]
    for day, register in used(in_time, *energies).items():
        hear(in_time, {day: register}, now=noon(day + ONE_DAY))
        close(in_time, now=noon(day + ONE_DAY))
    hear(late, used(late, *energies), now=NOW)
    close(late)
    assert days(in_time) == days(late)
    assert balance(in_time) == balance(late) < OPENING


def test_lost_days_share_what_was_used_and_say_that_they_are_estimated(asha):
    hear(
        asha,
        {april(1): 105_000, april(4): 114_001},
        now=NOW,
        daily_holds_from=april(4),
    )
    close(asha)
    assert [day[1] for day in days(asha)] == [5_000, 3_000, 3_000, 3_001]
    found = [explained(asha, april(day)) for day in (1, 2, 3, 4)]
    assert [one.is_estimated for one in found] == [False, True, True, True]
    assert found[-1].closing_register_wh == 114_001


def test_a_day_without_use_is_charged_its_fixed_part(asha):
    hear(asha, used(asha, 0), now=NOW)
    close(asha)
    heads = explained(asha, april(1)).heads_paise
    assert (heads["energy"], heads["fixed"]) == (0, 550)


# Who cannot be charged


def test_who_cannot_be_charged_is_told_and_holds_up_nobody():
    odd = {"Chanda": new_connection("Chanda", category="LMV-9")}
    asha, balram, chanda, dev = connect("Asha", "Balram", "Chanda", "Dev", new=odd)
    for home in (asha, chanda, dev):
        hear(home, used(home, 5_000, 3_000), now=NOW)
    hear(balram, {april(1): 205_000, april(2): 204_999}, now=NOW)
    closed = close(asha, balram, chanda, dev)
    assert {one.connection_id: len(one.days) for one in closed.charged} == {
        asha.connection_id: 2,
        balram.connection_id: 1,
        dev.connection_id: 2,
    }
    why = {one.connection_id: one.error for one in closed.rejected}
    assert why.keys() == {balram.connection_id, chanda.connection_id}
    assert "fell from 205000 to 204999 Wh" in why[balram.connection_id]
    assert "no tariff order is known for category LMV-9" in why[chanda.connection_id]
    assert balance(balram) < balance(chanda) == OPENING
    assert balance(asha) == balance(dev) < OPENING


def test_of_somebody_whose_tariff_ends_the_days_before_are_charged():
    """A category that changes into one that no order knows, from the third day on."""
    asha, balram = connect("Asha", "Balram")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into connections_connectionfact (connection_id, from_day, category,"
            " sanctioned_load_w, payment_mode, mode_since) values"
            " (%s, %s, 'LMV-9', 2000, 'prepaid', %s)",
            [asha.connection_id, april(3), april(3)],
        )
    for home in (asha, balram):
        hear(home, used(home, 5_000, 3_000, 4_000, 2_000), now=NOW)
    closed = close(asha, balram)
    assert [day[0] for day in days(asha)] == [april(1), april(2)]
    assert len(days(balram)) == 4
    (rejected,) = closed.rejected
    assert rejected.connection_id == asha.connection_id


def test_who_has_no_wallet_is_told(asha):
    with pytest.raises(ledger.NoWallet), transaction.atomic():
        charges.close_days(connection_ids=[asha.connection_id, 999_999], now=NOW)


def test_nobody_to_charge_is_nothing_to_do():
    closed = close()
    assert (closed.charged, closed.rejected) == ((), ())


# What a day costs


def rupees(text: Decimal) -> int:
    return int((text * 100).quantize(Decimal(1), ROUND_HALF_UP))


def test_the_order_of_july_changes_what_a_lifeline_day_costs():
    """
    1 July  3 kWh at 6.50, less 3.50 subsidy; 0.75 kW at 50 a month of 31 days
    2 July  3 kWh at 6.50, less 3.75 subsidy; the same
    """
    lifeline = new_connection(
        "Asha",
        category="LMV-1.10A",
        sanctioned_load_w=1_000,
        starts_on=date(2026, 7, 1),
    )
    (asha,) = connect("Asha", new={"Asha": lifeline})
    hear(asha, used(asha, 3_000, 3_000), now=noon(date(2026, 7, 3)))
    close(asha, now=noon(date(2026, 7, 3)))
    fixed = Decimal("50") * Decimal("0.75") / 31
    for day, subsidy in ((1, Decimal("3.50")), (2, Decimal("3.75"))):
        found = explained(asha, date(2026, 7, day))
        net = 3 * Decimal("6.50") + fixed - 3 * subsidy
        fppas = net * Decimal("-0.0443")
        assert {head: paise for head, paise in found.heads_paise.items() if paise} == {
            "energy": 1_950,
            "fixed": rupees(fixed),
            "subsidy": -rupees(3 * subsidy),
            "fppas": rupees(fppas),
            "duty": rupees((net + fppas) * Decimal("0.05")),
            "rebate": -rupees((net + fppas) * Decimal("0.02")),
        }
        assert found.month_energy_wh == 3_000
    names = [explained(asha, date(2026, 7, day)).order_name_en for day in (1, 2)]
    assert "2024-25" in names[0]
    assert "2 July 2026" in names[1]


def test_a_new_month_begins_its_slabs_and_its_days_anew():
    late = new_connection("Asha", starts_on=april(29))
    (asha,) = connect("Asha", new={"Asha": late})
    hear(asha, used(asha, 140_000, 20_000, 20_000), now=noon(date(2026, 5, 2)))
    close(asha, now=noon(date(2026, 5, 2)))
    found = [explained(asha, day) for day in days_between(april(29), date(2026, 5, 2))]
    assert [one.month_energy_wh for one in found] == [140_000, 160_000, 20_000]
    # 2 kW at three quarters of 110 rupees, over 30 days and over 31.
    assert [one.heads_paise["fixed"] for one in found] == [550, 550, 532]
    # 10 kWh of the second day lie in the slab above 150.
    assert [one.heads_paise["subsidy"] for one in found] == [-189_00, -22_00, -27_00]


def test_a_load_that_changes_splits_the_month(asha):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into connections_connectionfact (connection_id, from_day, category,"
            " sanctioned_load_w, payment_mode, mode_since) values"
            " (%s, %s, 'LMV-1.10B', 4000, 'prepaid', %s)",
            [asha.connection_id, april(2), april(2)],
        )
    hear(asha, used(asha, 5_000, 5_000), now=NOW)
    close(asha)
    found = [explained(asha, april(day)) for day in (1, 2)]
    assert [one.heads_paise["fixed"] for one in found] == [550, 1_100]
    assert [one.month_energy_wh for one in found] == [5_000, 5_000]


def test_the_highest_half_hour_of_the_month_raises_the_load_that_is_billed(asha):
    peak = Blocks(
        meter_id=asha.meter_id, day=april(1), first_block=30, energies_wh=(1_200,)
    )
    hear(asha, used(asha, 5_000), now=NOW, blocks=(peak,))
    close(asha)
    # 1200 Wh in half an hour are 2.4 kW: 110 rupees a kW over 30 days.
    assert explained(asha, april(1)).heads_paise["fixed"] == 880


def test_lines_add_up_to_the_day_in_both_languages(asha):
    hear(asha, used(asha, 140_000, 20_000, 3_000), now=NOW)
    close(asha)
    for number, total in enumerate((day[2] for day in days(asha)), start=1):
        found = explained(asha, april(number))
        assert sum(line.amount_paise for line in found.lines) == found.total_paise == total
        assert sum(found.heads_paise.values()) == total
        for line in found.lines:
            assert line.head in HEADS
            assert line.source
            assert line.text_en != line.text_hi
    assert balance(asha) == OPENING - sum(day[2] for day in days(asha))


def test_the_grounds_of_a_charge_are_kept(asha):
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha)
    kept = DayCharge.objects.get(day=april(2))
    schedule = schedule_for("LMV-1.10B", april(2))
    assert kept.schedule.order.sha256 == schedule.order_sha256
    assert (kept.schedule.category, kept.version, kept.because) == ("LMV-1.10B", 0, "first")
    assert (kept.part_from, kept.part_days) == (april(1), 30)
    assert (kept.mtd_energy_wh, kept.mtd_days) == (8_000, 2)
    assert (kept.opening_register_wh, kept.closing_register_wh) == (105_000, 108_000)
    assert (kept.sanctioned_load_w, kept.max_demand_w, kept.is_prepaid) == (2_000, 0, True)
    assert kept.fppas_basis_points == fppas_on(schedule, april(2)).basis_points == 124
    assert (kept.meter_id, kept.charged_at) == (asha.meter_id, NOW)


def test_a_charge_is_explained_by_the_order_as_it_was_kept(asha):
    hear(asha, used(asha, 5_000), now=NOW)
    close(asha)
    (kept,) = RatedOrder.objects.all()
    assert hashlib.sha256(kept.text.encode()).hexdigest() == kept.sha256


def test_a_charge_whose_order_is_gone_is_not_explained_by_another(asha):
    hear(asha, used(asha, 5_000), now=NOW)
    close(asha)
    gone = RatedOrder.objects.create(sha256="0" * 64, text="")
    kept = DayCharge.objects.get()
    kept.schedule = RatedSchedule.objects.create(
        order=gone, category="LMV-1.10B", above_w=0
    )
    with pytest.raises(charges.OrderGone, match="is not kept"):
        _explain.explained(kept, before=None)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(0, 60_000), min_size=1, max_size=30),
    st.lists(st.integers(1, 30), max_size=3),
    st.sampled_from([500, 1_000, 2_000, 7_500]),
)
def test_the_days_of_a_month_add_up_to_the_month_however_they_are_closed(
    energies, stops, load_w
):
    before = transaction.savepoint()
    (asha,) = connect(
        "Asha", new={"Asha": new_connection("Asha", sanctioned_load_w=load_w)}
    )
    hear(asha, used(asha, *energies), now=NOW)
    for stop in [*sorted(stops), 31]:
        close(asha, now=day_starts(april(1)) + stop * ONE_DAY)
    schedule = schedule_for("LMV-1.10B", april(1))
    rated = rate(
        schedule,
        slices_of(
            schedule,
            {
                "energy_wh": sum(energies),
                "billed_days": len(energies),
                "sanctioned_load_w": load_w,
                "fppas_basis_points": 124,
            },
        ),
    )
    assert sum(day[2] for day in days(asha)) == int(rated.total_paise[0])
    assert balance(asha) == OPENING - int(rated.total_paise[0])
    assert ledger.wrong_wallets() == ()
    transaction.savepoint_rollback(before)


# Questions


def test_what_is_charged_can_be_asked_for():
    asha, balram = connect("Asha", "Balram")
    assert charges.charged_through(connection_ids=[asha.connection_id]) == {}
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha, balram)
    both = [asha.connection_id, balram.connection_id]
    assert charges.charged_through(connection_ids=both) == {asha.connection_id: april(2)}
    assert charges.totals(first=april(2), until=april(3)) == (3_000, days(asha)[1][2])
    assert charges.totals(first=april(3), until=april(4)) == (0, 0)


@pytest.mark.parametrize("day", [april(2), date(2026, 3, 31)])
def test_a_day_that_is_open_or_before_the_first_is_not_explained(asha, day):
    hear(asha, used(asha, 5_000), now=NOW)
    close(asha)
    assert explained(asha, day) is None
