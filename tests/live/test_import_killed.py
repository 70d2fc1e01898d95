"""A worker is killed while it takes a file in, again and again: each row is in once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from django.db import connection

from bijlighar.flow.take_in_masters import take_in_part
from bijlighar.masters import _taking
from bijlighar.masters import service as masters
from bijlighar.masters.values import ImportKind, ImportState
from bijlighar.people.values import Right
from tests.cast import grid_of_cast
from tests.masters.files import CONNECTIONS, NOW, as_csv, checked, operator
from tests.masters.files import connection as row

ROWS = 60
KILLED_AT = (0, 20, 30)
"""Rows that are in when the worker is killed in the middle of the next part."""

# The part's rows are in, the checkpoint is not: the transaction is open when it dies.
WORKER = """
import os, signal, sys
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from datetime import datetime
from django.db import connections
connections.settings["default"]["NAME"] = sys.argv[1]
from bijlighar.flow import take_in_masters
from bijlighar.masters import _taking, service
_taking.ROWS_A_PART = 10
seen, moved = int(sys.argv[4]), service.part_taken
def part_taken(*, part, now):
    if part.after >= seen:
        if sys.argv[5] == "after":
            moved(part=part, now=now)
        os.kill(os.getpid(), signal.SIGKILL)
    moved(part=part, now=now)
service.part_taken = part_taken
while take_in_masters.take_in_part(
    import_id=int(sys.argv[2]), now=datetime.fromisoformat(sys.argv[3])
):
    pass
"""


def killed(import_id: int, *, at: int, when: str) -> None:
    """A worker that dies at the part after so many rows, before or after its checkpoint."""
    name = connection.settings_dict["NAME"]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WORKER,
            name,
            str(import_id),
            NOW.isoformat(),
            str(at),
            when,
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_killed_import_goes_on_where_it_was(committed_db, monkeypatch):
    by = operator(grid_of_cast()["D1"])
    scope = by.scope(Right.IMPORT)
    content = as_csv(CONNECTIONS, [row(n) for n in range(ROWS)])
    held = checked(by, ImportKind.CONNECTIONS, content)
    masters.take_in(
        import_id=held.import_id, with_faults=False, by=by, scope=scope, now=NOW
    )
    for at, when in zip(KILLED_AT, ("before", "after", "before"), strict=True):
        # Rows are numbered from 2 and the checkpoint is the last row's: 10 rows end at 11.
        killed(held.import_id, at=at + 1 if at else 0, when=when)
        now = masters.import_of(import_id=held.import_id, scope=scope)
        assert now.state is ImportState.TAKING
        assert now.rows_taken == counted("connections_consumer") == at
    monkeypatch.setattr(_taking, "ROWS_A_PART", 10)
    while take_in_part(import_id=held.import_id, now=NOW):
        pass
    done = masters.import_of(import_id=held.import_id, scope=scope)
    assert (done.state, done.rows_taken) == (ImportState.DONE, ROWS)
    for table in ("connections_consumer", "connections_connection", "ledger_wallet"):
        assert counted(table) == ROWS
    assert counted("supply_supply") == ROWS


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]
