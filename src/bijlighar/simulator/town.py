"""The pretend town: meters, payment gateway and phones in one process.

Everything it shows is pretend, everything it speaks is real: DLMS over TCP, webhooks with
signatures, HTTP. Its folder holds all that it must remember; it may be killed at any time.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import structlog
import uvicorn
from starlette.applications import Starlette

from bijlighar.clock import clock
from bijlighar.kernel import ist
from bijlighar.kernel.errors import BijligharError
from bijlighar.simulator import http_input, residents, store
from bijlighar.simulator.energy import DATA_START
from bijlighar.simulator.fleet import (
    DEFAULT_ADDRESS_BASE,
    DEFAULT_PORT,
    AddressTaken,
    Fleet,
)
from bijlighar.simulator.gateway import Gateway, GatewaySettings
from bijlighar.simulator.gateway_routes import GatewayRoutes
from bijlighar.simulator.phones import PhoneRoutes, Phones
from bijlighar.simulator.pushes import Pusher
from bijlighar.simulator.residents import Resident
from bijlighar.simulator.town_calendar import TOWN_START, TownCalendar
from bijlighar.simulator.town_routes import TownRoutes
from bijlighar.simulator.webhooks import WebhookDelivery

HOST = "127.0.0.1"
DEFAULT_HTTP_PORT = 8070
_SOON_S = 0.005
_STOPS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger(__name__)


class NotYetKnown(BijligharError):
    """The day has not come: no register can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TownSettings:
    """Everything about a town that can be chosen. `seed` and the two starts stay for ever.

    `webhook_url` None means that captured payments are told to nobody; `public_url` is how
    browsers reach the payment page, None for the HTTP port of this machine.
    """

    folder: Path
    seed: int = 1
    homes: int = 200
    town_start: date = TOWN_START
    data_start: date = DATA_START
    address_base: IPv4Address = DEFAULT_ADDRESS_BASE
    meter_port: int = DEFAULT_PORT
    http_port: int = DEFAULT_HTTP_PORT
    public_url: str | None = None
    gateway_key_id: str = "pretend_key"
    gateway_key_secret: str = field(default="pretend_secret", repr=False)
    webhook_secret: str = field(default="pretend_webhook_secret", repr=False)
    webhook_url: str | None = None
    late_webhook: timedelta = timedelta(seconds=30)
    sms_key: str = field(default="pretend_sms_key", repr=False)
    language: str = "hi"
    push_to: tuple[str, int] | None = None
    """Where the head-end listens for what meters say unasked; None: they push nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTruth:
    """What a meter's own register showed at two midnights, and its silent days between."""

    serial: str
    from_wh: int
    until_wh: int
    silent_days: int


