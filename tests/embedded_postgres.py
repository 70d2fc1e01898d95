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
    os.environ["DATABASE_URL"] = _started.url


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
