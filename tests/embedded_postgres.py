"""A real PostgreSQL for the tests, started before Django reads its settings.

Loaded by pytest with `-p`: Django's settings take the database from the environment. All
workers share one server and have a database each. `TEST_DATABASE_URL` names another one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.gettempdir()) / (
    f"bijlighar-tests-{os.geteuid()}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
)

_started = None


def _start() -> None:
    global _started
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        os.environ["DATABASE_URL"] = named
        return
    from bijlighar.run.postgres import start_postgres

    _started = start_postgres(FOLDER)
    os.environ["DATABASE_URL"] = _started.url


if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller stops the server when all workers are done."""
    if _started is not None:
        _started.stop()
