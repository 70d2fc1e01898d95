"""What a pretend meter notes of its own life, as the head-end reads it over the wire."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs
from tests.simulator.test_fleet import CALENDAR, running, settle

from bijlighar.dlms import cosem_time, is15959
from bijlighar.dlms.cosem import Attribute, ClassId, RangeSelection
from bijlighar.dlms.key_transfer import KeyId
from bijlighar.headend.session import read_meter
from bijlighar.headend.values import MeterAccess, ReadKind, ReadPlan
from bijlighar.kernel.ist import day_starts, supply_day_of
from bijlighar.simulator import store
from bijlighar.simulator.device import MeterDevice
from bijlighar.simulator.faults import make_fault
from bijlighar.simulator.meter_life import EVENTS_KEPT, minutes_with_mains, status_bits

DAY, BLOCK = 86_400, 1_800
HOUR = timedelta(hours=1)
LOGS = (
    is15959.POWER_EVENTS,
    is15959.CONTROL_EVENTS,
    is15959.OTHER_EVENTS,
    is15959.TRANSACTION_EVENTS,
)


@pytest.fixture
def meter(connection, clock):
    return settle(connection, clock, homes=1)[0]


def read(meter, clock):
    """All kinds, by the head-end's own conversation; and what it wrote in its log."""
    access = {
        "meter_id": 7,
        "serial": meter.serial,
        "system_title": meter.keys.system_title,
        "encryption_key": meter.keys.encryption_key,
        "authentication_key": meter.keys.authentication_key,
        "first_counter": meter.counters.received(48) + 1,
        "leased_counters": 256,
        "known_meter_counter": 0,
    }
    today = supply_day_of(clock())
    plan = ReadPlan(
        meter_id=7,
        daily_from=today,
        blocks_from_day=today,
        blocks_from_block=0,
        kinds=frozenset(ReadKind),
    )

    async def talk():
        async with running([meter]) as fleet:
            host = fleet.address_of(meter.serial)
            known = MeterAccess(host=host, port=fleet.port, **access)
            return await read_meter(access=known, plan=plan, ask_time=clock, timeout_s=30.0)

    with capture_logs() as logs:
        heard = asyncio.run(talk()).heard
    return heard, [one["event"] for one in logs]


def log(meter, name, selection=None):
    """The rows of a log as plain values."""
    asked = Attribute(ClassId.PROFILE_GENERIC, name, 2)
    device = MeterDevice(meter=meter)
    return device.read(client_sap=32, attribute=asked, selection=selection).plain()


def codes(meter, name):
    return [row[1] for row in log(meter, name)]


def test_everything_that_the_head_end_asks_for_is_answered(meter, clock):
    heard, logged = read(meter, clock)
    assert "headend.profile.refused" not in logged
    assert (heard.events, heard.billing) == ((), ())
    flows = heard.instant
    assert (flows.register_wh, flows.is_closed) == (meter.register_wh, True)
    assert flows.voltage_mv == meter.voltage_cv * 10
    assert flows.power_w == meter.power_w
    apparent_va = flows.voltage_mv * flows.current_ma / 1_000_000
    assert flows.power_w == pytest.approx(apparent_va * 0.95, abs=6)


def test_what_happens_to_a_meter_stands_in_its_logs_and_is_heard(meter, clock):
    """
    12:00  relay opened            301
    13:00  relay closed            302
    14:00  magnet, cover open      201, 251
    15:00  magnet gone, cover shut 202
    16:00  mains gone              101
    17:00  mains back              102
    18:00  150 V; current by earth 9, 69
    19:00  clock set, keys sent    151, 164; voltage and neutral right again 10, 70
    """
    noon = clock.at
    meter.move_relay(closed=False)
    clock.pass_by(hours=1)
    meter.move_relay(closed=True)
    clock.pass_by(hours=1)
    meter.put_fault(make_fault(kind="magnet"))
    meter.put_fault(make_fault(kind="cover_open"))
    assert status_bits(meter) == {81, 83}
    clock.pass_by(hours=1)
    meter.heal()
    clock.pass_by(hours=1)
    meter.put_fault(make_fault(kind="power_off"))
    assert meter.is_silent
    clock.pass_by(hours=1)
    meter.heal()
    clock.pass_by(hours=1)
    meter.put_fault(make_fault(kind="low_voltage", amount=150))
    meter.put_fault(make_fault(kind="earth_loading"))
    assert (meter.voltage_cv, meter.neutral_current_ca) == (15_000, 0)
    clock.pass_by(hours=1)
    meter.heal()
    meter.set_clock(clock())
    meter.take_keys({KeyId.MASTER: bytes(range(16))})
    heard, _ = read(meter, clock)
    expected = {
        noon: [301],
        noon + 1 * HOUR: [302],
        noon + 2 * HOUR: [201, 251],
        noon + 3 * HOUR: [202],
        noon + 4 * HOUR: [101],
        noon + 5 * HOUR: [102],
        noon + 6 * HOUR: [9, 69],
        noon + 7 * HOUR: [10, 70, 151, 164],
    }
    assert sorted((one.at, one.code) for one in heard.events) == [
        (at, code) for at, many in expected.items() for code in many
    ]


