"""Masters in: a file is kept, mapped, tried, and taken in; the verbs others may use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import IntegrityError, connection, transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.masters import _check, _taking, columns, files
from bijlighar.masters._exports import EXPORTS as EXPORTS
from bijlighar.masters._exports import count_rows as count_rows
from bijlighar.masters._exports import rows_of as rows_of
from bijlighar.masters.files import FileRefused as FileRefused
from bijlighar.masters.models import FilePart, Import, KnownLayout
from bijlighar.masters.values import (
    Fault,
    Field,
    Heading,
    ImportKind,
    ImportState,
    Part,
    Wrong,
)
from bijlighar.masters.values import Import as Shown
from bijlighar.people import service as people
from bijlighar.people.values import Scope, Viewer

A_PART = 1024 * 1024
EXAMPLES = 3
LONGEST_NAME = 200
QUIET_FOR = timedelta(minutes=10)
"""Without progress for so long, the worker is asked again."""


class UnknownImport(BijligharError):
    """There is no such import, or it reaches beyond the area."""


class NotNow(BijligharError):
    """The import is at another step: look at it again."""


# Verbs


def upload(
    *,
    kind: ImportKind,
    file_name: str,
    content: BinaryIO,
    by: Viewer,
    scope: Scope,
    now: datetime,
) -> int:
    """Keep a file and look at its headings; the import's id.

    `scope` is where the maker may import: nothing outside it will be touched. Raises
    FileRefused, also where the same file came before (`other` is that import's id).
    """
    size = content.seek(0, 2)
    content.seek(0)
    if size > files.MOST_BYTES:
        raise FileRefused(Wrong.TOO_BIG, str(files.MOST_BYTES // 1024**2))
    known = files.known(content, examples=EXAMPLES)
    files.insist_on_ending(file_name=file_name, encoding=known.encoding)
    if known.encoding == files.XLSX and size > files.MOST_WORKBOOK_BYTES:
        raise FileRefused(Wrong.TOO_BIG, str(files.MOST_WORKBOOK_BYTES // 1024**2))
    sha256 = _hash(content)
    fields, is_remembered = _layout(kind, known.headings)
    with transaction.atomic():
        _not_the_same(kind, sha256, scope)
        try:
            with transaction.atomic():
                held = Import.objects.create(
                    kind=kind.value,
                    file_name=file_name[-LONGEST_NAME:],
                    sha256=sha256,
                    encoding=known.encoding,
                    bytes_held=size,
                    area_ids=scope.areas,
                    maker_id=by.actor_id,
                    maker_name=by.name,
                    made_at=now,
                    moved_at=now,
                    state=ImportState.MAPPING.value,
                    titles=known.headings,
                    fields=fields,
                    examples=known.examples,
                    is_remembered=is_remembered,
                    rows_total=max(known.rows - 1, 1),
                )
        except IntegrityError:
            _not_the_same(kind, sha256, scope)
            raise
        _keep_parts(held, content)
        people.record(
            change=_taking.change_of(held, "masters.import.uploaded", {"bytes": size}),
            by=by,
            now=now,
        )
    return held.pk


def map_columns(
    *, import_id: int, fields: Sequence[str], by: Viewer, scope: Scope, now: datetime
) -> None:
    """Say what each column is (empty: not taken in); the dry run may begin.

    The caller defers the check in the same transaction. Raises UnknownImport, NotNow,
    FileRefused where a needed field has no column or two columns are one field.
    """
    with transaction.atomic():
        held = _locked(import_id, scope)
        if held.state not in (ImportState.MAPPING.value, ImportState.CHECKED.value):
            raise NotNow("The columns cannot be changed any more.")
        known = {field.key for field in columns.FIELDS[ImportKind(held.kind)]}
        chosen = [field if field in known else "" for field in fields]
        mapped = [field for field in chosen if field]
        if len(chosen) != len(held.titles):
            raise NotNow("The columns of the file are others.")
        for field in mapped:
            if mapped.count(field) > 1:
                raise FileRefused(Wrong.COLUMN_TWICE, field)
        for field in columns.missing(kind=ImportKind(held.kind), mapped=mapped):
            raise FileRefused(Wrong.COLUMN_MISSING, field)
        held.fields, held.moved_at = chosen, now
        held.state = ImportState.CHECKING.value
        held.rows_read = 0
        held.save(update_fields=["fields", "moved_at", "state", "rows_read"])
        _remember(ImportKind(held.kind), held.titles, chosen)
        people.record(
            change=_taking.change_of(
                held,
                "masters.import.mapped",
                {"columns": dict(zip(held.titles, chosen, strict=True))},
            ),
            by=by,
            now=now,
        )


def check(*, import_id: int, now: datetime) -> None:
    """The dry run, outside of any transaction; safe to repeat, and to kill."""
    assert not connection.in_atomic_block
    _check.check(import_id, now)


def take_in(
    *, import_id: int, with_faults: bool, by: Viewer, scope: Scope, now: datetime
) -> None:
    """Let the good rows be taken in; where some are wrong, only `with_faults`.

    The caller defers the taking in the same transaction. Raises UnknownImport, NotNow.
    """
    with transaction.atomic():
        held = _locked(import_id, scope)
        if held.state != ImportState.CHECKED.value:
            raise NotNow("This import is not waiting to be taken in.")
        if held.rows_due == 0 or (held.rows_wrong and not with_faults):
            raise NotNow("There is nothing to take in, or some rows are wrong.")
        held.state, held.with_faults = ImportState.TAKING.value, with_faults
        held.moved_at = now
        held.save(update_fields=["state", "with_faults", "moved_at"])
        people.record(
            change=_taking.change_of(
                held,
                "masters.import.started",
                {"rows_due": held.rows_due, "rows_wrong": held.rows_wrong},
            ),
            by=by,
            now=now,
        )


def cancel(*, import_id: int, by: Viewer, scope: Scope, now: datetime) -> None:
    """End an import; what was taken in stays. Raises UnknownImport, NotNow."""
    with transaction.atomic():
        held = _locked(import_id, scope)
        if held.ended_at is not None:
            raise NotNow("This import is over already.")
        _taking.end(held, ImportState.CANCELLED, by, now)


def next_part(*, import_id: int, now: datetime) -> Part | None:
    """The rows to take in next, in the caller's transaction; None where it is over.

    The caller takes them in and says `part_taken` before it commits.
    """
    assert connection.in_atomic_block
    return _taking.next_part(import_id, now)


def part_taken(*, part: Part, now: datetime) -> None:
    """These rows are in: the checkpoint moves with the caller's transaction."""
    assert connection.in_atomic_block
    _taking.part_taken(part, now)


# Questions


def import_of(*, import_id: int, scope: Scope) -> Shown:
    """One import whose areas all lie in the scope. Raises UnknownImport."""
    found = _seen(scope, import_id=import_id, offset=0, limit=1)
    if not found:
        raise UnknownImport("There is no such import.")
    return found[0]


def imports(*, scope: Scope, offset: int, limit: int) -> tuple[Shown, ...]:
    """Imports, the newest first."""
    return tuple(_seen(scope, import_id=None, offset=offset, limit=limit))


def faults_of(
    *, import_id: int, scope: Scope, limit: int, after: tuple[int, int] = (0, 0)
) -> tuple[tuple[int, Fault], ...]:
    """What is wrong, by row: (id, fault), from after (row, id) on. Raises UnknownImport."""
    import_of(import_id=import_id, scope=scope)
    with connection.cursor() as cursor:
        cursor.execute(
            'select id, row, "column", wrong, value, other from masters_rowfault'
            " where held_id = %s and (row, id) > (%s, %s) order by row, id limit %s",
            [import_id, *after, limit],
        )
        return tuple(
            (
                pk,
                Fault(row=row, column=column, wrong=Wrong(wrong), value=value, other=other),
            )
            for pk, row, column, wrong, value, other in cursor.fetchall()
        )


def counts_by_wrong(*, import_id: int, scope: Scope) -> dict[Wrong, int]:
    """How often each thing is wrong, the most frequent first. Raises UnknownImport."""
    import_of(import_id=import_id, scope=scope)
    with connection.cursor() as cursor:
        cursor.execute(
            "select wrong, count(*) from masters_rowfault where held_id = %s"
            " group by wrong order by 2 desc, 1",
            [import_id],
        )
        return {Wrong(wrong): many for wrong, many in cursor.fetchall()}


def fields_of(*, kind: ImportKind) -> tuple[Field, ...]:
    """What a kind of import knows, in order."""
    return columns.FIELDS[kind]


def quiet(*, now: datetime) -> tuple[tuple[int, ImportState], ...]:
    """Imports that wait for a worker and were not got on with for a while."""
    states = [ImportState.CHECKING.value, ImportState.TAKING.value]
    found = Import.objects.filter(state__in=states, moved_at__lt=now - QUIET_FOR)
    return tuple(
        (pk, ImportState(state))
        for pk, state in found.order_by("pk").values_list("pk", "state")
    )


def _seen(scope: Scope, *, import_id: int | None, offset: int, limit: int) -> list[Shown]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from masters_import where area_ids <@ array("
            "select node_id from grid_reach where area_id = any(%(areas)s))"
            " and (%(id)s::bigint is null or id = %(id)s)"
            " order by id desc offset %(offset)s limit %(limit)s",
            {"areas": scope.areas, "id": import_id, "offset": offset, "limit": limit},
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return [_shown(one) for one in Import.objects.filter(pk__in=ids).order_by("-pk")]


def _locked(import_id: int, scope: Scope) -> Import:
    import_of(import_id=import_id, scope=scope)
    return Import.objects.select_for_update().get(pk=import_id)


def _not_the_same(kind: ImportKind, sha256: str, scope: Scope) -> None:
    gone = [ImportState.CANCELLED.value, ImportState.STOPPED.value]
    first = (
        Import.objects.filter(kind=kind.value, sha256=sha256, area_ids=scope.areas)
        .exclude(state__in=gone)
        .order_by("pk")
        .first()
    )
    if first is not None:
        raise FileRefused(Wrong.SAME_FILE, str(first.pk))


def _hash(content: BinaryIO) -> str:
    content.seek(0)
    made = hashlib.sha256()
    while block := content.read(A_PART):
        made.update(block)
    return made.hexdigest()


def _keep_parts(held: Import, content: BinaryIO) -> None:
    content.seek(0)
    number = 0
    while block := content.read(A_PART):
        number += 1
        FilePart.objects.create(held=held, number=number, content=block)


def _layout(kind: ImportKind, headings: Sequence[str]) -> tuple[list[str], bool]:
    """What the columns are: as last time, or as their headings say."""
    found = KnownLayout.objects.filter(
        kind=kind.value, headings_sha256=_hash_of(headings)
    ).first()
    if found is not None and len(found.fields) == len(headings):
        return list(found.fields), True
    return list(columns.recognised(kind=kind, headings=headings)), False


def _remember(kind: ImportKind, headings: Sequence[str], fields: Sequence[str]) -> None:
    KnownLayout.objects.update_or_create(
        kind=kind.value,
        headings_sha256=_hash_of(headings),
        defaults={"fields": list(fields)},
    )


def _hash_of(headings: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(headings).encode()).hexdigest()


def _shown(held: Import) -> Shown:
    return Shown(
        import_id=held.pk,
        kind=ImportKind(held.kind),
        file_name=held.file_name,
        sha256=held.sha256,
        state=ImportState(held.state),
        encoding=held.encoding,
        area_ids=tuple(held.area_ids),
        maker_id=held.maker_id,
        maker_name=held.maker_name,
        made_at=held.made_at,
        ended_at=held.ended_at,
        headings=tuple(
            Heading(
                place=place,
                title=title,
                field=field,
                examples=tuple(
                    row[place] for row in held.examples if place < len(row) and row[place]
                ),
            )
            for place, (title, field) in enumerate(
                zip(held.titles, held.fields, strict=True)
            )
        ),
        is_remembered=held.is_remembered,
        bytes_held=held.bytes_held,
        rows_total=held.rows_total,
        rows_read=held.rows_read,
        rows_due=held.rows_due,
        rows_unchanged=held.rows_unchanged,
        rows_wrong=held.rows_wrong,
        rows_taken=held.rows_taken,
        faults=held.faults,
        with_faults=held.with_faults,
        stopped_because=held.stopped_because,
    )
