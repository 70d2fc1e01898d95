"""How fast masters come in: one lakh connections by CSV, with one row in a hundred wrong.

An embedded PostgreSQL; the dry run and the taking in run in a process of their own, as the
worker does them, whose peak memory is measured. A second file of the same size is killed
(SIGKILL) when half of it is in, and gone on with by another process.

Figures (`--json FILE` writes them):
    rows                   rows of a file below its headings
    upload_s               the file kept, its encoding and headings looked at
    check_s                the dry run: every row read and compared
    take_s                 the good rows taken in: consumer, connection, place, facts,
                           wallet, supply and words to search by, 2,000 rows at a time
    total_s                all three
    rows_per_s             rows / total_s
    peak_mb                the most memory that the working process held
    wrong_rows             rows that were found wrong
    wrong_kinds            how many different things were wrong
    named_all              1 where every wrong row was named with what is wrong, no other
    bare_s                 the limit compared with: the same rows of the same tables copied
                           by bare INSERT ... SELECT into tables with the same indexes
    resumed_exactly        1 where after the kill no row is lost and none is doubled
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HEADINGS = (
    "Consumer number",
    "Name (English)",
    "Name (Hindi)",
    "Mobile number",
    "Language",
    "Category",
    "Sanctioned load (kW)",
    "Payment mode",
    "From day",
    "Transformer code",
)
FIRST = ("Asha", "Balram", "Chanda", "Dev", "Gita", "Hari", "Indu", "Jagdish", "Kamla")
FIRST_HI = ("आशा", "बलराम", "चंदा", "देव", "गीता", "हरि", "इंदु", "जगदीश", "कमला")
LAST = ("Devi", "Kumar", "Yadav", "Sharma", "Verma", "Singh", "Gupta", "Pal")
LAST_HI = ("देवी", "कुमार", "यादव", "शर्मा", "वर्मा", "सिंह", "गुप्ता", "पाल")
WRONG = {
    "scientific": (0, "1.23457E+11"),
    "no_number": (0, "12"),
    "number_pattern": (0, "50000000001"),
    "old_font": (2, "vk'kk nsoh"),
    "no_mobile": (3, "12345"),
    "no_language": (4, "Tamil"),
    "no_category": (5, "LMV-99"),
    "no_load": (6, "two"),
    "no_day": (8, "31-02-2026"),
    "unknown_transformer": (9, "T404"),
}
"""Ten things that can be wrong: the column and what stands there."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 rows, not 1 lakh")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(*chosen.work)
        return
    rows = 10_000 if chosen.quick else 100_000
    figures = on_a_stage(rows)
    for name, value in figures.items():
        print(f"{name:<24}{value:>12,}")
    if chosen.json:
        held = {"name": "masters", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def on_a_stage(rows: int) -> dict[str, float]:
    from bijlighar.run.postgres import start_postgres

    folder = Path(tempfile.mkdtemp(prefix="bijlighar-masters-"))
    postgres = start_postgres(folder / "postgres")
    try:
        os.environ |= {
            "DATABASE_URL": postgres.url,
            "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
            "BIJLIGHAR_DEMO": "1",
        }
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return measure(rows)
    finally:
        from django.db import connections

        connections.close_all()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def set_up() -> None:
    import logging

    import django
    import structlog

    django.setup()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def measure(rows: int) -> dict[str, float]:
    from bijlighar.kernel.ist import day_starts
    from bijlighar.masters.values import ImportKind
    from bijlighar.people.values import Right
    from bijlighar.run.town_grid import open_town_grid

    now = day_starts(date(2026, 5, 1))
    ids = open_town_grid(now=day_starts(date(2026, 4, 1)))
    by = operator(ids["D1"], now)
    scope = by.scope(Right.IMPORT)
    content, wrong = file(rows, first=0)
    began = time.perf_counter()
    import_id = upload(ImportKind.CONNECTIONS, content, by, scope, now)
    upload_s = time.perf_counter() - began
    check_s, check_kb = worked("check", import_id)
    found = faults(import_id, scope)
    start(import_id, by, scope, now)
    take_s, take_kb = worked("take", import_id)
    assert connections_in(first=0) == rows - len(wrong)
    bare_s = bare()
    total_s = upload_s + check_s + take_s
    return {
        "rows": rows,
        "upload_s": round(upload_s, 1),
        "check_s": round(check_s, 1),
        "take_s": round(take_s, 1),
        "total_s": round(total_s, 1),
        "rows_per_s": round(rows / total_s),
        "peak_mb": round(max(check_kb, take_kb) / 1024),
        "wrong_rows": len(found),
        "wrong_kinds": len(set(found.values())),
        "named_all": int(found == wrong),
        "bare_s": round(bare_s, 1),
        "resumed_exactly": int(killed_half_way(rows, by, scope, now)),
    }


def operator(area_id: int, now):
    from bijlighar.people import service as people
    from bijlighar.people.values import SYSTEM, Origin, Role

    staff_id = people.add_staff(
        login="operator", name_en="O", name_hi="ओ", by=SYSTEM, now=now, place_id=area_id
    )
    people.grant_role(
        staff_id=staff_id,
        role=Role.DATA_CENTRE_OPERATOR,
        area_id=area_id,
        by=SYSTEM,
        now=now,
    )
    return people.viewer_of(staff_id=staff_id, origin=Origin(channel="command"), now=now)


def file(rows: int, *, first: int) -> tuple[bytes, dict[int, str]]:
    """A file, and what is wrong in it by row: one in a hundred."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(HEADINGS)
    wrong: dict[int, str] = {}
    for n in range(first, first + rows):
        row = good(n)
        if n % 100 == 57:
            name = list(WRONG)[n // 100 % len(WRONG)]
            place, cell = WRONG[name]
            if name == "number_pattern":
                cell = f"{50_000_000_000 + n}"
            row[place] = cell
            wrong[2 + n - first] = name
        writer.writerow(row)
    return made.getvalue().encode("utf-8-sig"), wrong


def good(n: int) -> list[str]:
    one, two = n % len(FIRST), n // len(FIRST) % len(LAST)
    return [
        f"{6_000_000_000 + n}",
        f"{FIRST[one]} {LAST[two]}",
        f"{FIRST_HI[one]} {LAST_HI[two]}",
        f"98{n:08d}",
        ("Hindi", "हिन्दी", "English")[n % 3],
        "LMV-1.10B",
        ("1", "2", "1.5")[n % 3],
        ("Prepaid", "पोस्टपेड")[n % 2],
        ("03-04-2026", "2026-04-03")[n % 2],
        f"T{1 + n % 5}",
    ]


def upload(kind, content: bytes, by, scope, now) -> int:
    """Keep a file and say that its columns are what their headings say."""
    from bijlighar.masters import service as masters

    import_id = masters.upload(
        kind=kind,
        file_name="lakh.csv",
        content=io.BytesIO(content),
        by=by,
        scope=scope,
        now=now,
    )
    held = masters.import_of(import_id=import_id, scope=scope)
    fields = [heading.field for heading in held.headings]
    masters.map_columns(import_id=import_id, fields=fields, by=by, scope=scope, now=now)
    return import_id


def start(import_id: int, by, scope, now) -> None:
    from bijlighar.masters import service as masters

    masters.take_in(import_id=import_id, with_faults=True, by=by, scope=scope, now=now)


def work(step: str, import_id: str) -> None:
    """As the worker does it, in this process; its peak memory on the last line."""
    set_up()
    from bijlighar.flow.take_in_masters import take_in_part
    from bijlighar.kernel.ist import day_starts
    from bijlighar.masters import service as masters

    now = day_starts(date(2026, 5, 1))
    began = time.perf_counter()
    if step == "check":
        masters.check(import_id=int(import_id), now=now)
    else:
        while take_in_part(import_id=int(import_id), now=now):
            pass
    seconds = time.perf_counter() - began
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def worker(step: str, import_id: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--work", step, str(import_id)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def worked(step: str, import_id: int) -> tuple[float, int]:
    """(seconds without the process's own start, peak memory in KB)."""
    process = worker(step, import_id)
    said, _ = process.communicate()
    assert process.returncode == 0
    seconds, memory = said.split()
    return float(seconds), int(memory)


def faults(import_id: int, scope) -> dict[int, str]:
    from bijlighar.masters import service as masters

    found = masters.faults_of(import_id=import_id, scope=scope, limit=1_000_000)
    return {fault.row: fault.wrong.value for _, fault in found}


def connections_in(*, first: int) -> int:
    """Connections whose numbers come from a file, each with one wallet and one supply."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from connections_consumer as consumer"
            " join connections_connection as held on held.consumer_id = consumer.id"
            " join connections_connectionfact as fact on fact.connection_id = held.id"
            " join ledger_wallet as wallet on wallet.owner_id = held.id"
            " join supply_supply as supply on supply.connection_id = held.id"
            " where consumer_number >= %s",
            [f"{6_000_000_000 + first}"],
        )
        return int(cursor.fetchone()[0])


def bare() -> float:
    """Seconds for the bare rows of all tables, with their indexes."""
    from django.db import connection, transaction

    tables = (
        "connections_consumer",
        "connections_connection",
        "connections_connectionplace",
        "connections_connectionfact",
        "connections_searchword",
        "ledger_account",
        "ledger_wallet",
        "supply_supply",
    )
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"create table bare_{table} (like {table} including all);"
                f"insert into bare_{table} select * from {table}"
            )
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("drop table " + ", ".join(f"bare_{table}" for table in tables))
    return seconds


def killed_half_way(rows: int, by, scope, now) -> bool:
    """Whether a file that is killed half-way and gone on with is in exactly once."""
    from bijlighar.masters import service as masters
    from bijlighar.masters.values import ImportKind

    content, wrong = file(rows, first=rows)
    import_id = upload(ImportKind.CONNECTIONS, content, by, scope, now)
    worked("check", import_id)
    start(import_id, by, scope, now)
    process = worker("take", import_id)
    while masters.import_of(import_id=import_id, scope=scope).rows_taken < rows // 2:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = masters.import_of(import_id=import_id, scope=scope).rows_taken
    assert rows // 2 <= before < rows - len(wrong)
    worked("take", import_id)
    held = masters.import_of(import_id=import_id, scope=scope)
    good_rows = rows - len(wrong)
    return held.rows_taken == good_rows == connections_in(first=rows)


if __name__ == "__main__":
    main()
