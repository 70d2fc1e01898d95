"""A file's bytes made into rows of text: CSV in its usual encodings, and XLSX.

Nothing is guessed: text that is neither UTF-8 nor UTF-16 is refused with its line, since
every byte of an old code page would decode to *something*. A workbook is looked through
before it is opened, because a few kilobytes can claim to hold the whole of a sheet.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from bijlighar.kernel.errors import BijligharError
from bijlighar.masters.columns import MOST_COLUMNS, names_identity
from bijlighar.masters.values import Wrong

MOST_BYTES = 100 * 1024 * 1024
MOST_WORKBOOK_BYTES = 25 * 1024 * 1024
MOST_UNPACKED_BYTES = 400 * 1024 * 1024
MOST_ENTRIES = 1_000
MOST_ROWS = 1_000_000
"""Of one file, without its headings."""
LONGEST_CELL = 4_000
A_READ = 1024 * 1024
XLSX = "xlsx"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPOT = re.compile(rb"""[\s<]r\s*=\s*["']([^"']{0,40})""")
_CELL_SPOT = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})")
_LENGTH = re.compile(rb"[0-9]*\.?[0-9]*")
_EXACT = 2**53

Rows = Iterator[tuple[int, list[str]]]
"""(number as a spreadsheet has it, cells); rows with nothing in them are left out."""

UNREADABLE = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
)
"""What Python's zip reader raises at a workbook that is none, or no longer one."""


class FileRefused(BijligharError):
    """The file cannot be taken in; `wrong` and `other` say why and where."""

    def __init__(self, wrong: Wrong, other: str = "") -> None:
        super().__init__(f"The file was refused: {wrong.value} {other}".strip())
        self.wrong = wrong
        self.other = other


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a file after a first look."""

    encoding: str
    headings: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    """Some rows below the headings."""
    rows: int
    """About how many; a CSV's lines."""


def known(file: BinaryIO, *, examples: int) -> Known:
    """Look a file through: its encoding, headings and first rows. Raises FileRefused."""
    start = file.read(8)
    file.seek(0)
    if not start:
        raise FileRefused(Wrong.EMPTY_FILE)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(Wrong.OLD_EXCEL)
    if start.startswith(b"PK\x03\x04"):
        encoding, rows = XLSX, _look_through(file)
    else:
        encoding, rows = _encoding(file)
    file.seek(0)
    found = rows_of(file, encoding)
    headings = _headings(found)
    shown: list[tuple[str, ...]] = []
    for _, cells in found:
        if len(shown) == examples:
            break
        shown.append(tuple(cells))
    if not shown:
        raise FileRefused(Wrong.EMPTY_FILE)
    return Known(encoding=encoding, headings=headings, examples=tuple(shown), rows=rows)


def rows_of(file: BinaryIO, encoding: str) -> Rows:
    """The rows of a file, the headings first. Raises FileRefused."""
    return _workbook_rows(file) if encoding == XLSX else _csv_rows(file, encoding)


def insist_on_ending(*, file_name: str, encoding: str) -> None:
    """The name says the kind that the content has. Raises FileRefused.

    Source: ASVS 5.0 item 5.2.2.
    """
    endings = (".xlsx",) if encoding == XLSX else (".csv", ".txt", ".tsv")
    if not file_name.lower().endswith(endings):
        raise FileRefused(Wrong.OTHER_ENDING)


