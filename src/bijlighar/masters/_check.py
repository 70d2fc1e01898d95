"""The dry run: every row is read, staged, and looked at beside the others and the known.

It may be killed at any moment and starts anew then: what it wrote is its own. A lock of its
database session keeps two workers from checking one import at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BufferedReader, BytesIO
from itertools import islice
from typing import Any, BinaryIO, cast

from django.db import connection, transaction

from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.masters import _judge
from bijlighar.masters.files import XLSX, FileRefused, PartsFile, rows_of, trimmed
from bijlighar.masters.models import FilePart, Import, RowFault, StagedRow
from bijlighar.masters.readers import Read, readers
from bijlighar.masters.rules import Layout, Row, read_row
from bijlighar.masters.values import Fault, ImportKind, ImportState, Wrong
from bijlighar.tariffs.orders import catalogue, categories_of

LOCK_CLASS = 4061
ROWS_A_BATCH = 5_000
ROWS_A_LOOK = 20_000
MOST_FAULTS = 100_000
"""A file with more is not looked at to its end: something is wrong with all of it."""


def check(import_id: int, now: datetime) -> None:
    """Check one import from its beginning, unless somebody is at it or it is not due."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, import_id])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        return
    try:
        _check(import_id, now)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK_CLASS, import_id])


def add_faults(import_id: int, faults: Iterable[Fault]) -> None:
    """Keep what is wrong."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            'copy masters_rowfault (held_id, row, "column", wrong, value, other) from stdin'
        ) as copy,
    ):
        for one in faults:
            copy.write_row(
                (import_id, one.row, one.column, one.wrong.value, one.value, one.other)
            )


def _check(import_id: int, now: datetime) -> None:
    held = _begun(import_id, now)
    if held is None:
        return
    layout = Layout(
        kind=ImportKind(held.kind), titles=tuple(held.titles), fields=tuple(held.fields)
    )
    read = readers(today=supply_day_of(now).isoformat(), categories=_categories())
    found = _rows(held, layout, read)
    faults = 0
    try:
        while batch := list(islice(found, ROWS_A_BATCH)):
            faults += sum(len(row.faults) for row in batch)
            if not _staged(held, batch, now):
                return
            if faults > MOST_FAULTS:
                _end(held, Wrong.TOO_MANY_FAULTS, now)
                return
    except FileRefused as error:
        _end(held, error.wrong, now)
        return
    _look_beside(held, now)


def _begun(import_id: int, now: datetime) -> Import | None:
    with transaction.atomic():
        held = Import.objects.select_for_update().filter(pk=import_id).first()
        if held is None or held.state != ImportState.CHECKING.value:
            return None
        StagedRow.objects.filter(held=held).delete()
        RowFault.objects.filter(held=held).delete()
        held.rows_read, held.moved_at = 0, now
        held.save(update_fields=["rows_read", "moved_at"])
    return held


def _rows(held: Import, layout: Layout, read: Mapping[str, Read]) -> Iterator[Row]:
    found = rows_of(_file(held), held.encoding)
    next(found)
    width = len(layout.titles)
    for number, cells in found:
        yield read_row(number=number, cells=trimmed(cells, width), layout=layout, read=read)


def _file(held: Import) -> BinaryIO:
    parts = _parts(held)
    if held.encoding == XLSX:
        return BytesIO(b"".join(parts))
    return cast(BinaryIO, BufferedReader(PartsFile(parts), 1024 * 1024))


def _parts(held: Import) -> Iterator[bytes]:
    numbers = FilePart.objects.filter(held=held).order_by("number")
    for number in list(numbers.values_list("number", flat=True)):
        yield bytes(FilePart.objects.get(held=held, number=number).content)


def _staged(held: Import, batch: Sequence[Row], now: datetime) -> bool:
    """Keep a batch of rows; False where the import was cancelled meanwhile."""
    with transaction.atomic():
        going = Import.objects.filter(pk=held.pk, state=ImportState.CHECKING.value)
        read = held.rows_read + len(batch)
        if not going.update(rows_read=read, moved_at=now):
            return False
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "copy masters_stagedrow (held_id, seq, number, values, outcome) from stdin"
            ) as copy,
        ):
            copy.set_types(["int8", "int8", "int4", "text[]", "text"])
            for row in batch:
                outcome = "wrong" if row.faults else "due"
                copy.write_row((held.pk, row.seq, row.number, row.values, outcome))
        add_faults(held.pk, (fault for row in batch for fault in row.faults))
    held.rows_read = read
    return True


def _look_beside(held: Import, now: datetime) -> None:
    """Duplicates within the file, then each row beside what is known; the counts."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=held.pk)
        if locked.state != ImportState.CHECKING.value:
            return
        with connection.cursor() as cursor:
            cursor.execute("analyze masters_stagedrow")
        _judge.twice(locked)
        _run("mark_wrong", {"import": held.pk})
        after = 0
        while (until := _judge.following(locked, after, ROWS_A_LOOK)) is not None:
            verdicts = settle(locked, after=after, until=until)
            unchanged = [one.seq for one in verdicts if one.is_unchanged]
            _run("mark_unchanged", {"import": held.pk, "seqs": unchanged})
            after = until
        with connection.cursor() as cursor:
            cursor.execute(statement(_judge.PACKAGE, "count_outcomes"), {"import": held.pk})
            (counts,) = rows(cursor)
        locked.rows_due, locked.rows_unchanged = counts["due"], counts["unchanged"]
        locked.rows_wrong, locked.faults = counts["wrong"], counts["faults"]
        locked.rows_total = locked.rows_read = held.rows_read
        locked.state, locked.moved_at = ImportState.CHECKED.value, now
        locked.save()


def settle(held: Import, *, after: int, until: int) -> list[_judge.Verdict]:
    """The good rows of a stretch; those that are wrong are marked, with their faults.

    A node of the grid below a wrong one is wrong too: the look is repeated until nothing
    new is found, at most once a level.
    """
    while True:
        verdicts = _judge.judged(held, after=after, until=until)
        faults = [one.fault for one in verdicts if one.fault is not None]
        if not faults:
            return verdicts
        add_faults(held.pk, faults)
        _run("mark_wrong", {"import": held.pk})
        if held.kind != ImportKind.GRID.value:
            return [one for one in verdicts if one.fault is None]


def _end(held: Import, because: Wrong, now: datetime) -> None:
    with transaction.atomic():
        Import.objects.filter(pk=held.pk, state=ImportState.CHECKING.value).update(
            state=ImportState.STOPPED.value, stopped_because=because.value, ended_at=now
        )
        FilePart.objects.filter(held=held).delete()
        StagedRow.objects.filter(held=held).delete()


def _categories() -> list[str]:
    return sorted({one for order in catalogue() for one in categories_of(order)})


def _run(name: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement(_judge.PACKAGE, name), values)
