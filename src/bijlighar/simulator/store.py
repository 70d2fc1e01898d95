"""What the pretend world remembers: one SQLite file in the world's folder.

Every statement is committed when it returns, so killing the process loses nothing that
was answered. One process opens the file; all its work happens on one event loop.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bijlighar.kernel.errors import BijligharError

FILE_NAME = "world.sqlite3"

_TABLES = """
create table if not exists world (
    name text primary key, value text not null
);
create table if not exists relay (
    id integer primary key, serial text not null, second integer not null,
    closed integer not null check (closed in (0, 1))
);
create table if not exists event (
    id integer primary key, serial text not null, second integer not null,
    code integer not null, voltage_cv integer not null, current_ca integer not null,
    register_wh integer not null, tampers integer not null
);
create index if not exists event_by_meter on event (serial, code);
create table if not exists received (
    serial text not null, client_sap integer not null, counter integer not null,
    primary key (serial, client_sap)
) without rowid;
create table if not exists leased (
    serial text primary key, until integer not null
) without rowid;
create table if not exists fault (
    serial text not null, kind text not null, amount integer not null,
    once integer not null check (once in (0, 1)), primary key (serial, kind)
) without rowid;
create table if not exists meter_key (
    serial text primary key, encryption blob not null, authentication blob not null,
    master blob not null
) without rowid;
create table if not exists meter_password (
    serial text primary key, password blob not null
) without rowid;
create table if not exists gateway_order (
    id text primary key, receipt text not null unique,
    amount_paise integer not null check (amount_paise > 0),
    consumer_number text not null, callback_url text not null, created_at text not null
);
create table if not exists gateway_payment (
    number integer primary key, id text not null unique,
    order_id text not null references gateway_order (id),
    status text not null check (status in ('captured', 'failed')),
    amount_paise integer not null check (amount_paise > 0), at text not null
);
create unique index if not exists an_order_is_captured_once
    on gateway_payment (order_id) where status = 'captured';
create table if not exists gateway_pending (
    order_id text primary key references gateway_order (id), at text not null
);
create table if not exists webhook (
    number integer primary key, event_id text not null unique,
    payment_id text not null unique references gateway_payment (id), body text not null,
    due_at real not null, attempts integer not null default 0,
    delivered integer not null default 0 check (delivered in (0, 1))
);
create table if not exists sms (
    id integer primary key autoincrement, reference text not null unique,
    recipient text not null, sender text not null, template_id text not null,
    text text not null, language text not null, received_at text not null
);
create index if not exists sms_by_recipient on sms (recipient, id);
"""


class AnotherWorld(BijligharError):
    """The folder holds a pretend town that was begun with other settings."""


def open_world(folder: Path) -> sqlite3.Connection:
    """Open the world's file, making it and its folder when they are missing.

    Write-ahead logging without a wait for the disk: safe when the process is killed,
    which is all that a pretend world needs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        folder / FILE_NAME, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma foreign_keys = on")
    connection.executescript(_TABLES)
    return connection


@contextmanager
def together(connection: sqlite3.Connection) -> Iterator[None]:
    """All statements inside, or none."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def keep_same(connection: sqlite3.Connection, *, name: str, value: str) -> None:
    """Note a setting at the world's first start and insist on it afterwards.

    Raises `AnotherWorld` when the folder was begun with another value.
    """
    held = keep_first(connection, name=name, value=value)
    if held != value:
        raise AnotherWorld(
            f"The pretend town's folder was begun with {name} {held}, not {value}: "
            "use the old setting or another folder."
        )


def keep_first(connection: sqlite3.Connection, *, name: str, value: str) -> str:
    """Note a setting at the world's first start; what was noted then is the answer."""
    connection.execute("insert or ignore into world values (?, ?)", (name, value))
    (held,) = connection.execute(
        "select value from world where name = ?", (name,)
    ).fetchone()
    return str(held)
