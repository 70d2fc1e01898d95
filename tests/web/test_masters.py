"""Imports and exports as people meet them on the desk."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from bijlighar.clock import clock
from bijlighar.flow.take_in_masters import take_in_part
from bijlighar.masters import service as masters
from bijlighar.masters.service import EXPORTS
from bijlighar.people.values import Role
from tests.cast import connect, grid_of_cast
from tests.masters.files import CONNECTIONS, as_csv
from tests.masters.files import connection as row
from tests.signing_in import add_staff, client_of

NEW = "/desk/masters/imports/new/"


@pytest.fixture
def ids(committed_db) -> dict[str, int]:
    return grid_of_cast()


@pytest.fixture
def operator(ids):
    return client_of(add_staff("operator", (Role.DATA_CENTRE_OPERATOR, ids["D1"])))


def upload(client, content: bytes, *, kind: str = "connections", name: str = "homes.csv"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(NEW, {"kind": kind, "file": file})


def work_through() -> None:
    """What the worker would do by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, (args->>'import_id')::bigint from procrastinate_jobs"
            " where status = 'todo' order by id"
        )
        jobs = cursor.fetchall()
        cursor.execute("update procrastinate_jobs set status = 'succeeded'")
    for name, import_id in jobs:
        if name == "flow.check_import":
            masters.check(import_id=import_id, now=clock.now())
        else:
            while take_in_part(import_id=import_id, now=clock.now()):
                pass


def mapped(client, address: str):
    """The columns as they were recognised."""
    page = client.get(address).content.decode()
    assert "What the columns are" in page
    keys = "number name_en name_hi mobile language category load mode from_day transformer"
    fields = {f"column-{place}": key for place, key in enumerate(keys.split())}
    return client.post(f"{address}columns/", fields)


def test_a_file_goes_all_the_way_in(operator):
    rows = [row(1), row(2), row(3, **{"Mobile number": "12"})]
    answer = upload(operator, as_csv(CONNECTIONS, rows))
    assert answer.status_code == 302, answer.content.decode()
    address = answer.headers["Location"]
    assert mapped(operator, address).status_code == 302
    page = operator.get(address).content.decode()
    assert "Being tried" in page
    assert 'hx-trigger="every 1s"' in page
    work_through()
    page = operator.get(f"{address}live/").content.decode()
    assert "<html" not in page
    assert "“12” is not a mobile number, such as 98765 43210." in page
    assert "Take only the 2 good rows in" in page
    assert operator.post(f"{address}take/", {"rows": "all"}).status_code == 409
    assert operator.post(f"{address}take/", {"rows": "good"}).status_code == 302
    work_through()
    page = operator.get(address).content.decode()
    assert "The good rows are in." in page
    assert "homes.csv" in operator.get("/desk/masters/imports/").content.decode()


def test_every_error_can_be_had_as_csv(operator):
    rows = [row(number, **{"Mobile number": "=1+1"}) for number in range(1, 61)]
    address = upload(operator, as_csv(CONNECTIONS, rows)).headers["Location"]
    mapped(operator, address)
    work_through()
    answer = operator.get(f"{address}errors.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 61
    assert lines[1].startswith("2,Mobile number,")
    assert lines[1].endswith(",'=1+1")


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "The file is empty"),
        (b"Name,Mobile\n", "holds no rows below its headings"),
        (
            "Name,Mobile\n\u0906\u0936\u093e,1\nJos\xe9,2".encode("utf-16-le")[:-1],
            "encoding",
        ),
        (b"Name,Mobile\nAsha,1\nJos\xe9,2\n", "Line 3 is in an old encoding"),
        ("Name,आधार संख्या\nAsha,1\n".encode(), "Aadhaar numbers are never taken in"),
        (b"Name,Aadhar No.\nAsha,1\n", "Aadhaar numbers are never taken in"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "workbook of an old kind"),
        (b"PK\x03\x04" + b"x" * 99, "cannot be read as a table"),
        (b"Name,,Mobile\nAsha,,1\n", "does not name every column"),
        ((",".join(f"c{n}" for n in range(61)) + "\n1\n").encode(), "more than 60 columns"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence(operator, content, says):
    answer = upload(operator, content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from masters_filepart")
        assert cursor.fetchone() == (0,)


def test_the_same_file_leads_to_the_first(operator):
    content = as_csv(CONNECTIONS, [row(1)])
    address = upload(operator, content).headers["Location"]
    answer = upload(operator, content)
    assert answer.status_code == 422
    assert f'href="{address}"' in answer.content.decode()


def test_a_missing_column_is_named(operator):
    address = upload(operator, as_csv(CONNECTIONS, [row(1)])).headers["Location"]
    answer = operator.post(f"{address}columns/", {"column-1": "name_en"})
    assert answer.status_code == 422
    assert "No column is “Consumer number”" in answer.content.decode()


def test_an_import_is_cancelled(operator):
    address = upload(operator, as_csv(CONNECTIONS, [row(1)])).headers["Location"]
    assert operator.post(f"{address}cancel/").status_code == 302
    assert "Cancelled" in operator.get(address).content.decode()
    assert operator.post(f"{address}cancel/").status_code == 409


def test_an_import_of_another_area_is_not_found(operator, ids):
    address = upload(operator, as_csv(CONNECTIONS, [row(1)])).headers["Location"]
    other = client_of(add_staff("other", (Role.DATA_CENTRE_OPERATOR, ids["D2"])))
    for path in (address, f"{address}live/", f"{address}errors.csv"):
        assert other.get(path).status_code == 404
    for step in ("columns", "take", "cancel"):
        assert other.post(f"{address}{step}/").status_code == 404


def test_who_may_not_import_sees_no_imports(ids):
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))
    assert clerk.get("/desk/masters/imports/").status_code == 403
    assert upload(clerk, as_csv(CONNECTIONS, [row(1)])).status_code == 403


