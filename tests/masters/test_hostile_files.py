"""Files that are not what they say, or far more than they seem: refused and not kept."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.db import connection

from bijlighar.masters import files, service
from bijlighar.masters.service import FileRefused
from bijlighar.masters.values import ImportKind, Wrong
from bijlighar.people.values import Viewer
from tests.cast import grid_of_cast
from tests.masters.files import operator, uploaded

TABLE = b"Name,Mobile\nAsha,9876500001\n"

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def by(db: None) -> Viewer:
    return operator(grid_of_cast()["D1"])


def refused(by: Viewer, content: bytes, *, name: str = "a.csv") -> Wrong:
    with pytest.raises(FileRefused) as told:
        uploaded(by, ImportKind.CONSUMERS, content, name=name)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from masters_filepart")
        assert cursor.fetchone() == (0,)
    return told.value.wrong


def workbook(**entries: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in entries.items():
            book.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("name", ["a.xlsx", "a.exe", "a.csv.html", "a", " ", ".csv/"])
def test_a_table_has_the_name_of_a_table(by, name):
    assert refused(by, TABLE, name=name) is Wrong.OTHER_ENDING


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "names of my homes.txt", "क.tsv"])
def test_a_name_may_be_written_as_people_write_names(by, name):
    assert uploaded(by, ImportKind.CONSUMERS, TABLE, name=name)


def test_a_name_is_no_path_and_stays_a_text(by):
    import_id = uploaded(by, ImportKind.CONSUMERS, TABLE, name="../../etc/<b>passwd.csv")
    with connection.cursor() as cursor:
        cursor.execute("select file_name from masters_import where id = %s", [import_id])
        assert cursor.fetchone() == ("../../etc/<b>passwd.csv",)


def test_a_workbook_with_too_many_parts_is_refused(by):
    held = {f"xl/{number}.xml": b"" for number in range(files.MOST_ENTRIES + 1)}
    assert refused(by, workbook(**held), name="a.xlsx") is Wrong.SWOLLEN


def test_a_workbook_that_unpacks_to_more_than_it_may_is_refused(by, monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED_BYTES", 1_000_000)
    bomb = workbook(**{"xl/worksheets/sheet1.xml": b"0" * 1_000_001})
    assert len(bomb) < 5_000
    assert refused(by, bomb, name="a.xlsx") is Wrong.SWOLLEN


def test_a_workbook_that_lies_about_its_size_is_refused(by):
    honest = workbook(**{"xl/worksheets/sheet1.xml": b"0" * 1_000_000})
    size = (1_000_000).to_bytes(4, "little")
    lying = honest.replace(size, (10).to_bytes(4, "little"))
    assert lying != honest
    assert refused(by, lying, name="a.xlsx") is Wrong.NO_TABLE


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/cron.d/evil", "xl/../../../x"])
def test_paths_inside_a_workbook_lead_nowhere(by, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(by, workbook(**{name: b"<a/>"}), name="a.xlsx") is Wrong.NO_TABLE
    assert list(tmp_path.iterdir()) == []


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">'
    b'<!ENTITY y "yyyyyyyyyy"><!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;">]>'
)


def test_a_workbooks_entities_are_not_looked_up(by):
    book = workbook(
        **{
            "[Content_Types].xml": ENTITIES + b"<Types>&x;</Types>",
            "xl/workbook.xml": ENTITIES + b"<workbook><sheets>&x;&z;</sheets></workbook>",
        }
    )
    assert refused(by, book, name="a.xlsx") in {Wrong.NO_TABLE, Wrong.EMPTY_FILE}


@pytest.mark.parametrize(
    ("limit", "content", "name"),
    [
        ("MOST_BYTES", TABLE * 40, "a.csv"),
        ("MOST_WORKBOOK_BYTES", None, "a.xlsx"),
    ],
)
def test_a_file_that_is_too_large_is_refused(by, monkeypatch, limit, content, name):
    monkeypatch.setattr(service.files, limit, 1_000)
    if content is None:
        content = _some_workbook()
    assert len(content) > 1_000
    assert refused(by, content, name=name) is Wrong.TOO_BIG


def _some_workbook() -> bytes:
    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, cells in enumerate([("Name", "Mobile"), ("Asha", "9876500001")]):
        sheet.write_row(number, 0, cells)
    book.close()
    return made.getvalue()
