"""How long a night takes: one supply day of a million connections closed.

The real verb, `charges.close_days`, on the embedded PostgreSQL, in parts of 50,000
connections, each one durable transaction, by two processes as two workers would: the
day's registers and half-hours found, rated month to date under the orders in force, each
day's basis kept, every wallet moved, and afterwards every wallet and every entry proved.
The day before was closed in the same way and is not counted. Three categories, prepaid and
postpaid, blocks of 48 half-hours beside each register.

Compared with the floor: a bare binary COPY of the same rows (the days with their basis, the
wallets' moves) into tables without index or key, and one update of every balance, in parts
of the same size by two processes as well.

Figures (`--json FILE` writes them):
    connections            closed, each with a day before
    seconds                from the first part to the commit of the last
    floor_s                the bare COPY and balance update of the same rows
    ratio                  seconds / floor_s
    per_s                  connections a second
    proof_s                the nightly proof of all wallets and entries, besides
    tenth_s                a tenth of the connections, for how cost grows
    growth                 seconds / (10 * tenth_s): 1.0 is in line
    crore_min              minutes that one crore takes at this pace
    longest_part_s         how long a wallet is locked at most
    exact                  1 where all is proved and sampled days equal a row rated alone
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

FILL = Path(__file__).with_name("close_day_fill.sql")
FIRST = date(2026, 4, 14)
PART = 50_000
WORKERS = 2
GOAL_S = 10


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--work":
        work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        return
    if len(sys.argv) > 1 and sys.argv[1] == "--night":
        print(json.dumps(night(int(sys.argv[2]))))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100,000 connections")
    parser.add_argument("--connections", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    homes = 100_000 if chosen.quick else chosen.connections
    tenth, whole = own_process(homes // 10), own_process(homes)
    figures = {
        **whole,
        "tenth_s": tenth["seconds"],
        "growth": round(whole["seconds"] / (10 * tenth["seconds"]), 2),
        "crore_min": round(whole["seconds"] * 10_000_000 / homes / 60, 1),
        "exact": min(whole["exact"], tenth["exact"]),
    }
    for name, value in figures.items():
        print(f"{name:<18}{value:>12,}")
    print(f"goal: a million in {GOAL_S} s; ratio to the floor {figures['ratio']}")
    if chosen.json:
        held = {"name": "close_day", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def own_process(homes: int) -> dict[str, float]:
    """A night in a process of its own: Django takes up one database for good."""
    told = subprocess.run(
        [sys.executable, __file__, "--night", str(homes)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(told.stdout.splitlines()[-1])


def night(homes: int) -> dict[str, float]:
    """The figures of one fresh database with so many connections."""
    with installation(homes):
        run("close", homes, FIRST)
        vacuum()
        parts = run("close", homes, FIRST + timedelta(days=1))
        proved, proof_s = prove(homes)
        floor = run("floor", homes, FIRST + timedelta(days=1))
    return {
        "connections": homes,
        "seconds": round(parts["wall_s"], 2),
        "floor_s": round(floor["wall_s"], 2),
        "ratio": round(parts["wall_s"] / floor["wall_s"], 2),
        "per_s": round(homes / parts["wall_s"]),
        "proof_s": round(proof_s, 2),
        "longest_part_s": round(parts["longest_s"], 2),
        "exact": int(proved),
    }


@contextmanager
def installation(homes: int) -> Iterator[None]:
    """A filled database that is gone afterwards."""
    from bijlighar.run.postgres import start_postgres
    from bijlighar.run.stage import enter, leave_database, migrate

    folder = Path(tempfile.mkdtemp(prefix="bijlighar-close-day-"))
    postgres = start_postgres(folder / "postgres")
    try:
        enter(
            {
                "DATABASE_URL": postgres.url,
                "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
            }
        )
        os.environ["DATABASE_URL"] = postgres.url
        migrate()
        fill(homes)
        yield
        leave_database()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fill(homes: int) -> None:
    from django.db import connection, transaction

    wanted = {"homes": homes, "first": FIRST}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for statement in FILL.read_text().split(";\n"):
            if statement.strip():
                cursor.execute(statement, wanted)
    vacuum()


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute("checkpoint")


def run(what: str, homes: int, day: date) -> dict[str, float]:
    """Let the workers do all parts; wall time from the first's begin to the last's end.

    Each worker says when it is ready, and begins when all are: what starting a process
    costs is no part of a night.
    """
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, "--work", what, str(number), str(homes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"BENCH_DAY": day.isoformat()},
        )
        for number in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", f"a worker did not start: {what}"
    began = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [json.loads(worker.stdout.readline()) for worker in workers if worker.stdout]
    wall_s = time.perf_counter() - began
    assert all(worker.wait() == 0 for worker in workers)
    return {"wall_s": wall_s, "longest_s": max(one["longest_s"] for one in told)}


def work(what: str, number: int, homes: int) -> None:
    """One worker: its share of the parts, in its own process."""
    import django

    django.setup()
    from django.db import connection

    from bijlighar.tariffs.orders import catalogue

    day = date.fromisoformat(os.environ["BENCH_DAY"])
    parts = range(1, homes + 1, PART)[number::WORKERS]
    todo = (
        floor_parts(parts, homes, day)
        if what == "floor"
        else close_parts(parts, homes, day)
    )
    connection.ensure_connection()
    catalogue()  # a worker has read the orders long before a night comes
    print("ready", flush=True)
    sys.stdin.readline()
    longest = 0.0
    for do in todo:
        began = time.perf_counter()
        do()
        longest = max(longest, time.perf_counter() - began)
    print(json.dumps({"longest_s": longest}), flush=True)


def close_parts(parts, homes: int, day: date):
    """The parts of the real thing."""
    from django.db import transaction

    from bijlighar.charges import service as charges
    from bijlighar.kernel.ist import day_ends

    now = day_ends(day) + timedelta(hours=1)

    def part(first: int):
        def do() -> None:
            ids = range(first, min(first + PART, homes + 1))
            with transaction.atomic(durable=True):
                closed = charges.close_days(connection_ids=ids, now=now)
            assert (len(closed.days), closed.rejected) == (len(ids), ())

        return do

    return [part(first) for first in parts]


def floor_parts(parts, homes: int, day: date):
    """The same rows, copied bare: read beforehand, so that only the writing counts."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        for made in (
            "create table if not exists bare_days as"
            " select * from charges_daycharge with no data",
            "create table if not exists bare_moves as"
            " select * from ledger_walletmove with no data",
        ):
            with transaction.atomic():
                cursor.execute("select pg_advisory_xact_lock(1)")
                cursor.execute(made)

    def part(first: int):
        last = min(first + PART, homes + 1) - 1
        days = copied_out(
            f"copy (select * from charges_daycharge where day = '{day}' and version = 0"
            f" and connection_id between {first} and {last}) to stdout (format binary)"
        )
        moves = copied_out(
            "copy (select distinct on (account_id) move.* from ledger_walletmove as move"
            f" where account_id between {first} and {last}"
            " order by account_id, entry_id desc) to stdout (format binary)"
        )

        def do() -> None:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                for table, rows in (("bare_days", days), ("bare_moves", moves)):
                    with cursor.cursor.copy(
                        f"copy {table} from stdin (format binary)"
                    ) as copy:
                        copy.write(rows)
                cursor.execute(
                    "update ledger_wallet as wallet"
                    " set balance_paise = wallet.balance_paise + move.amount_paise"
                    " from bare_moves as move where move.account_id = wallet.account_id"
                    " and move.account_id between %s and %s",
                    [first, last],
                )

        return do

    return [part(first) for first in parts]


def copied_out(statement: str) -> bytes:
    from django.db import connection

    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        return b"".join(copy)


def prove(homes: int) -> tuple[bool, float]:
    """Whether every wallet and entry is proved and samples equal a row rated alone."""
    from bijlighar.charges import service as charges
    from bijlighar.ledger import service as ledger

    day = FIRST + timedelta(days=1)
    began = time.perf_counter()
    is_proved = ledger.wrong_wallets() == () and ledger.wrong_entries() == ()
    proof_s = time.perf_counter() - began
    for connection_id in range(1, homes, max(homes // 97, 1)):
        found = charges.explain_day(connection_id=connection_id, day=day)
        assert found is not None
        is_proved &= sum(line.amount_paise for line in found.lines) == found.total_paise
    return is_proved, proof_s


if __name__ == "__main__":
    main()
