"""A whole installation in processes of its own: database, town, worker, head-end, web."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from bijlighar.clock.clock import set_anchor
from bijlighar.kernel.ist import day_starts
from bijlighar.run.installation import Installation, environment
from bijlighar.run.postgres import start_postgres
from bijlighar.run.processes import Processes
from bijlighar.run.settle_names import consumer_number_of
from bijlighar.run.stage import free_port, own_meter_base, wait_for
from bijlighar.simulator.town_calendar import TOWN_START

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 40
LOOK_EVERY_S = 0.002


class LiveTown:
    """Three homes; every process can be killed and started again."""

    def __init__(self, folder: Path, *, homes: int = 3) -> None:
        self.installation = Installation(
            folder=folder,
            web_port=free_port(),
            town_port=free_port(),
            homes=homes,
            seed=5,
        )
        folder.mkdir(parents=True, exist_ok=True)
        set_anchor(self.installation.clock_file, town_at=day_starts(TOWN_START), speed=1)
        self.base = str(own_meter_base())
        _copy(_migrated(), self.installation.postgres)
        self.postgres = start_postgres(self.installation.postgres)
        self.environment = self._environment()
        self.processes = self._processes()

    @property
    def web_url(self) -> str:
        return self.installation.web_url

    def start(self, *names: str) -> None:
        """Start these processes; the town and the web answer when this returns."""
        commands = {
            "town": ["town"],
            "work": ["work"],
            "poll": ["poll", "--answer-timeout", "2"],
            "serve": ["serve", "--port", str(self.installation.web_port)],
        }
        for name in names or commands:
            self.processes.start(name, commands[name])
            if name == "town":
                wait_for(self.installation.town_url, self.processes)
            if name == "serve":
                wait_for(self.web_url, self.processes)

    def prepare(self, *, dark: int) -> str:
        """Take the homes in and let one be cut; its consumer number."""
        return self.prepare_all(dark)[0]

    def prepare_all(self, *dark: int) -> list[str]:
        """Take the homes in and let some be cut; their consumer numbers."""
        run_in(
            self.environment,
            *("-m", "tests.live.prepare", str(self.installation.clock_file)),
            *map(str, dark),
        )
        return [consumer_number_of(number) for number in dark]

    def kill_everything(self) -> None:
        """What pulling the plug does: no process gets to say goodbye."""
        self.processes.kill()
        postmaster = psutil.Process(self.postgres.server.get_pid())
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs([postmaster], timeout=10)

    def power_returns(self) -> None:
        """Everything starts again on the same disk."""
        self.postgres = start_postgres(self.installation.postgres)
        self.environment = self._environment()
        self.processes = self._processes()
        self.start()

    def stop(self) -> None:
        self.processes.stop()
        self.postgres.stop()

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows from the database, as committed now."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as database:
            return database.execute(sql, values).fetchall()  # type: ignore[arg-type]

    def state_of(self, consumer_number: str) -> str:
        """What the system knows of a supply."""
        return str(
            self.ask(
                "select state from supply_supply"
                " join connections_connection as c on c.id = connection_id"
                " join connections_consumer as u on u.id = c.consumer_id"
                " where consumer_number = %s",
                consumer_number,
            )[0][0]
        )

    def relay_is_closed(self, consumer_number: str) -> bool:
        """What the meter's relay itself is."""
        shown = httpx.get(f"{self.installation.town_url}/meters").json()["meters"]
        return next(
            bool(one["relay_closed"])
            for one in shown
            if consumer_number_of(one["person"]["number"]) == consumer_number
        )

    def open_recharge(self, client: httpx.Client, consumer_number: str, rupees: int) -> str:
        """Start a recharge on the consumer's page; the gateway's page to pay it on."""
        client.get(f"{self.web_url}/").raise_for_status()
        came_in = client.post(
            f"{self.web_url}/demo/come-in/",
            data={
                "home": consumer_number,
                "csrfmiddlewaretoken": client.cookies["csrftoken"],
            },
        )
        assert came_in.status_code == 302, came_in.text
        page = client.get(f"{self.web_url}/home/{consumer_number}/")
        page.raise_for_status()
        answer = client.post(
            f"{self.web_url}/home/{consumer_number}/recharge/",
            data={
                "rupees": str(rupees),
                "csrfmiddlewaretoken": client.cookies["csrftoken"],
            },
        )
        assert answer.status_code == 303, answer.text
        choice = client.get(f"{self.web_url}{answer.headers['location']}")
        (pays_at,) = re.findall('href="([^"]*/gateway/pay/[^"]*)"', choice.text)
        return str(pays_at)

    def wait_until(
        self, holds: Callable[[], bool], *, patience_s: float = PATIENCE_S
    ) -> None:
        """Wait for something to become true; fail in words of the logs if it does not."""
        deadline = time.monotonic() + patience_s
        while not holds():
            assert time.monotonic() < deadline, self.logs()
            self.processes.check()
            time.sleep(LOOK_EVERY_S)

    def logs(self) -> str:
        """The last lines of every process."""
        return "\n".join(
            f"{file.name}: {file.read_text(errors='replace')[-600:]}"
            for file in sorted(self.installation.logs.glob("*.log"))
        )

    def _environment(self) -> dict[str, str]:
        return {
            **environment(self.installation, database_url=self.postgres.url),
            "BIJLIGHAR_METER_BASE": self.base,
            "BIJLIGHAR_DATA_START": date(2019, 7, 1).isoformat(),
            "BIJLIGHAR_WEBHOOK_URL": f"{self.web_url}/gateways/pretend/webhook/",
        }

    def _processes(self) -> Processes:
        return Processes(environment=self.environment, logs=self.installation.logs)


def run_in(environment: dict[str, str], *arguments: str) -> None:
    """Run Python for a town, as one of its processes; what it says where it fails."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@cache
def _migrated() -> Path:
    """The files of a database with every table and no row: made once, copied by towns."""
    folder = Path(tempfile.mkdtemp(prefix=f"bijlighar-migrated-{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    postgres = start_postgres(folder / "postgres")
    try:
        run_in({"DATABASE_URL": postgres.url}, "-m", "bijlighar.run.cli", "migrate")
    finally:
        postgres.stop()
    return folder / "postgres"


def _copy(files: Path, to: Path) -> None:
    """All of it with its owner, who may be the server's own where tests run as root."""
    subprocess.run(["cp", "-a", str(files), str(to)], check=True)
