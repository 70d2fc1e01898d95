"""Imports: a small file sent as text, tried out, and taken in; large ones go by the desk.

An import is a person's: who made it must have the right until the last row is in.
"""

from __future__ import annotations

from io import BytesIO

from ninja import Schema
from pydantic import ConfigDict, Field

from bijlighar.clock import clock
from bijlighar.flow import later
from bijlighar.masters import service as masters
from bijlighar.masters.values import Import, ImportKind
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.cursors import USUAL_ROWS, Cursor, Limit, Page
from bijlighar.web.api.errors import ApiError
from bijlighar.web.api.operation import reads, writes
from bijlighar.web.api.words import PRINTED, NumberInPath

FAULTS_SHOWN = 200
LONGEST_FILE = 2_000_000
ONE = "/imports/{int:import_id}"


class NewImport(Schema):
    """A file with headings in its first row."""

    model_config = ConfigDict(extra="forbid")

    kind: ImportKind
    file_name: str = Field(min_length=1, max_length=120, pattern=PRINTED)
    csv: str = Field(
        min_length=1,
        max_length=LONGEST_FILE,
        pattern=r"^[^\x00]*$",
        description="The file itself; headings in Hindi or English as in the template.",
    )


class TakeIn(Schema):
    """What of an import that was tried out is taken in."""

    model_config = ConfigDict(extra="forbid")

    with_faults: bool = Field(description="Take the good rows in where others are wrong.")


@reads("/imports", right=Right.IMPORT, answer=schemas.Imports, tag="imports")
def imports(
    request: DeskRequest, limit: Limit = USUAL_ROWS, cursor: Cursor = ""
) -> schemas.Imports:
    """Imports of your areas, the newest first."""
    page: Page[Import] = Page(cursor=cursor, limit=limit, of=("imports",))
    offset = page.number or 0
    found = masters.imports(scope=request.reach, offset=offset, limit=page.ask_for)
    shown, following = page.cut(found, key=lambda _: offset + limit)
    return schemas.Imports(
        imports=[_shown(one, request) for one in shown], next_cursor=following
    )


@reads(ONE, right=Right.IMPORT, answer=schemas.Import, tag="imports")
def import_(request: DeskRequest, import_id: NumberInPath) -> schemas.Import:
    """One import, with the first things that are wrong."""
    held = masters.import_of(import_id=import_id, scope=request.reach)
    return _shown(held, request, faults=FAULTS_SHOWN)


@writes(
    "/imports",
    right=Right.IMPORT,
    people_only=True,
    answer=schemas.Import,
    tag="imports",
    status=201,
)
def send_import(request: DeskRequest, wanted: NewImport) -> schemas.Import:
    """Send a file; it is tried out at once where all its columns are known."""
    now = clock.now()
    try:
        import_id = masters.upload(
            kind=wanted.kind,
            file_name=wanted.file_name,
            content=BytesIO(wanted.csv.encode("utf-8")),
            by=request.viewer,
            scope=request.reach,
            now=now,
        )
        held = masters.import_of(import_id=import_id, scope=request.reach)
        masters.map_columns(
            import_id=import_id,
            fields=[one.field for one in held.headings],
            by=request.viewer,
            scope=request.reach,
            now=now,
        )
    except masters.FileRefused as refused:
        raise ApiError(
            422, f"file_{refused.wrong.value}", "The file is not taken.", field="csv"
        ) from refused
    with people.as_the_system():
        later.check_import(import_id=import_id)
    return _shown(masters.import_of(import_id=import_id, scope=request.reach), request)


@writes(
    f"{ONE}/take-in",
    right=Right.IMPORT,
    people_only=True,
    answer=schemas.Import,
    tag="imports",
)
def take_in(
    request: DeskRequest, import_id: NumberInPath, wanted: TakeIn
) -> schemas.Import:
    """Take in what was tried out: all rows, or the good ones."""
    masters.take_in(
        import_id=import_id,
        with_faults=wanted.with_faults,
        by=request.viewer,
        scope=request.reach,
        now=clock.now(),
    )
    with people.as_the_system():
        later.take_in_import(import_id=import_id)
    return _shown(masters.import_of(import_id=import_id, scope=request.reach), request)


def _shown(held: Import, request: DeskRequest, *, faults: int = 0) -> schemas.Import:
    found = (
        masters.faults_of(import_id=held.import_id, scope=request.reach, limit=faults)
        if faults
        else ()
    )
    return schemas.Import(
        import_id=held.import_id,
        kind=held.kind.value,
        file_name=held.file_name,
        state=held.state.value,
        made_by_name=held.maker_name,
        made_at=held.made_at,
        ended_at=held.ended_at,
        rows_total=held.rows_total,
        rows_due=held.rows_due,
        rows_unchanged=held.rows_unchanged,
        rows_wrong=held.rows_wrong,
        rows_taken=held.rows_taken,
        stopped_because=held.stopped_because,
        faults=[
            schemas.ImportFault(
                row=fault.row,
                column=fault.column,
                wrong=fault.wrong.value,
                value=fault.value,
            )
            for _, fault in found
        ],
    )
