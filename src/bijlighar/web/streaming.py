"""Tables as files: CSV and XLSX, made while they are sent, never held whole in memory.

A long answer is made in one thread of its own, which holds its own transaction limited to
the areas of whoever asked (the request's transaction is over when the sending starts), and
is pulled part by part as the client takes them. When the client goes, the thread ends.

Cells that a spreadsheet would run as a formula get an apostrophe in front (see
`kernel.spreadsheet`), the imports take it away again. The file starts with a byte order
mark, without which Excel shows Devanagari as rubbish.
"""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import islice
from threading import BoundedSemaphore
from typing import Any, TypeVar

import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from bijlighar.clock import clock
from bijlighar.grid import service as grid
from bijlighar.kernel.spreadsheet import cell_text, harmless
from bijlighar.people import service as people
from bijlighar.people.values import Change, Right, Scope
from bijlighar.web.access import DeskRequest

Rows = Iterable[Sequence[object]]
Made = Iterator[bytes]
Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
ROWS_A_PART = 500
BYTES_A_PART = 64 * 1024
EXPORTS_AT_ONCE = 6
"""A process makes no more at a time; others wait for their turn."""
WAIT_FOR_TURN_S = 60
EXCEL_HOLDS = 1_048_500
"""Rows of one sheet, without its headings and the rest of a part."""
_AS_IT_IS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_turns = BoundedSemaphore(EXPORTS_AT_ONCE)


class TooManyExports(RuntimeError):
    """Other exports kept the process busy for too long: the download breaks off."""


def csv_of(
    request: DeskRequest, columns: Sequence[str], rows: Rows, *, name: str = "table"
) -> HttpResponse:
    """The rows of a page's table as a CSV file, audited; for what is at hand already.

    `columns` are the headings as the reader sees them. Raises PermissionDenied where the
    viewer may not export from the areas of the request.
    """
    held = [list(row) for row in rows]
    audited(request, name=name, form="csv", rows=len(held))
    made = "".join([BOM, _line(columns), *(_line(row) for row in held)])
    response = HttpResponse(made.encode(), content_type=CSV)
    return _named(response, f"{name}.csv")


def headings_only(columns: Sequence[str], *, name: str) -> HttpResponse:
    """An empty table to be filled in: nothing leaves with it."""
    made = BOM + _line(columns)
    return _named(HttpResponse(made.encode(), content_type=CSV), f"{name}.csv")


def csv_stream(
    request: DeskRequest, columns: Sequence[str], read: Callable[[], Rows], *, name: str
) -> StreamingHttpResponse:
    """A long table as CSV; `read` is called in the thread that makes it, in scope."""
    return _named(
        stream(
            request,
            lambda: _limited(request.reach, lambda: csv_parts(columns, read())),
            CSV,
        ),
        f"{name}.csv",
    )


def xlsx_stream(
    request: DeskRequest, columns: Sequence[str], read: Callable[[], Rows], *, name: str
) -> StreamingHttpResponse:
    """A long table as an Excel file, written to disk with constant memory, then sent."""
    return _named(
        stream(
            request, lambda: _limited(request.reach, lambda: _xlsx(columns, read())), XLSX
        ),
        f"{name}.xlsx",
    )


def audited(request: DeskRequest, *, name: str, form: str, rows: int | None) -> None:
    """Write into the audit trail what is taken out, by whom, filtered how.

    Raises PermissionDenied where the right to export is missing in an area of the request.
    """
    allowed = request.viewer.scope(Right.EXPORT)
    for area_id in request.reach.areas:
        if not grid.is_within(scope=allowed, node_id=area_id):
            raise PermissionDenied
    areas = request.reach.areas
    people.record(
        change=Change(
            action="masters.exported",
            object_kind="export",
            object_id=name,
            place_id=areas[0] if len(areas) == 1 else None,
            after={
                "form": form,
                "rows": rows,
                "filter": request.GET.urlencode()[:500],
                "areas": areas,
            },
        ),
        by=request.viewer,
        now=clock.now(),
    )


def stream(
    request: HttpRequest, make: Callable[[], Made], content_type: str
) -> StreamingHttpResponse:
    """Parts made by a generator in a thread of its own, asked for one at a time."""
    parts = _Parts(make)
    is_async = isinstance(request, ASGIRequest)
    body: Any = _AsyncBody(parts) if is_async else _Body(parts)
    return StreamingHttpResponse(body, content_type=content_type)


def csv_parts(columns: Sequence[str], rows: Rows) -> Made:
    """The parts of a CSV file, headings first."""
    yield (BOM + _line(columns)).encode()
    following = iter(rows)
    while part := "".join(_line(row) for row in islice(following, ROWS_A_PART)):
        yield part.encode()


class _Parts:
    """A generator that lives in one thread, from its first part to its end."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._made = make()
        self._is_closed = False
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="export")

    def next(self) -> bytes | None:
        """The next part; empty where there is none yet, None at the end."""
        return next(self._made, None)

    def close(self) -> None:
        """End the generator, its transaction and its connection, in its own thread."""
        if not self._is_closed:
            self._is_closed = True
            self.thread.submit(self._end)
            self.thread.shutdown(wait=False)

    def _end(self) -> None:
        try:
            self._made.close()  # type: ignore[attr-defined]
        finally:
            connections.close_all()


class _Body:
    """The parts for a server that waits for each."""

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        while (part := self._parts.thread.submit(self._parts.next).result()) is not None:
            if part:
                yield part
        self.close()

    def close(self) -> None:
        self._parts.close()


class _AsyncBody:
    """The parts for an event loop, which does other things while each is made."""

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        try:
            while True:
                part = await loop.run_in_executor(self._parts.thread, self._parts.next)
                if part is None:
                    return
                if part:
                    yield part
        finally:
            self.close()

    def close(self) -> None:
        self._parts.close()


def _limited(scope: Scope, make: Callable[[], Made]) -> Made:
    """Parts made while the database shows only these areas, when it is one's turn."""
    if not _turns.acquire(timeout=WAIT_FOR_TURN_S):
        raise TooManyExports("Other exports are running: try again in a few minutes.")
    try:
        with transaction.atomic(durable=True):
            people.limit_database(scope=scope)
            yield from make()
    finally:
        _turns.release()


def _line(row: Sequence[object]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow([cell_text(value) for value in row])
    return made.getvalue()


def _xlsx(columns: Sequence[str], rows: Rows) -> Made:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = xlsxwriter.Workbook(file.name, _AS_IT_IS)
        following = iter(rows)
        part = list(islice(following, ROWS_A_PART))
        while True:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, [harmless(title) for title in columns])
            line = 0
            while part and line + len(part) <= EXCEL_HOLDS:
                for row in part:
                    line += 1
                    _write(sheet, line, row)
                part = list(islice(following, ROWS_A_PART))
                yield b""
            if not part:
                break
        book.close()
        while block := file.read(BYTES_A_PART):
            yield block


def _write(sheet: Any, line: int, row: Sequence[object]) -> None:
    """Amounts as numbers, everything else as text: numbers of consumers are texts."""
    for column, value in enumerate(row):
        if isinstance(value, int | Decimal):
            sheet.write_number(line, column, value)
        elif value is not None:
            sheet.write_string(line, column, cell_text(value))


def _named(response: Answer, name: str) -> Answer:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
