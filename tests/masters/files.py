"""Files as offices send them, and the steps of an import one after another."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import xlsxwriter

from bijlighar.flow.take_in_masters import take_in_part
from bijlighar.kernel.ist import day_starts
from bijlighar.masters import service as masters
from bijlighar.masters.values import ImportKind
from bijlighar.people.values import Right, Role, Viewer
from tests.cast import STARTS_ON
from tests.signing_in import add_staff, viewer

NOW = day_starts(STARTS_ON.replace(month=5))

CONNECTIONS = (
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
METERS = ("Meter serial", "System title", "Host", "Port", "Consumer number")
METERS += ("Installed on", "Initial register (kWh)")
GRID = ("Code", "Level", "Parent code", "Name (English)", "Name (Hindi)", "Opened on")
GRID += ("Latitude", "Longitude")


def connection(number: int, **changes: str) -> list[str]:
    """A good row of a file of connections, with some cells changed by heading."""
    row = {
        "Consumer number": f"{5_000_000_000 + number}",
        "Name (English)": f"Gita {number}",
        "Name (Hindi)": f"गीता {number}",
        "Mobile number": f"98{number:08d}",
        "Language": "Hindi",
        "Category": "LMV-1.10B",
        "Sanctioned load (kW)": "2",
        "Payment mode": "Prepaid",
        "From day": "03-04-2026",
        "Transformer code": "T1",
    }
    named = {heading: heading.split(" (")[0] for heading in row}
    for heading in row:
        for key in (heading, named[heading]):
            if key in changes:
                row[heading] = changes[key]
    return list(row.values())


def meter(number: int, **changes: str) -> list[str]:
    """A good row of a file of meters for `connection(number)`."""
    row = {
        "Meter serial": f"GEN{number:05d}",
        "System title": f"{0x474F4E0000000000 + number:016X}",
        "Host": "10.0.0.1",
        "Port": f"{10_000 + number}",
        "Consumer number": f"{5_000_000_000 + number}",
        "Installed on": "2026-04-05",
        "Initial register (kWh)": "12.345",
    }
    return list((row | changes).values())


def as_csv(headings, rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows([headings, *rows])
    return made.getvalue().encode(encoding)


def as_xlsx(headings, rows) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for line, row in enumerate([headings, *rows]):
        for place, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(line, place, cell, day)
            else:
                sheet.write(line, place, cell)
    book.close()
    return made.getvalue()


def operator(area_id: int, login: str = "operator") -> Viewer:
    """Somebody of the data centre who may import below an area."""
    starts_at = day_starts(STARTS_ON)
    staff_id = add_staff(login, (Role.DATA_CENTRE_OPERATOR, area_id), now=starts_at)
    return viewer(staff_id, now=NOW)


def uploaded(by: Viewer, kind: ImportKind, content: bytes, *, name: str = "") -> int:
    return masters.upload(
        kind=kind,
        file_name=name or ("a.xlsx" if content.startswith(b"PK") else "a.csv"),
        content=io.BytesIO(content),
        by=by,
        scope=by.scope(Right.IMPORT),
        now=NOW,
    )


def checked(by: Viewer, kind: ImportKind, content: bytes):
    """The import after its dry run, the columns as recognised."""
    import_id = uploaded(by, kind, content)
    scope = by.scope(Right.IMPORT)
    held = masters.import_of(import_id=import_id, scope=scope)
    masters.map_columns(
        import_id=import_id,
        fields=[heading.field for heading in held.headings],
        by=by,
        scope=scope,
        now=NOW,
    )
    masters.check(import_id=import_id, now=NOW)
    return masters.import_of(import_id=import_id, scope=scope)


def faults(by: Viewer, import_id: int):
    scope = by.scope(Right.IMPORT)
    return [
        fault
        for _, fault in masters.faults_of(import_id=import_id, scope=scope, limit=1000)
    ]


def taken(by: Viewer, import_id: int, *, with_faults: bool = False):
    """The import after its good rows were taken in."""
    scope = by.scope(Right.IMPORT)
    masters.take_in(
        import_id=import_id, with_faults=with_faults, by=by, scope=scope, now=NOW
    )
    while take_in_part(import_id=import_id, now=NOW):
        pass
    return masters.import_of(import_id=import_id, scope=scope)


def brought_in(by: Viewer, kind: ImportKind, content: bytes, *, with_faults: bool = False):
    """A file all the way in."""
    held = checked(by, kind, content)
    return taken(by, held.import_id, with_faults=with_faults)
