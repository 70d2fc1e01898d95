"""`bijlighar demo`: the whole town on one machine, to be looked at while it lives."""

from __future__ import annotations

import errno
import fcntl
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as clock_time
from ipaddress import IPv4Address
from pathlib import Path

import click
import httpx

from bijlighar.clock.clock import now
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import day_starts, instant_of
from bijlighar.run.installation import Installation, environment, prepare_folder
from bijlighar.run.kept_clock import KeptClock
from bijlighar.run.postgres import database_url
from bijlighar.run.processes import Processes
from bijlighar.run.stage import (
    enter,
    leave_database,
    migrate,
    own_meter_base,
    wait_for,
)
from bijlighar.run.stopping import stopping_gently
from bijlighar.simulator.fleet import DEFAULT_PORT
from bijlighar.simulator.town_calendar import TOWN_START

DAYS_BEFORE = 33
"""Supply days that the town lives at full speed when it is new: charts need a past. It is a
Monday then, with the window for disconnections just open."""

SHOWN_FIRST_AT = clock_time(9, 30)
LOOK_EVERY_S = 0.25


FULL_FROM = date(2019, 10, 5)
"""From here on nearly every home of the measured data answers every day."""


FORM = "form"
"""What a town's folder holds; one of another form cannot be gone on with."""


class PortBusy(BijligharError):
    """Somebody else listens there."""


class AlreadyRunning(BijligharError):
    """A town of this folder is running already."""


class AnotherTown(BijligharError):
    """The folder holds a town that was begun with other settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDemo:
    """What a live demo is asked for."""

    port: int
    homes: int
    seed: int
    speed: int | None
    """Times life's; None for what it was before, or FIRST_SPEED."""
    data_start: date
    folder: Path

    @property
    def installation(self) -> Installation:
        """Where everything is; the pretend town answers on the next port."""
        return Installation(
            folder=self.folder.resolve(),
            web_port=self.port,
            town_port=self.port + 1,
            homes=self.homes,
            seed=self.seed,
        )


def run_live_demo(demo: LiveDemo) -> None:
    """Start everything, say where to look, and stop everything on Ctrl-C.

    Raises PortBusy, AlreadyRunning, installation.FolderTrouble, postgres.DatabaseTrouble.
    """
    installation = demo.installation
    prepare_folder(installation.folder)
    for port in (installation.web_port, installation.town_port):
        insist_on_free(port)
    with only_one(installation.folder), stopping_gently():
        kept = kept_settings(demo, installation.folder / "town.json")
        click.echo("Starting the database …")
        url, embedded = database_url(installation.postgres)
        try:
            _with_database(demo, installation, url, kept)
        except KeyboardInterrupt:
            click.echo("\nStopping …")
        finally:
            if embedded is not None:
                embedded.stop()
    click.echo(f"Everything is stopped. The town's data stays in {installation.folder}.")