def test_a_row_holds_what_was_measured_and_how_many_tampers_there_were(meter, clock):
    meter.put_fault(make_fault(kind="cover_open"))
    clock.pass_by(minutes=5)
    meter.put_fault(make_fault(kind="magnet"))
    then = (meter.current_ca, meter.voltage_cv, 95, meter.register_wh, 2)
    at = clock.at
    clock.pass_by(days=1)
    (row,) = log(meter, is15959.OTHER_EVENTS)
    assert (cosem_time.decode(row[0]), row[1], *row[2:]) == (at, 201, *then)
    (cover,) = log(meter, is15959.NON_ROLLOVER_EVENTS)
    assert (cover[1], cover[-1]) == (251, 1)


def test_a_log_is_a_ring_and_is_read_by_range(meter, clock):
    for _ in range(EVENTS_KEPT // 2 + 1):
        for is_closed in (False, True):
            clock.pass_by(minutes=1)
            meter.move_relay(closed=is_closed)
    assert codes(meter, is15959.CONTROL_EVENTS) == [301, 302] * (EVENTS_KEPT // 2)
    last = RangeSelection(starts=clock.at - timedelta(minutes=1), ends=clock.at)
    assert [row[1] for row in log(meter, is15959.CONTROL_EVENTS, last)] == [301, 302]


def test_a_day_without_data_is_a_day_without_mains(meter, clock):
    house = meter.house
    silent = next(day for day in range(1, 400) if house.appetite.is_silent(day * DAY))
    back = next(
        day for day in range(silent, 400) if not house.appetite.is_silent(day * DAY)
    )
    clock.at = CALENDAR.instant_of(back * DAY + 3_600)
    rows = log(meter, is15959.POWER_EVENTS)
    assert [(cosem_time.decode(at), code) for at, code in rows] == [
        (CALENDAR.instant_of(silent * DAY), 101),
        (CALENDAR.instant_of(back * DAY), 102),
    ]
    assert minutes_with_mains(house, starts=0, ends=back * DAY) == silent * 1_440
    assert minutes_with_mains(house, starts=silent * DAY, ends=back * DAY) == 0


def test_a_house_without_mains_uses_nothing(meter, clock):
    meter.put_fault(make_fault(kind="power_off"))
    before = meter.register_wh
    clock.pass_by(hours=2)
    meter.move_relay(closed=False)
    meter.heal()
    clock.pass_by(hours=2)
    assert (meter.register_wh, meter.power_w) == (before, 0)
    meter.move_relay(closed=True)
    clock.pass_by(hours=2)
    assert meter.register_wh > before


def test_periods_end_with_months_and_keep_register_and_highest_demand(meter, clock):
    clock.at = day_starts(date(2026, 6, 10)) + 6 * HOUR
    heard, _ = read(meter, clock)
    house = meter.house
    for bill, first, until in zip(
        heard.billing,
        (date(2026, 4, 1), date(2026, 5, 1)),
        (date(2026, 5, 1), date(2026, 6, 1)),
        strict=True,
    ):
        starts, ends = map(CALENDAR.second_of_day, (first, until))
        half_hours = [
            (house.register_wh(at) - house.register_wh(at - BLOCK), -at)
            for at in range(starts + BLOCK, ends + 1, BLOCK)
        ]
        peak_wh, at = max(half_hours)
        assert bill.billed_at == day_starts(until)
        assert bill.register_wh == house.register_wh(ends)
        assert bill.max_demand_w == peak_wh * 2
        assert bill.max_demand_at == CALENDAR.instant_of(-at)


def test_twelve_ended_periods_are_kept_and_the_one_that_runs(meter, clock):
    early = [*meter.billing_periods()]
    clock.at = day_starts(date(2027, 8, 1))
    periods = meter.billing_periods()
    assert len(periods) == 13
    assert (periods[0].starts, periods[-2].ends, periods[-1].peak_wh) == (
        CALENDAR.second_of_day(date(2026, 8, 1)),
        CALENDAR.second_of_day(date(2027, 8, 1)),
        0,
    )
    assert early[0].peak_wh != periods[0].peak_wh
    running = log(meter, is15959.BILLING)[-1]
    assert cosem_time.decode(running[0]) == clock.at
    assert running[5] == running[7] == bytes.fromhex("ffffffffffffffffff8000ff")


def test_a_restarted_meter_remembers_its_life(tmp_path, clock):
    def begin():
        world = store.open_world(tmp_path)
        return world, settle(world, clock, homes=1)[0]

    world, meter = begin()
    meter.put_fault(make_fault(kind="power_off"))
    clock.pass_by(hours=3)
    meter.heal()
    clock.pass_by(hours=1)
    meter.put_fault(make_fault(kind="magnet"))
    meter.move_relay(closed=False)
    clock.pass_by(hours=1)
    before = meter.register_wh, [log(meter, name) for name in LOGS]
    world.close()
    world, meter = begin()
    assert (meter.register_wh, [log(meter, name) for name in LOGS]) == before
    assert status_bits(meter) == {81, 84}
    world.close()
