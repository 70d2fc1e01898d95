"""A real PostgreSQL for the tests, started before Django reads its settings.

Loaded by pytest with `-p`: Django's settings take the database from the environment. Each
run has a server of its own, all its workers share it and have a database each.
`TEST_DATABASE_URL` names another server instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

PREFIX = "bijlighar-tests-"

_started = None


def _start() -> None:
    global _started
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        os.environ["DATABASE_URL"] = named
        return
    from bijlighar.run.postgres import clear_what_killed_processes_left, start_postgres

    clear_what_killed_processes_left(PREFIX)
    _started = start_postgres(_folder(os.getpid()))
    _forget_on_power_cut(_started.url)
    os.environ["DATABASE_URL"] = _started.url


def _forget_on_power_cut(url: str) -> None:
    """Nobody needs these data after the machine has lost its power: no waiting for disks.

    Killed processes lose nothing by it, and power cuts have a server of their own.
    """
    with psycopg.connect(url, autocommit=True) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"alter system set {name} = off")
        server.execute("select pg_reload_conf()")


def _folder(pid: int) -> Path:
    return Path(tempfile.gettempdir()) / f"{PREFIX}{pid}"


if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller stops the server when all workers are done."""
    if _started is not None:
        _started.stop()
        shutil.rmtree(_folder(os.getpid()), ignore_errors=True)
