"""Pretend meters on the wire: read, cut, lit again, and broken in every way."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import count

import pytest
from tests.simulator.caller import calling, free_port, own_addresses

from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.cosem import (
    AccessResult,
    Attribute,
    CaptureObject,
    ClassId,
    EntrySelection,
    Method,
    RangeSelection,
    ScalerUnit,
)
from bijlighar.dlms.errors import AccessRefused, ActionRefused, RefusedError
from bijlighar.dlms.obis import Obis
from bijlighar.kernel import ist
from bijlighar.simulator import residents, store
from bijlighar.simulator.faults import Fault, FaultKind, make_fault
from bijlighar.simulator.fleet import AddressTaken, Fleet
from bijlighar.simulator.town_calendar import TownCalendar

CLOCK = Attribute(ClassId.CLOCK, is15959.CLOCK, 2)
REGISTER = Attribute(ClassId.REGISTER, is15959.WH_IMPORT, 2)
RELAY_CLOSED = Attribute(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 2)
RELAY_STATE = Attribute(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 3)
DISCONNECT = Method(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 1)
RECONNECT = Method(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 2)
DAILY = Attribute(ClassId.PROFILE_GENERIC, is15959.DAILY_LOAD, 2)
BLOCKS = Attribute(ClassId.PROFILE_GENERIC, is15959.BLOCK_LOAD, 2)
ZERO = axdr.integer(0)
TODAY = date(2026, 4, 10)
CALENDAR = TownCalendar(data_start=date(2019, 8, 20))


def settle(connection, clock, homes=2):
    found = residents.settle(
        homes=homes, seed=4, calendar=CALENDAR, connection=connection, now=clock
    )
    return [resident.meter for resident in found]


@asynccontextmanager
async def running(meters, port=None):
    fleet = Fleet(meters=meters, base=own_addresses(), port=port or free_port())
    await fleet.start()
    try:
        yield fleet
    finally:
        await fleet.stop()


@pytest.fixture
def meters(connection, clock):
    return settle(connection, clock)


@pytest.fixture
def meter(meters):
    return meters[0]


def conversation(meters, sap=48):
    """Run a story against the first of these meters: `await story(caller)`."""

    def run(story):
        async def all_of_it():
            async with running(meters) as fleet, calling(fleet, meters[0], sap) as caller:
                return await story(caller)

        return asyncio.run(all_of_it())

    return run


def test_a_day_is_read_by_range(meters, meter):
    yesterday = ist.day_starts(TODAY - timedelta(days=1))
    today = ist.day_starts(TODAY)

    async def story(caller):
        daily = await caller.get(DAILY, RangeSelection(yesterday, today))
        blocks = await caller.get(
            BLOCKS, RangeSelection(yesterday + timedelta(seconds=1), today)
        )
        return daily.plain(), blocks.plain()

    daily, blocks = conversation(meters)(story)
    assert [cosem_time.decode(row[0]) for row in daily] == [yesterday, today]
    assert len(blocks) == 48
    assert cosem_time.decode(blocks[0][0]) == yesterday + timedelta(minutes=30)
    assert cosem_time.decode(blocks[-1][0]) == today
    assert sum(row[3] for row in blocks) == daily[1][1] - daily[0][1] > 0
    assert sum(row[5] for row in blocks) == daily[1][2] - daily[0][2]
    assert daily[0][1] == meter.house.register_wh(8 * 86_400)


def test_a_whole_profile_comes_in_blocks(meters, clock):
    clock.pass_by(days=60)

    async def story(caller):
        return (await caller.get(BLOCKS)).plain(), (await caller.get(DAILY)).plain()

    blocks, daily = conversation(meters)(story)
    assert len(blocks) == 1680
    assert len(daily) == 35
    assert cosem_time.decode(daily[-1][0]) == ist.day_starts(TODAY + timedelta(days=60))


def test_entries_and_columns_are_selected(meters):
    wanted = (
        CaptureObject(ClassId.REGISTER, is15959.BLOCK_WH_IMPORT, 2),
        CaptureObject(ClassId.CLOCK, is15959.CLOCK, 2),
    )

    async def story(caller):
        newest = await caller.get(DAILY, EntrySelection(9, 0, 1, 2))
        start = ist.day_starts(TODAY)
        some = await caller.get(
            BLOCKS, RangeSelection(start, start + timedelta(hours=1), wanted)
        )
        profile = is15959.DAILY_LOAD
        return (
            newest.plain(),
            some.plain(),
            [
                (
                    await caller.get(Attribute(ClassId.PROFILE_GENERIC, profile, index))
                ).plain()
                for index in (4, 7, 8)
            ],
        )

    newest, some, attributes = conversation(meters)(story)
    assert [len(row) for row in newest] == [2, 2]
    assert [cosem_time.decode(row[1]).minute for row in some] == [30, 0, 30]
    assert attributes == [86_400, 10, 35]


def test_scaler_profiles_fit_their_profiles(meters):
    async def story(caller):
        found = {}
        for profile, scalers in (
            (is15959.BLOCK_LOAD, is15959.BLOCK_LOAD_SCALERS),
            (is15959.DAILY_LOAD, is15959.DAILY_LOAD_SCALERS),
            (is15959.INSTANTANEOUS, is15959.INSTANTANEOUS_SCALERS),
            (is15959.BILLING, is15959.BILLING_SCALERS),
            (is15959.OTHER_EVENTS, is15959.EVENT_SCALERS),
        ):
            columns, names, units = [
                await caller.get(Attribute(ClassId.PROFILE_GENERIC, obis, index))
                for obis, index in ((profile, 3), (scalers, 3), (scalers, 2))
            ]
            captured = map(CaptureObject.from_data, columns.value)
            registers = [
                column.obis
                for column in captured
                if column.attribute == 2
                and column.class_id in (ClassId.REGISTER, ClassId.EXTENDED_REGISTER)
            ]
            assert [CaptureObject.from_data(name).obis for name in names.value] == registers
            (row,) = units.value
            found[profile] = [ScalerUnit.from_data(unit) for unit in row.value]
            assert len(found[profile]) == len(registers)
        return found

    found = conversation(meters, sap=32)(story)
    assert found[is15959.DAILY_LOAD][0].scaled_whole(1234) == 1234


def test_supply_is_cut_read_back_and_restored(meters, meter, clock):
    async def story(caller):
        assert (await caller.get(RELAY_CLOSED)).value is True
        await caller.talk(caller.client.invoke(DISCONNECT, ZERO))
        assert (await caller.get(RELAY_CLOSED)).value is False
        assert (await caller.get(RELAY_STATE)).value == 0
        before = (await caller.get(REGISTER)).value
        clock.pass_by(hours=5)
        assert (await caller.get(REGISTER)).value == before
        await caller.talk(caller.client.invoke(RECONNECT, ZERO))
        assert (await caller.get(RELAY_STATE)).value == 1
        clock.pass_by(hours=5)
        assert (await caller.get(REGISTER)).value > before

    conversation(meters)(story)
    assert meter.house.is_closed


def test_the_relay_obeys_only_the_utility(meters, meter):
    async def story(caller):
        with pytest.raises(ActionRefused):
            await caller.talk(caller.client.invoke(DISCONNECT, ZERO))
        with pytest.raises(AccessRefused):
            await caller.talk(caller.client.set(CLOCK, axdr.octet_string(bytes(12))))
        return (await caller.get(RELAY_CLOSED)).value

    assert conversation(meters, sap=32)(story) is True
    assert meter.house.is_closed


def test_the_public_client_sees_names_clock_and_counters_only(meters, meter, clock):
    async def story(caller):
        assert cosem_time.decode((await caller.get(CLOCK)).value) == clock.at
        name = Attribute(ClassId.DATA, is15959.SERIAL_NUMBER, 2)
        assert (await caller.get(name)).value == meter.serial.encode()
        counter = Attribute(ClassId.DATA, is15959.UTILITY_SETTING_COUNTER, 2)
        assert (await caller.get(counter)).value == 41
        for attribute in (REGISTER, RELAY_CLOSED, DAILY):
            with pytest.raises(AccessRefused) as refused:
                await caller.get(attribute)
            assert refused.value.result is AccessResult.READ_WRITE_DENIED

    meter.counters.accept(48, 41)
    conversation(meters, sap=16)(story)


def test_what_does_not_exist_is_refused(meters):
    unknown = {
        Attribute(ClassId.REGISTER, Obis(1, 0, 99, 9, 9, 255), 2): "OBJECT_UNDEFINED",
        Attribute(ClassId.DATA, is15959.WH_IMPORT, 2): "OBJECT_CLASS_INCONSISTENT",
        Attribute(ClassId.REGISTER, is15959.WH_IMPORT, 9): "READ_WRITE_DENIED",
    }

    async def story(caller):
        for attribute, result in unknown.items():
            with pytest.raises(AccessRefused) as refused:
                await caller.get(attribute)
            assert refused.value.result.name == result

    conversation(meters)(story)


def test_a_counter_is_never_accepted_twice(meters, meter):
    async def story():
        async with running(meters) as fleet:
            async with calling(fleet, meter, counters=count(100)):
                pass
            newest = meter.counters.received(48)
            assert newest >= 100
            with pytest.raises((RefusedError, ConnectionError)):
                async with calling(fleet, meter, counters=count(newest)):
                    pass
            async with calling(fleet, meter, counters=count(newest + 1)) as caller:
                assert (await caller.get(RELAY_CLOSED)).value is True

    asyncio.run(story())


def test_a_restarted_meter_remembers(tmp_path, clock):
    def life(story):
        connection = store.open_world(tmp_path)
        meters = settle(connection, clock)
        result = conversation(meters)(story)
        connection.close()
        return result, meters[0].counters.received(48), meters[0].counters.next()

    async def cut(caller):
        await caller.talk(caller.client.invoke(DISCONNECT, ZERO))
        return (await caller.get(REGISTER)).value

    async def look(caller):
        return (await caller.get(REGISTER)).value, (await caller.get(RELAY_CLOSED)).value

    register, received, sent = life(cut)
    clock.pass_by(days=2)
    (register_now, is_closed), received_now, sent_now = life(look)
    assert (register_now, is_closed) == (register, False)
    assert received_now > received
    assert sent_now > sent


# Faults


def test_a_silent_meter_says_nothing(meters, meter):
    async def story():
        async with running(meters) as fleet:
            meter.put_fault(make_fault(kind="silent"))
            with pytest.raises(ConnectionError):
                async with calling(fleet, meter):
                    pass
            meter.heal()
            async with calling(fleet, meter) as caller:
                meter.put_fault(make_fault(kind="silent"))
                with pytest.raises(ConnectionError):
                    await caller.get(REGISTER)

    asyncio.run(story())


def test_a_meter_is_silent_on_days_without_data(meters, meter, clock):
    silent = next(day for day in range(400) if meter.house.appetite.is_silent(day * 86_400))
    day_starts = CALENDAR.instant_of(silent * 86_400)
    clock.at = day_starts + timedelta(hours=12)

    async def story():
        async with running(meters) as fleet:
            with pytest.raises(ConnectionError):
                async with calling(fleet, meter):
                    pass

    asyncio.run(story())
    second = silent * 86_400
    assert meter.house.register_wh(second) == meter.house.register_wh(second + 86_400)


def test_a_hanging_meter_swallows_requests(meters, meter):
    meter.put_fault(make_fault(kind="hanging"))

    async def story():
        async with (
            running(meters) as fleet,
            calling(fleet, meter, associate=False) as caller,
        ):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(caller.associate(), 0.1)
            assert not caller.reader.at_eof()

    asyncio.run(story())


def test_a_slow_meter_answers_late(meters, meter):
    async def story(caller):
        meter.put_fault(make_fault(kind="slow", amount=60))
        begun = time.monotonic()
        await caller.get(REGISTER)
        return time.monotonic() - begun

    assert conversation(meters)(story) >= 0.06


def test_a_wrong_clock_is_wrong_until_it_is_set(meters, meter, clock):
    async def story(caller):
        meter.put_fault(make_fault(kind="wrong_clock", amount=-900))
        shown = cosem_time.decode((await caller.get(CLOCK)).value)
        assert shown - clock.at == timedelta(seconds=-900)
        right = axdr.octet_string(cosem_time.encode(clock.at))
        await caller.talk(caller.client.set(CLOCK, right))
        assert cosem_time.decode((await caller.get(CLOCK)).value) == clock.at

    conversation(meters)(story)
    assert meter.faults == {}


@pytest.mark.parametrize("is_once", [True, False])
def test_a_connection_breaks_in_the_middle_of_an_answer(meters, meter, is_once):
    meter.put_fault(Fault(kind=FaultKind.DROPPED, amount=3, is_once=is_once))

    async def story():
        async with running(meters) as fleet:
            async with calling(fleet, meter) as caller:
                with pytest.raises(ConnectionError):
                    await caller.get(DAILY)
                assert caller.frames._pending
            async with calling(fleet, meter) as caller:
                if is_once:
                    await caller.get(DAILY)
                else:
                    with pytest.raises(ConnectionError):
                        await caller.get(DAILY)

    asyncio.run(story())


def test_a_relay_moves_although_its_answer_is_lost(meters, meter):
    meter.put_fault(make_fault(kind="answer_lost", is_once=True))

    async def story():
        async with running(meters) as fleet:
            async with calling(fleet, meter) as caller:
                with pytest.raises(ConnectionError):
                    await caller.talk(caller.client.invoke(DISCONNECT, ZERO))
            async with calling(fleet, meter) as caller:
                assert (await caller.get(RELAY_CLOSED)).value is False
                await caller.talk(caller.client.invoke(RECONNECT, ZERO))

    asyncio.run(story())


def test_a_taken_address_is_told_in_one_sentence(meters):
    async def story():
        async with running(meters) as fleet:
            with pytest.raises(AddressTaken, match=f"port {fleet.port} is in use"):
                async with running(meters, port=fleet.port):
                    pass

    asyncio.run(story())


def test_what_is_no_frame_ends_the_conversation(meters, meter):
    async def story():
        async with (
            running(meters) as fleet,
            calling(fleet, meter, associate=False) as caller,
        ):
            caller.writer.write(b"GET / HTTP/1.1\r\n\r\n")
            with pytest.raises(ConnectionError):
                await caller.hear()

    asyncio.run(story())
