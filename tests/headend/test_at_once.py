"""Several head-ends at the same time: no counter twice, no command twice, no waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import psycopg
from django.db import connection, transaction

from bijlighar.headend import service as headend
from bijlighar.headend.values import NewCommand, RelayWanted
from tests.cast import connect, with_root_key
from tests.threads import at_once

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
THREADS = 5


def queue(home, source: str) -> bool:
    command = NewCommand(
        meter_id=home.meter_id,
        connection_id=home.connection_id,
        wanted=RelayWanted.CLOSED,
        source=source,
    )
    return headend.queue(new=command, now=NOW)


def test_threads_that_lease_at_once_get_disjoint_counters(committed_db):
    homes = connect("Asha", "Balram")
    ids = [home.meter_id for home in homes]

    def lease(thread: int) -> list[tuple[int, int]]:
        order = ids if thread % 2 else ids[::-1]
        return [
            (one.meter_id, one.first_counter)
            for _ in range(4)
            for one in headend.lease(meter_ids=order)
        ]

    with with_root_key():
        leased = sorted(
            each for thread in at_once(lease, threads=THREADS) for each in thread
        )
    starts = [1 + headend.COUNTERS_A_CONVERSATION * number for number in range(4 * THREADS)]
    assert leased == [(meter_id, start) for meter_id in sorted(ids) for start in starts]


def test_one_source_queued_by_many_threads_is_one_command(committed_db):
    (asha,) = connect("Asha")
    new = at_once(lambda _: queue(asha, "supply change 1"), threads=THREADS)
    assert sorted(new) == [False] * (THREADS - 1) + [True]
    assert headend.count_waiting() == 1


def test_a_due_command_is_taken_by_one_of_many(committed_db):
    homes = connect("Asha", "Balram", "Chanda", "Dev")
    for home in homes:
        queue(home, f"supply change {home.connection_id}")

    with connection.cursor() as cursor:
        for number in range(1, THREADS + 1):
            cursor.execute(headend.HOLD_LOCK, [number])

    def release(thread: int) -> list[int]:
        with transaction.atomic():
            ask = partial(
                headend.due_commands, now=NOW, limit=4, own=1 + thread, in_flight=[]
            )
            due = ask(among=[one.command_id for one in ask()])
            taken = [one.command_id for one in due]
            headend.claim(commands=due, claimed_by=1 + thread, now=NOW)
        return taken

    taken = [one for thread in at_once(release, threads=THREADS) for one in thread]
    assert len(taken) == len(set(taken)) == 4


def test_a_waiting_head_end_hears_of_a_command_when_it_is_committed(committed_db):
    (asha,) = connect("Asha")
    address = connection.get_connection_params()
    known = {name: address[name] for name in ("dbname", "user", "host") if name in address}
    with psycopg.connect(**known, autocommit=True) as listening:
        listening.execute("listen bijlighar_commands")
        with transaction.atomic():
            queue(asha, "supply change 1")
            assert list(listening.notifies(timeout=0.05)) == []
        heard = list(listening.notifies(timeout=5, stop_after=1))
    assert [one.channel for one in heard] == ["bijlighar_commands"]
