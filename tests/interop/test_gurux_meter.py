"""A meter that this project did not write, read and switched by ours.

Combinations: no security, a password (LLS), and HLS 5 (GMAC) with every APDU authenticated
and encrypted. The meter is gurux-dlms 1.0.203, mended where its server cannot run
(`gurux_meter.py` says where).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bijlighar.dlms import axdr, is15959
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.security import SecurityKeys
from bijlighar.headend.relay import move_relay
from bijlighar.headend.session import read_meter
from bijlighar.headend.values import MeterAccess, ReadPlan, RelayWanted
from bijlighar.kernel.ist import day_starts
from bijlighar.readings.values import Blocks, DailyRegister
from bijlighar.run.meter_line import Caller, WrongKey, WrongPassword, talk_to
from bijlighar.run.meter_reading import Profile, read_profile
from tests.interop import peers

APRIL_1, APRIL_2 = date(2026, 4, 1), date(2026, 4, 2)
HALF_HOUR = timedelta(minutes=30)
BLOCKS_WH = tuple(range(100, 148))
REGISTERS_WH = (1_000_000, 1_000_000 + sum(BLOCKS_WH))
WATT_HOURS_OF_BLOCK = 3
SECURITIES = ("none", "lls", "hls")
CLIENTS = {"none": 16, "lls": 32, "hls": 48}


def _profiles() -> dict:
    block = [
        [
            _stamp(day_starts(APRIL_1) + HALF_HOUR * (number + 1)),
            23_000,
            150,
            wh,
            0,
            wh,
            0,
            0,
        ]
        for number, wh in enumerate(BLOCKS_WH)
    ]
    daily = [
        [_stamp(day_starts(day)), wh, wh, 0, 0]
        for day, wh in zip((APRIL_1, APRIL_2), REGISTERS_WH, strict=True)
    ]
    return {
        "1.0.99.1.0.255": {
            "captures": _named(is15959.SINGLE_PHASE_BLOCK_LOAD),
            "rows": block,
            "scalers": "1.0.94.91.4.255",
        },
        "1.0.99.2.0.255": {
            "captures": _named(is15959.SINGLE_PHASE_DAILY_LOAD),
            "rows": daily,
            "scalers": "1.0.94.91.5.255",
        },
    }


def _named(captures) -> list:
    return [[int(one.class_id), str(one.obis)] for one in captures[1:]]


def _stamp(at: datetime) -> str:
    return at.isoformat()


def a_meter(security: str):
    return peers.gurux_meter(
        security=security, client=CLIENTS[security], profiles=_profiles()
    )


def a_caller(security: str, port: int, **changes) -> Caller:
    keys = SecurityKeys(
        encryption_key=peers.ENCRYPTION_KEY, authentication_key=peers.AUTHENTICATION_KEY
    )
    known = {
        "host": "127.0.0.1",
        "port": port,
        "client_sap": CLIENTS[security],
        "authentication": {
            "none": Authentication.NONE,
            "lls": Authentication.LLS,
            "hls": Authentication.HLS_GMAC,
        }[security],
        "keys": keys if security == "hls" else None,
        "secret": peers.SECRET.encode(),
        "counter": 0,
    }
    return Caller(**{**known, **changes})


def asking(caller: Caller, ask):
    async def run():
        async with talk_to(caller) as talk:
            return await ask(talk)

    return asyncio.run(run())


@pytest.mark.parametrize("security", SECURITIES)
def test_half_hours_and_midnights_come_whole_and_the_relay_moves(security):
    starts, ends = day_starts(APRIL_1), day_starts(APRIL_2)

    async def ask(talk):
        blocks = await read_profile(talk, Profile.BLOCK, starts=starts, ends=ends)
        daily = await read_profile(talk, Profile.DAILY, starts=starts, ends=ends)
        await talk.invoke(is15959.REMOTE_DISCONNECT, axdr.integer(0))
        opened = meter.relay_is_closed(), (await talk.get(is15959.OUTPUT_STATE)).value
        await talk.invoke(is15959.REMOTE_RECONNECT, axdr.integer(0))
        closed = meter.relay_is_closed(), (await talk.get(is15959.OUTPUT_STATE)).value
        return blocks[0], daily[0], opened, closed

    with a_meter(security) as meter:
        blocks, daily, opened, closed = asking(a_caller(security, meter.port), ask)
    assert tuple(row[WATT_HOURS_OF_BLOCK] for row in blocks.rows) == BLOCKS_WH
    assert blocks.rows[0][0] == "2026-04-01T00:30:00+05:30"
    assert blocks.columns[WATT_HOURS_OF_BLOCK].unit == "Wh"
    assert tuple(row[1] for row in daily.rows) == REGISTERS_WH
    assert opened == (False, False)
    assert closed == (True, True)


def test_the_head_end_itself_reads_and_switches_it():
    def ask_time() -> datetime:
        return datetime.now(UTC)

    async def talk(access: MeterAccess, later: MeterAccess):
        plan = ReadPlan(
            meter_id=7,
            daily_from=date(2026, 3, 31),
            blocks_from_day=APRIL_1,
            blocks_from_block=0,
        )
        read = await read_meter(access=access, plan=plan, ask_time=ask_time, timeout_s=20)
        moved = await move_relay(
            access=later,
            wanted=RelayWanted.OPEN,
            open_before=None,
            ask_time=ask_time,
            timeout_s=20,
        )
        return read.heard, moved.is_closed

    with a_meter("hls") as meter:
        heard, is_closed = asyncio.run(
            talk(access(meter.port, first=1), access(meter.port, first=1_001))
        )
        assert meter.relay_is_closed() is False
    assert is_closed is False
    assert heard.blocks == (
        Blocks(meter_id=7, day=APRIL_1, first_block=0, energies_wh=BLOCKS_WH),
    )
    assert heard.daily == tuple(
        DailyRegister(meter_id=7, day=day, register_wh=wh)
        for day, wh in zip((date(2026, 3, 31), APRIL_1), REGISTERS_WH, strict=True)
    )


def test_a_wrong_password_and_a_wrong_key_are_told_apart():
    async def nothing(talk):
        return None

    with a_meter("lls") as meter, pytest.raises(WrongPassword):
        asking(a_caller("lls", meter.port, secret=b"other"), nothing)
    other = SecurityKeys(
        encryption_key=peers.ENCRYPTION_KEY, authentication_key=peers.MASTER_KEY
    )
    with a_meter("hls") as meter, pytest.raises(WrongKey):
        asking(a_caller("hls", meter.port, keys=other, timeout_s=2.0), nothing)


def access(port: int, *, first: int) -> MeterAccess:
    return MeterAccess(
        meter_id=7,
        serial=peers.METER_SERIAL,
        system_title=peers.METER_TITLE,
        host="127.0.0.1",
        port=port,
        encryption_key=peers.ENCRYPTION_KEY,
        authentication_key=peers.AUTHENTICATION_KEY,
        first_counter=first,
        leased_counters=1_000,
        known_meter_counter=0,
    )
