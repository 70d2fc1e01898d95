"""Head-end processes of their own, and meters that write down whoever talks to them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess

from django.db import connection, connections

from bijlighar.connections.values import Home
from bijlighar.dlms import apdu as apdus
from bijlighar.dlms import is15959
from bijlighar.dlms.apdu import action, association
from bijlighar.dlms.apdu.ciphered import CipheredApdu
from bijlighar.dlms.security import SecurityKeys, open_sealed
from bijlighar.dlms.server import ServerClient, ServerSession
from bijlighar.dlms.wrapper import Frame, FrameReader
from bijlighar.headend.association import SYSTEM_TITLE
from bijlighar.headend.values import MeterKeys
from tests.cast import ROOT_KEY, connect, keys_for, new_connection
from tests.dlms.meter import METER_CHALLENGE, Counters
from tests.headend.small_meters import SmallMeter

PATIENCE_S = 30.0


@dataclass
class NowMeter(SmallMeter):
    """A small meter whose clock is right."""

    def read(self, *, client_sap, attribute, selection):
        self.clock = datetime.now(UTC)
        return super().read(client_sap=client_sap, attribute=attribute, selection=selection)


@dataclass
class Seen:
    """What one meter has seen of the head-ends."""

    known: MeterKeys
    title: bytes
    meter: NowMeter = field(default_factory=NowMeter)
    store: Counters = field(default_factory=Counters)
    used: list[int] = field(default_factory=list)
    """Every counter under which something was sealed, in frames and in proofs."""
    open: int = 0
    most_open: int = 0
    conversations: int = 0

    @property
    def keys(self) -> SecurityKeys:
        return SecurityKeys(
            encryption_key=self.known.encryption_key,
            authentication_key=self.known.authentication_key,
        )

    def session(self) -> ServerSession:
        client = ServerClient(
            authentication=is15959.ASSOCIATIONS[48].authentication,
            keys=self.keys,
            association_obis=is15959.ASSOCIATIONS[48].association,
        )
        return ServerSession(
            device=self.meter,
            system_title=self.title,
            clients={48: client},
            counters=self.store,
            challenge=METER_CHALLENGE,
            max_pdu=1024,
        )

    def note(self, received: bytes) -> None:
        """Write down the counters in this APDU, and in the proof that it may hold."""
        if received[0] == association.AARQ_TAG:
            asked = association.AssociateRequest.from_bytes(received)
            received = asked.user_information or b""
        if received[0] == association.RLRQ_TAG:
            received = association.ReleaseRequest.from_bytes(received).user_information
        opened = open_sealed(
            keys=self.keys,
            system_title=SYSTEM_TITLE,
            sealed=CipheredApdu.from_bytes(received).sealed,
        )
        self.used.append(opened.counter)
        if opened.plain[0] == action.REQUEST_TAG:
            asked_action = apdus.decode(opened.plain)
            if asked_action.method.obis == is15959.CURRENT_ASSOCIATION:
                self.used.append(int.from_bytes(asked_action.parameter.value[1:5], "big"))


class Meters:
    """Meters of homes on this machine, in a thread of their own."""

    def __init__(self, seen: dict[int, Seen], *, answer_s: float) -> None:
        """`seen` by port; each answer takes `answer_s`."""
        self.seen = seen
        self.answer_s = answer_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncio.Server] = []

    def start(self) -> None:
        self._thread.start()
        for port in self.seen:
            future = asyncio.run_coroutine_threadsafe(self._listen(port), self._loop)
            future.result(PATIENCE_S)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    async def _listen(self, port: int) -> None:
        async def handle(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            with suppress(OSError, asyncio.CancelledError):
                await self._talk(self.seen[port], reader, writer)
            writer.close()

        self._servers.append(await asyncio.start_server(handle, "127.0.0.1", port))

    async def _talk(
        self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        session, frames = seen.session(), FrameReader()
        seen.open += 1
        seen.most_open = max(seen.most_open, seen.open)
        try:
            while data := await reader.read(4_096):
                frames.feed(data)
                for frame in frames.frames():
                    seen.note(frame.payload)
                    answer = session.receive(client_sap=frame.source, apdu=frame.payload)
                    await asyncio.sleep(self.answer_s)
                    writer.write(Frame(1, frame.source, answer).to_bytes())
                    seen.conversations += frame.payload[0] == association.RLRQ_TAG
        finally:
            seen.open -= 1

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def meters_of(*names: str, answer_s: float = 0.0) -> Iterator[tuple[list[Home], Meters]]:
    """These of the cast with meters that answer, each after a while."""
    ports = _free_ports(len(names))
    new = {
        name: new_connection(name, meter_port=port)
        for name, port in zip(names, ports, strict=True)
    }
    keys = keys_for(list(new.values()))
    seen = {
        one.meter_port: Seen(known=keys[one.meter_serial], title=one.system_title)
        for one in new.values()
    }
    homes = connect(*names, new=new)
    meters = Meters(seen, answer_s=answer_s)
    meters.start()
    try:
        yield list(homes), meters
    finally:
        meters.stop()


@contextmanager
def head_ends(many: int) -> Iterator[Callable[[], ForkServerProcess]]:
    """A way to start a process like `bijlighar poll`; all are killed at the end."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.headend.head_end_process"])
    started: list[ForkServerProcess] = []
    from tests.headend import head_end_process

    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"]

    def start() -> ForkServerProcess:
        process = context.Process(
            target=head_end_process.poll_for_ever, args=(name, url, ROOT_KEY), daemon=True
        )
        process.start()
        started.append(process)
        return process

    connections.close_all()
    for _ in range(many):
        start()
    try:
        yield start
    finally:
        for process in started:
            kill(process)


def kill(process: ForkServerProcess) -> None:
    """As a power cut does."""
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE_S)


def wait_until(is_true: Callable[[], bool], *, within_s: float = PATIENCE_S) -> float:
    """Seconds until something is true. Raises AssertionError after `within_s`."""
    began = time.monotonic()
    while not is_true():
        assert time.monotonic() - began < within_s, "it never came true"
        time.sleep(0.02)
    return time.monotonic() - began


def twice(used: list[int]) -> list[int]:
    """Counters that were used more than once."""
    return [counter for counter, many in Counter(used).items() if many > 1]


def _free_ports(many: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(many)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