class PartsFile(io.RawIOBase):
    """Bytes that come in parts, read as a file."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if not self._left:
            self._left = next(self._parts, b"")
        given, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def _headings(found: Rows) -> tuple[str, ...]:
    _, cells = next(found, (0, []))
    headings = [" ".join(cell.split()) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) < 2 or not all(headings):
        raise FileRefused(Wrong.NO_HEADINGS)
    if len(headings) > MOST_COLUMNS:
        raise FileRefused(Wrong.TOO_MANY_COLUMNS, str(MOST_COLUMNS))
    for heading in headings:
        if names_identity(heading):
            raise FileRefused(Wrong.IDENTITY_COLUMN, heading[:60])
    return tuple(headings)


# CSV


def _encoding(file: BinaryIO) -> tuple[str, int]:
    """The encoding in which the whole file is text, and how many lines it has."""
    start = file.read(4096)
    file.seek(0)
    encoding = next((name for bom, name in _BOMS if start.startswith(bom)), "")
    if not encoding:
        pairs = max(len(start) // 2, 1)
        if start[1::2].count(0) > pairs // 3:
            encoding = "utf-16-le"
        elif start[0::2].count(0) > pairs // 3:
            encoding = "utf-16-be"
        else:
            encoding = "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = 0
    while True:
        block = file.read(A_READ)
        try:
            lines += decoder.decode(block, final=not block).count("\n")
        except UnicodeDecodeError as error:
            line = 1 + lines + error.object[: error.start].count(b"\n")
            raise FileRefused(Wrong.NOT_UTF8, str(line)) from error
        if not block:
            return encoding, lines


def _csv_rows(file: BinaryIO, encoding: str) -> Rows:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    csv.field_size_limit(LONGEST_CELL)
    first = text.readline(1_000_000)
    delimiter = max(",;\t|", key=first.count)
    try:
        for number, cells in enumerate(
            csv.reader(_lines(first, text), delimiter=delimiter), start=1
        ):
            if any(cells) and not all(cell.isspace() or not cell for cell in cells):
                _not_too_many(number)
                yield number, cells
    except csv.Error as error:
        raise FileRefused(Wrong.NO_TABLE) from error
    finally:
        text.detach()


def _lines(first: str, text: io.TextIOWrapper) -> Iterator[str]:
    yield first
    while line := text.readline(1_000_000):
        yield line


def _not_too_many(number: int) -> None:
    if number > MOST_ROWS + 1:
        raise FileRefused(Wrong.TOO_MANY_ROWS, str(MOST_ROWS))


# XLSX


def _look_through(file: BinaryIO) -> int:
    """Unpack a workbook into nothing, measuring it; about how many rows it has."""
    try:
        with zipfile.ZipFile(file) as book:
            entries = book.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED_BYTES:
                raise FileRefused(Wrong.SWOLLEN)
            return max((_rows_in(book, entry) for entry in entries), default=0)
    except UNREADABLE as error:
        raise FileRefused(Wrong.NO_TABLE) from error


def _rows_in(book: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """The greatest row that one part of a workbook names.

    Reading to the end compares the checksum: the size that the entry claims is true then.
    """
    greatest, kept = 0, b""
    columns: set[bytes] = set()
    with book.open(entry) as part:
        while block := part.read(A_READ):
            held = kept + block
            kept = held[-64:]
            for spot in _SPOT.findall(held):
                found = _CELL_SPOT.fullmatch(spot)
                if found is not None:
                    columns.add(found.group(1).upper())
                    greatest = max(greatest, int(found.group(2)))
                elif not _LENGTH.fullmatch(spot):
                    raise FileRefused(Wrong.NO_TABLE)
    if any(_column(name) > MOST_COLUMNS for name in columns):
        raise FileRefused(Wrong.TOO_MANY_COLUMNS, str(MOST_COLUMNS))
    _not_too_many(greatest)
    return greatest


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _workbook_rows(file: BinaryIO) -> Rows:
    content = file if file.seekable() else io.BytesIO(file.read())
    try:
        book = CalamineWorkbook.from_filelike(content)
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        ]
        if not names:
            raise FileRefused(Wrong.NO_TABLE)
        sheet = book.get_sheet_by_name(names[0])
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise FileRefused(Wrong.NO_TABLE) from error
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        held = [_as_text(cell) for cell in cells]
        if any(cell and not cell.isspace() for cell in held):
            yield number, held


def _as_text(cell: object) -> str:
    """A cell of a workbook as a CSV file would hold it."""
    if isinstance(cell, str):
        return cell[:LONGEST_CELL]
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def trimmed(cells: Sequence[str], width: int) -> list[str]:
    """A row without the empty cells that spreadsheets add beyond the headings."""
    held = list(cells)
    while len(held) > width and (not held[-1] or held[-1].isspace()):
        held.pop()
    return held
