"""A small head-end for tests: speaks to pretend meters over real TCP."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from itertools import count

from bijlighar.dlms.client import Authentication, Client, ClientSettings
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.wrapper import Frame, FrameReader

TITLE = b"BJHTEST1"


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_addresses() -> IPv4Address:
    """Loopback addresses that tests in other processes do not use."""
    pid = os.getpid()
    return IPv4Address(f"127.{64 + pid % 128}.{pid // 128 % 250}.1")


class Caller:
    """One association with one meter on one connection."""

    def __init__(self, meter, sap, stream, *, counters, known=None):
        self.reader, self.writer = stream
        keys = SecurityKeys(
            encryption_key=meter.keys.encryption_key,
            authentication_key=meter.keys.authentication_key,
        )
        self.sap = sap
        self.frames = FrameReader()
        self.client = Client(
            settings=ClientSettings(
                client_sap=sap,
                authentication={
                    16: Authentication.NONE,
                    32: Authentication.LLS,
                    48: Authentication.HLS_GMAC,
                }[sap],
                system_title=TITLE,
                keys=None if sap == 16 else keys,
                secret=meter.keys.lls_secret if sap == 32 else b"",
                meter_title=None if sap == 16 else meter.keys.system_title,
            ),
            next_counter=counters.__next__,
            challenge=os.urandom(16),
            known_meter_counter=known,
        )

    async def talk(self, exchange):
        """Carry an exchange over the wire; gives its result."""
        apdu = next(exchange)
        while True:
            self.writer.write(Frame(self.sap, 1, apdu).to_bytes())
            answer = await self.hear()
            try:
                apdu = exchange.send(answer)
            except StopIteration as ended:
                return ended.value

    async def hear(self):
        """The next answer; raises `ConnectionError` when the meter hangs up."""
        while (frame := self.frames.next_frame()) is None:
            octets = await self.reader.read(65536)
            if not octets:
                raise ConnectionResetError("the meter hung up")
            self.frames.feed(octets)
        return frame.payload

    async def associate(self):
        await self.talk(self.client.associate())

    async def get(self, attribute, selection=None):
        return await self.talk(self.client.get(attribute, selection))


@asynccontextmanager
async def calling(
    fleet, meter, sap=48, *, counters=None, associate=True
) -> AsyncIterator[Caller]:
    """Call a meter and associate, counting on from the newest counter it knows."""
    if counters is None:
        counters = count(meter.counters.received(sap) + 1)
    address = fleet.address_of(meter.serial)
    stream = await asyncio.open_connection(address, fleet.port)
    caller = Caller(meter, sap, stream, counters=counters)
    try:
        if associate:
            await caller.associate()
        yield caller
    finally:
        caller.writer.close()