def test_an_empty_file_with_the_headings_is_recognised_as_it_is(operator):
    made = operator.get("/desk/masters/imports/templates/connections.csv")
    headings = made.content.decode("utf-8-sig").strip().split(",")
    from bijlighar.masters.columns import FIELDS, recognised
    from bijlighar.masters.values import ImportKind

    assert recognised(kind=ImportKind.CONNECTIONS, headings=headings) == tuple(
        field.key for field in FIELDS[ImportKind.CONNECTIONS]
    )
    assert operator.get("/desk/masters/imports/templates/else.csv").status_code == 404


def lines_of(answer) -> list[list[str]]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def engineer(ids, area: str = "D1", role: Role = Role.EXECUTIVE_ENGINEER):
    login = f"{role.value}-{area}".replace("_", "-").lower()
    return client_of(add_staff(login, (role, ids[area])))


EXPORT = "/desk/masters/exports/"


def test_every_table_can_be_exported_in_both_forms(ids):
    connect("Asha", "Balram")
    client = engineer(ids)
    page = client.get(EXPORT).content.decode()
    assert "Daily registers" in page
    for name, one in EXPORTS.items():
        month = "?month=2026-03" if one.is_monthly else ""
        assert f"{EXPORT}{name}.csv" in page
        lines = lines_of(client.get(f"{EXPORT}{name}.csv{month}"))
        assert len(lines[0]) == len(one.titles)
        assert {len(line) for line in lines} == {len(one.titles)}
        book = b"".join(client.get(f"{EXPORT}{name}.xlsx{month}").streaming_content)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
        assert len(list(sheet.iter_rows())) == len(lines)
        if name in ("connections", "meters", "registers", "staff", "grid"):
            assert len(lines) > 1, name


def test_an_export_holds_the_rows_of_its_own_areas_only(ids):
    connect("Asha", "Balram")
    assert len(lines_of(engineer(ids).get(f"{EXPORT}connections.csv"))) == 3
    assert len(lines_of(engineer(ids, "D2").get(f"{EXPORT}connections.csv"))) == 1


def test_mobile_numbers_and_amounts_are_for_those_who_may_see_them(ids):
    connect("Asha")
    (line,) = lines_of(engineer(ids).get(f"{EXPORT}connections.csv"))[1:]
    assert (line[3], line[12]) == ("'+919876500001", "500.00")
    operator = engineer(ids, role=Role.DATA_CENTRE_OPERATOR)
    (line,) = lines_of(operator.get(f"{EXPORT}connections.csv"))[1:]
    assert (line[3], line[12]) == ("••••••0001", "")
    assert operator.get(f"{EXPORT}charges.csv?month=2026-04").status_code == 404
    assert "Charges by day" not in operator.get(EXPORT).content.decode()


def test_an_export_is_in_the_audit_trail(ids):
    connect("Asha")
    lines_of(engineer(ids).get(f"{EXPORT}registers.csv?month=2026-03"))
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload::jsonb->'after' from people_auditrecord"
            " where action = 'masters.exported'"
        )
        (told,) = cursor.fetchone()
    held = told if isinstance(told, dict) else json.loads(told)
    assert held["rows"] == 1
    assert held["filter"] == "month=2026-03"


@pytest.mark.parametrize("path", ["else.csv", "charges.csv", "charges.csv?month=2026-13"])
def test_there_is_no_other_export(ids, path):
    assert engineer(ids).get(EXPORT + path).status_code == 404


def test_who_may_not_export_gets_none(ids):
    clerk = engineer(ids, role=Role.HELP_DESK_CLERK)
    assert clerk.get(EXPORT).status_code == 403
    assert clerk.get(f"{EXPORT}connections.csv").status_code == 403