class Town:
    """A town of `settings.homes` meters with everything around them."""

    def __init__(
        self, settings: TownSettings, *, now: Callable[[], datetime] = clock.now
    ) -> None:
        """Opens the town's folder; nothing is reachable before `start`.

        Raises `store.AnotherWorld` when the folder belongs to a different town.
        """
        self.settings = settings
        self.now = now
        self.calendar = TownCalendar(
            town_start=settings.town_start, data_start=settings.data_start
        )
        self._connection = store.open_world(settings.folder)
        self._insist_on_the_same_town()
        self.residents: list[Resident] = residents.settle(
            homes=settings.homes,
            seed=settings.seed,
            calendar=self.calendar,
            connection=self._connection,
            now=now,
        )
        self.fleet = Fleet(
            meters=[resident.meter for resident in self.residents],
            base=settings.address_base,
            port=settings.meter_port,
        )
        self.gateway = Gateway(
            connection=self._connection,
            settings=_gateway_settings(settings),
            now=now,
            real_now=clock.real_now,
            seed=settings.seed,
        )
        self.phones = Phones(connection=self._connection, now=now)
        self._delivery = WebhookDelivery(gateway=self.gateway)
        self.app = self._make_app()
        self._server: _Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def register_truth(self, *, from_day: date, until_day: date) -> list[RegisterTruth]:
        """What every register showed at 00:00 of both days, and silent days in between.

        Raises `NotYetKnown` when `until_day` has not begun.
        """
        if until_day > ist.supply_day_of(self.now()):
            raise NotYetKnown(f"{until_day} has not begun in the town.")
        starts = self.calendar.second_of_day(from_day)
        ends = self.calendar.second_of_day(until_day)
        days = [
            self.calendar.second_of_day(d) for d in ist.days_between(from_day, until_day)
        ]
        truths = []
        for resident in self.residents:
            house = resident.meter.house
            truth = RegisterTruth(
                serial=resident.meter.serial,
                from_wh=house.register_wh(starts),
                until_wh=house.register_wh(ends),
                silent_days=sum(house.appetite.is_silent(second) for second in days),
            )
            truths.append(truth)
        return truths

    async def start(self) -> None:
        """Let meters, gateway and phones be reached; raises `AddressTaken`."""
        listening = _listen(self.settings.http_port)
        try:
            await self.fleet.start()
        except AddressTaken:
            listening.close()
            raise
        config = uvicorn.Config(
            self.app, log_config=None, access_log=False, lifespan="off", ws="none"
        )
        self._server = _Server(config)
        self._tasks = [asyncio.create_task(self._server.serve(sockets=[listening]))]
        if self.settings.webhook_url is not None:
            self._tasks.append(asyncio.create_task(self._delivery.run()))
        if self.settings.push_to is not None:
            pusher = Pusher(fleet=self.fleet, to=self.settings.push_to)
            self._tasks.append(asyncio.create_task(pusher.run()))
        while not self._server.started and not self._tasks[0].done():
            await asyncio.sleep(_SOON_S)
        log.info("simulator.town.started", meters=len(self.residents))

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, or until a part of the town breaks."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in _STOPS:
            loop.add_signal_handler(number, stopping.set)
        try:
            await self.start()
            waiting = asyncio.create_task(stopping.wait())
            done, _ = await asyncio.wait(
                [waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED
            )
            waiting.cancel()
            for task in done:
                task.result()
        finally:
            for number in _STOPS:
                loop.remove_signal_handler(number)
            await self.stop()

    async def stop(self) -> None:
        """Hang up everywhere and close the folder; stopping twice changes nothing."""
        tasks, self._tasks = self._tasks, []
        with closing(self._connection):
            if self._server is not None:
                self._server.should_exit = True
            for task in tasks[1:]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.fleet.stop()
        log.info("simulator.town.stopped")

    def _make_app(self) -> Starlette:
        """Everything that the town answers over HTTP."""
        routes = [
            *GatewayRoutes(gateway=self.gateway, delivery=self._delivery).routes(),
            *PhoneRoutes(phones=self.phones, key=self.settings.sms_key).routes(),
            *TownRoutes(town=self).routes(),
        ]
        handlers = {http_input.BadRequest: http_input.answer_bad_request}
        return Starlette(routes=routes, exception_handlers=handlers)

    def _insist_on_the_same_town(self) -> None:
        """Refuse a folder that was begun with another seed or other days."""
        settings = self.settings
        fixed = {
            "seed": str(settings.seed),
            "town start": settings.town_start.isoformat(),
            "data start": settings.data_start.isoformat(),
        }
        try:
            for name, value in fixed.items():
                store.keep_same(self._connection, name=name, value=value)
        except store.AnotherWorld:
            self._connection.close()
            raise


class _Server(uvicorn.Server):
    """A web server that leaves the signals to the town."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def _gateway_settings(settings: TownSettings) -> GatewaySettings:
    """The part of the settings that is the gateway's."""
    return GatewaySettings(
        key_id=settings.gateway_key_id,
        key_secret=settings.gateway_key_secret,
        webhook_secret=settings.webhook_secret,
        webhook_url=settings.webhook_url,
        public_url=settings.public_url or f"http://{HOST}:{settings.http_port}",
        late=settings.late_webhook,
        language=settings.language,
    )


def _listen(port: int) -> socket.socket:
    """The socket of the web server."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise AddressTaken(
            f"The pretend town cannot listen on {HOST} port {port}: {error.strerror}."
        ) from error
    return listening
