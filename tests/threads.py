"""The same work by several threads at once, each with a database connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")

WAITS_AT_MOST_S = 10


def at_once(work: Callable[[int], T], *, threads: int) -> list[T]:
    """What each thread answers; all begin together. Raises what one of them raises."""
    gate = threading.Barrier(threads)

    def one(number: int) -> T:
        try:
            connection.ensure_connection()
            gate.wait(WAITS_AT_MOST_S)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def wait_until_blocked() -> None:
    """Wait until another connection of this database waits for a lock."""
    deadline = time.monotonic() + WAITS_AT_MOST_S
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Inside a transaction the same picture would be shown for ever.
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                " and datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for a lock")
