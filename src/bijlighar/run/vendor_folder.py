"""A folder into which a vendor's head-end puts CSV files of readings.

    DIR/*.csv       what came; write elsewhere and rename it in
    DIR/taking/     what is being taken in
    DIR/done/       what was taken in, each with its report beside it
    DIR/refused/    what is no such file, each with its report beside it

A file is taken by renaming it, which one process can do only. Rows are taken in parts, each
a transaction; a file on which the process died is read again from its start, and what was
kept is known. Only then are the report written, the file noted by its hash, and moved.
"""

from __future__ import annotations

import codecs
import csv
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import IO

import structlog
from django.db import transaction

from bijlighar.flow.hear_vendor import hear_vendor
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.spreadsheet import harmless
from bijlighar.vendors import service as vendors
from bijlighar.vendors.values import Offered, Refusal, Taken, Vendor

log = structlog.get_logger()

COLUMNS = ("meter_serial", "reading_type", "timestamp", "value")
QUALITY = "quality"
REPORT = ("row", "meter_serial", "code", "reason")
ROWS_AT_ONCE = 2_000
MOST_BYTES = 500 * 1024 * 1024
LONGEST_CELL = 200
FILES_A_ROUND = 1_000
_CHUNK = 1024 * 1024


class FolderTaken(BijligharError):
    """Another process watches this folder."""


