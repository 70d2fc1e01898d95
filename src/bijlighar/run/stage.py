"""The stage of a stepped town: database, pretend town and environment, for a while.

Django's settings are read from the environment when Django is first imported: what needs
them is imported only on the stage.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import httpx

from bijlighar.clock.clock import set_anchor
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import day_starts
from bijlighar.run.installation import Installation, environment, prepare_folder
from bijlighar.run.postgres import clear_what_killed_processes_left, start_postgres
from bijlighar.run.processes import Processes
from bijlighar.simulator.town_calendar import TOWN_START

STARTS_IN_S = 60
PASSING = "bijlighar-demo-"
LOOK_EVERY_S = 0.05


class NoAnswer(BijligharError):
    """A part of the demo did not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a stepped demo is asked for."""

    days: int
    homes: int
    seed: int
    data_start: date
    report: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A started database and town."""

    folder: Path
    clock_file: Path
    town_url: str
    processes: Processes


@contextmanager
def passing_stage(wanted: Wanted) -> Iterator[Stage]:
    """A stage in a fresh temporary folder, which is gone afterwards."""
    clear_what_killed_processes_left(PASSING)
    folder = Path(tempfile.mkdtemp(prefix=f"{PASSING}{os.getpid()}-"))
    try:
        with stage(
            folder=folder,
            homes=wanted.homes,
            seed=wanted.seed,
            data_start=wanted.data_start,
        ) as staged:
            yield staged
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stage(
    *, folder: Path, homes: int, seed: int, data_start: date, webhook_url: str | None = None
) -> Iterator[Stage]:
    """Start an embedded database and a town in `folder`; stop both at the end.

    This process becomes one of the installation's: its environment and Django are set.
    The town's clock stands at the first midnight.
    """
    prepare_folder(folder)
    installation = Installation(
        folder=folder, web_port=free_port(), town_port=free_port(), homes=homes, seed=seed
    )
    postgres = start_postgres(installation.postgres)
    try:
        held = {
            **environment(installation, database_url=postgres.url),
            "BIJLIGHAR_METER_BASE": str(own_meter_base()),
            "BIJLIGHAR_DATA_START": data_start.isoformat(),
            "BIJLIGHAR_WEBHOOK_URL": webhook_url or "",
        }
        set_anchor(installation.clock_file, town_at=day_starts(TOWN_START), speed=0)
        enter(held)
        migrate()
        processes = Processes(environment=held, logs=installation.logs)
        try:
            processes.start("town", ["town"])
            wait_for(installation.town_url, processes)
            yield Stage(
                folder=folder,
                clock_file=installation.clock_file,
                town_url=installation.town_url,
                processes=processes,
            )
        finally:
            leave_database()
            processes.stop()
    finally:
        postgres.stop()


def enter(held: Mapping[str, str]) -> None:
    """Make this process one of the installation's."""
    os.environ.update(held)
    import django

    django.setup()


def migrate() -> None:
    """Bring the database's tables up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)


def leave_database() -> None:
    """Close this process's connections, so that the database can stop."""
    from django.db import connections

    connections.close_all()


def wait_for(url: str, processes: Processes) -> None:
    """Wait until a child answers. Raises NoAnswer, processes.ProcessEnded."""
    deadline = time.monotonic() + STARTS_IN_S
    while time.monotonic() < deadline:
        processes.check()
        try:
            httpx.get(f"{url}/healthz", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(LOOK_EVERY_S)
        else:
            return
    raise NoAnswer(f"Nothing answers at {url}: see the logs in {processes.logs}.")


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def own_meter_base() -> IPv4Address:
    """Loopback addresses for this process's meters, apart from another town's."""
    return IPv4Address(f"127.{64 + os.getpid() % 128}.{os.getpid() // 128 % 50 * 4}.1")