def insist_on_free(port: int) -> None:
    """Raise PortBusy if somebody listens on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise PortBusy(f"There is no port {port}: the highest is 65535.") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortBusy(
                    f"Port {port} is busy: stop what uses it, or choose another one with"
                    " PORT=8080 make run."
                ) from error
            raise PortBusy(f"Port {port} cannot be used: {error.strerror}.") from error


def kept_settings(demo: LiveDemo, file: Path) -> dict[str, str]:
    """What the town was begun with, kept in its folder for ever.

    Meters get loopback addresses of this town's own, so that several towns may live on one
    machine. Raises AnotherTown where the folder was begun otherwise.
    """
    wanted = {
        FORM: "2: with its discom",
        "homes": str(demo.homes),
        "seed": str(demo.seed),
        "first day of the data": demo.data_start.isoformat(),
    }
    if not file.exists():
        file.write_text(json.dumps({**wanted, "meters": str(own_meter_base())}))
    held: dict[str, str] = json.loads(file.read_text())
    if held.get(FORM) != wanted[FORM]:
        raise AnotherTown(
            f"The town in {file.parent} was begun by an earlier version, without a discom"
            " around it: choose another folder with --data FOLDER, or delete this one."
        )
    told = ", ".join(f"{name} {held[name]}" for name in wanted if name != FORM)
    if any(held[name] != value for name, value in wanted.items()):
        raise AnotherTown(
            f"The town in {file.parent} was begun with {told}: go on with these, choose"
            " another folder with --data FOLDER, or delete this one."
        )
    return held


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises AlreadyRunning."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"A town in {folder} is running already.") from error
        yield


def _with_database(
    demo: LiveDemo, installation: Installation, database_url: str, kept: Mapping[str, str]
) -> None:
    held = {
        **environment(installation, database_url=database_url),
        "BIJLIGHAR_DATA_START": demo.data_start.isoformat(),
        "BIJLIGHAR_METER_BASE": kept["meters"],
        "BIJLIGHAR_WEBHOOK_URL": f"{installation.web_url}/gateways/pretend/webhook/",
        "BIJLIGHAR_PUSH_TO": f"{ear_of(kept['meters'])}:{DEFAULT_PORT}",
    }
    clock = KeptClock(installation.clock_file)
    clock.stand()
    enter(held)
    click.echo("Preparing tables …")
    migrate()
    processes = Processes(environment=held, logs=installation.logs)
    try:
        processes.start("town", ["town"])
        wait_for(installation.town_url, processes)
        _bring_up(demo, installation, processes, clock, ear=ear_of(kept["meters"]))
        _watch(processes, clock)
    finally:
        clock.stop()
        leave_database()
        processes.stop()


def ear_of(first_meter: str) -> str:
    """Where a town's meters push to: the address before the first of theirs."""
    return str(IPv4Address(first_meter) - 1)


def _bring_up(
    demo: LiveDemo,
    installation: Installation,
    processes: Processes,
    clock: KeptClock,
    *,
    ear: str,
) -> None:
    from bijlighar.run.past import live_the_past
    from bijlighar.run.residents import Residents
    from bijlighar.run.settle import settle
    from bijlighar.run.town_grid import open_town_grid
    from bijlighar.run.town_staff import open_town_staff

    with httpx.Client() as client:
        settled = settle(
            client=client,
            town_url=installation.town_url,
            town_start=TOWN_START,
            now=day_starts(TOWN_START),
        )
        started_at = day_starts(TOWN_START)
        open_town_staff(nodes=open_town_grid(now=started_at), now=started_at)
        processes.start("serve", ["serve", "--port", str(installation.web_port)])
        wait_for(installation.web_url, processes)
        click.echo(_welcome(installation))
        shown_first_at = instant_of(
            TOWN_START + timedelta(days=DAYS_BEFORE), SHOWN_FIRST_AT
        )
        if now() < shown_first_at:
            residents = Residents(people=settled.people, seed=demo.seed, client=client)
            live_the_past(
                clock_file=installation.clock_file,
                residents=residents,
                until=shown_first_at,
            )
    leave_database()
    processes.start("work", ["work"])
    processes.start("poll", ["poll"])
    processes.start("listen", ["listen", "--host", ear, "--port", str(DEFAULT_PORT)])
    processes.start("people", ["people"])
    clock.go(speed=demo.speed)


def _watch(processes: Processes, clock: KeptClock) -> None:
    """Watch the children until Ctrl-C, and keep the town's time for the next start."""
    while True:
        processes.check()
        clock.beat()
        time.sleep(LOOK_EVERY_S)


def _welcome(installation: Installation) -> str:
    return (
        f"\n  The town is up: open {installation.web_url}\n"
        f"    the desk          {installation.web_url}/desk/ (sign-ins: first page)\n"
        f"    the phones        {installation.web_url}/phones/\n"
        f"  Logs are in {installation.logs}. Stop with Ctrl-C.\n"
    )
