"""What pretend meters say unasked, as whoever listens hears it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.simulator.test_fleet import running, settle

from bijlighar.dlms import apdu as apdus
from bijlighar.dlms.protection import Form, unprotect
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.wrapper import FrameReader
from bijlighar.headend.listener import PUSHES
from bijlighar.simulator.faults import make_fault
from bijlighar.simulator.pushes import ALERT_PUSH, DAILY_PUSH, Pusher


def opened(meter, frame):
    """(name of the push setup, what was pushed)."""
    plain = unprotect(
        keys=SecurityKeys(
            encryption_key=meter.keys.encryption_key,
            authentication_key=meter.keys.authentication_key,
        ),
        system_title=meter.keys.system_title,
        apdu=frame,
        known_counter=None,
        services=PUSHES,
        form=Form.GENERAL_GLOBAL,
    ).plain
    _, setup, _, pushed = apdus.decode(plain).body.plain()
    return setup, pushed


def bits(word):
    return {at for at, bit in enumerate(word) if bit == "1"}


def test_mains_status_and_midnights_are_told_once_somebody_listens(connection, clock):
    (meter,) = settle(connection, clock, homes=1)
    calls: asyncio.Queue = asyncio.Queue()

    async def listen(reader, writer):
        frames = FrameReader()
        frames.feed(await reader.read())
        for frame in frames.frames():
            calls.put_nowait(opened(meter, frame.payload))
        writer.close()

    async def next_call():
        return await asyncio.wait_for(calls.get(), 20)

    async def story():
        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        where = server.sockets[0].getsockname()
        async with running([meter]) as fleet:
            pusher = Pusher(fleet=fleet, to=where)
            task = asyncio.create_task(pusher.run())
            while not pusher.is_heard:
                await asyncio.sleep(0)
            meter.put_fault(make_fault(kind="power_off"))
            gasp = await next_call()
            clock.pass_by(days=1)
            meter.heal()
            told = [gasp, await next_call(), await next_call()]
            meter.move_relay(closed=False)
            told.append(await next_call())
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        server.close()
        return told

    gasp, breath, midnight, relay = asyncio.run(story())
    alert = ALERT_PUSH.to_bytes()
    assert (gasp[0], bits(gasp[1])) == (alert, {85})
    assert (breath[0], bits(breath[1])) == (alert, {86})
    assert midnight[0] == DAILY_PUSH.to_bytes()
    at = meter.calendar.second_of(clock.at.replace(hour=18, minute=30) - timedelta(days=1))
    assert [row[1] for row in midnight[1]] == [meter.house.register_wh(at)]
    assert (relay[0], bits(relay[1])) == (alert, {84})
