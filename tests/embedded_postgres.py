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

import psutil
import pytest

PREFIX = "bijlighar-tests-"

_started = None


def _start() -> None:
    global _started
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        os.environ["DATABASE_URL"] = named
        return
    from bijlighar.run.postgres import start_postgres

    _clear_what_killed_runs_left()
    _started = start_postgres(_folder(os.getpid()))
    os.environ["DATABASE_URL"] = _started.url


def _folder(pid: int) -> Path:
    return Path(tempfile.gettempdir()) / f"{PREFIX}{pid}"


def _clear_what_killed_runs_left() -> None:
    """A run that was killed could not stop its server."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX)
        if not pid.isdigit() or psutil.pid_exists(int(pid)):
            continue
        _stop_server_in(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _stop_server_in(folder: Path) -> None:
    try:
        postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        if postmaster.name().startswith("postgres"):
            postmaster.terminate()
            postmaster.wait(10)
    except (OSError, ValueError, psutil.Error):
        return


if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller stops the server when all workers are done."""
    if _started is not None:
        _started.stop()
        shutil.rmtree(_folder(os.getpid()), ignore_errors=True)