class _Refused(Exception):
    """A file that is no file of readings."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDone:
    """What became of one file."""

    path: Path
    report: Path
    rows: int
    taken: int
    known: int
    refused: int


@contextmanager
def watching(folder: Path) -> Iterator[None]:
    """Be the only process that takes files from a folder. Raises FolderTaken."""
    for name in ("taking", "done", "refused"):
        (folder / name).mkdir(exist_ok=True)
    with (folder / ".watching").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderTaken(f"Another process watches {folder} already.") from None
        yield


def take_files(
    *, folder: Path, vendor: Vendor, ask_time: Callable[[], datetime]
) -> Iterator[FileDone]:
    """Take in what lies in a folder now; first what a process before died over."""
    for path in _files(folder / "taking"):
        yield _take(path, folder, vendor, ask_time)
    for path in _files(folder):
        taking = folder / "taking" / path.name
        try:
            path.rename(taking)
        except FileNotFoundError:
            continue  # Whoever put it here took it back.
        yield _take(taking, folder, vendor, ask_time)


def _files(folder: Path) -> list[Path]:
    """The regular CSV files of a folder by name; never what a link points to."""
    found = (
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv"
        and not path.name.startswith(".")
        and stat.S_ISREG(path.lstat().st_mode)
    )
    return sorted(islice(found, FILES_A_ROUND))


def _take(
    path: Path, folder: Path, vendor: Vendor, ask_time: Callable[[], datetime]
) -> FileDone:
    """Take one file in, or refuse it as a whole, and leave its report beside it."""
    content_hash = b""
    try:
        content_hash = _hash_of_text(path)
        done = _take_rows(path, folder, vendor, content_hash, ask_time)
    except _Refused as wrong:
        done = _refuse(path, folder, content_hash, wrong)
    log.info(
        "vendors.file.done",
        vendor=vendor.code,
        file=done.path.name,
        rows=done.rows,
        taken=done.taken,
        known=done.known,
        refused=done.refused,
    )
    return done


def _take_rows(
    path: Path,
    folder: Path,
    vendor: Vendor,
    content_hash: bytes,
    ask_time: Callable[[], datetime],
) -> FileDone:
    target, report = _places(path, folder / "done", content_hash)
    if (
        vendors.file_was_taken(vendor_id=vendor.vendor_id, content_hash=content_hash)
        and report.exists()
    ):
        # The process before died right before this, or the same file came again.
        path.replace(target)
        return FileDone(path=target, report=report, rows=0, taken=0, known=0, refused=0)
    rows = taken = known = refused = 0
    with path.open(encoding="utf-8-sig", newline="") as source, _written(report) as sheet:
        offered = _offered(source)
        while part := list(islice(offered, ROWS_AT_ONCE)):
            result = _take_part(part, vendor, ask_time())
            _tell(sheet, result.refusals)
            rows += len(part)
            taken += result.taken
            known += result.known
            refused += len(result.refusals)
        summary = f"{rows} rows: {taken} taken, {known} known before, {refused} refused."
        _row(sheet, "", "", "summary", summary)
    with transaction.atomic(durable=True):
        vendors.keep_file(
            vendor_id=vendor.vendor_id,
            content_hash=content_hash,
            name=path.name[:200],
            taken=taken,
            known=known,
            refused=refused,
            now=ask_time(),
        )
    path.replace(target)
    return FileDone(
        path=target, report=report, rows=rows, taken=taken, known=known, refused=refused
    )


def _take_part(part: list[Offered], vendor: Vendor, now: datetime) -> Taken:
    with transaction.atomic(durable=True):
        return hear_vendor(offered=part, vendor_id=vendor.vendor_id, scope=None, now=now)


def _refuse(path: Path, folder: Path, content_hash: bytes, wrong: _Refused) -> FileDone:
    target, report = _places(path, folder / "refused", content_hash)
    with _written(report) as sheet:
        _row(sheet, "", "", wrong.code, str(wrong))
    path.replace(target)
    return FileDone(path=target, report=report, rows=0, taken=0, known=0, refused=0)


def _offered(source: IO[str]) -> Iterator[Offered]:
    """The rows of a file; the first row, with the headings, is row 1. Raises _Refused."""
    reader = csv.reader(source, strict=True)
    headings = [name.strip().lower() for name in next(_rows(reader), [])]
    missing = [name for name in COLUMNS if name not in headings]
    if missing:
        raise _Refused(
            "wrong_headings",
            f"The first row must name {', '.join(COLUMNS)}; missing: {', '.join(missing)}.",
        )
    at = {name: headings.index(name) for name in (*COLUMNS, QUALITY) if name in headings}
    for number, row in enumerate(_rows(reader), 2):
        if not any(row):
            continue
        cells = {
            name: row[index].strip() if index < len(row) else ""
            for name, index in at.items()
        }
        if max(map(len, cells.values())) > LONGEST_CELL:
            cells = dict.fromkeys(cells, "")
        yield Offered(
            place=str(number),
            meter_serial=cells["meter_serial"],
            reading_type=cells["reading_type"],
            stamped=cells["timestamp"],
            value=cells["value"],
            qualities=tuple(cells.get(QUALITY, "").split()),
        )


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Row after row; one that cannot be read is a row of one strange cell."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield ["?"]


def _hash_of_text(path: Path) -> bytes:
    """SHA-256 of a file, all of which is UTF-8 and of a bearable size. Raises _Refused."""
    if path.stat().st_size > MOST_BYTES:
        raise _Refused("too_large", f"A file is at most {MOST_BYTES // 2**20} MB.")
    digest = sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as source:
        try:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise _Refused("not_utf8", "The file is not text in UTF-8.") from None
    return digest.digest()


def _places(path: Path, folder: Path, content_hash: bytes) -> tuple[Path, Path]:
    """Where a file and its report go; files of one name and other content stay apart."""
    mark = content_hash.hex()[:12] or f"{path.stat().st_size}-{path.stat().st_mtime_ns}"
    target = folder / f"{path.stem}.{mark}.csv"
    return target, target.with_suffix(".report.csv")


@contextmanager
def _written(report: Path) -> Iterator[IO[str]]:
    """A report that is there whole, or not at all."""
    part = report.with_name(f".{report.name}.part")
    with part.open("w", encoding="utf-8-sig", newline="") as sheet:
        csv.writer(sheet).writerow(REPORT)
        yield sheet
        sheet.flush()
        os.fsync(sheet.fileno())
    part.replace(report)


def _tell(sheet: IO[str], refusals: tuple[Refusal, ...]) -> None:
    for one in sorted(refusals, key=lambda refusal: int(refusal.place)):
        _row(sheet, one.place, one.meter_serial, one.code.value, one.reason)


def _row(sheet: IO[str], *cells: str) -> None:
    csv.writer(sheet).writerow([harmless(cell) for cell in cells])
