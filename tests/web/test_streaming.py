"""Tables as files: harmless, in scope, audited, and ended when the client goes."""

from __future__ import annotations

import asyncio
import csv
import io
import threading
from decimal import Decimal
from itertools import count

import pytest
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.db import connection, transaction
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel.spreadsheet import as_it_was, harmless
from bijlighar.people.values import Right, Role
from bijlighar.web import streaming
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, viewer


@pytest.fixture
def ids(committed_db) -> dict[str, int]:
    return grid_of_cast()


def request_of(ids, role=Role.EXECUTIVE_ENGINEER, area="D1", kind=RequestFactory):
    request = kind().get("/x/?q=a")
    request.viewer = viewer(add_staff("engineer", (role, ids[area])))
    request.reach = request.viewer.scope(Right.SEE_CONNECTION)
    return request


@given(st.text())
def test_a_text_that_went_out_comes_back_as_it_was(text):
    assert as_it_was(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_small_table_is_one_audited_file(ids):
    request = request_of(ids)
    with transaction.atomic():
        response = streaming.csv_of(
            request, ["Name", "₹"], [["=1+1", Decimal("-40.00")], ["आशा, देवी", None]]
        )
    text = response.content.decode()
    assert text == '\ufeffName,₹\r\n\'=1+1,-40.00\r\n"आशा, देवी",\r\n'
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload::jsonb from people_auditrecord"
            " where action = 'masters.exported'"
        )
        ((told,),) = cursor.fetchall()
    assert '"filter": "q=a"' in str(told).replace("'", '"')
    assert '"rows": 2' in str(told).replace("'", '"')


def test_who_may_not_export_gets_no_file(ids):
    request = request_of(ids, role=Role.HELP_DESK_CLERK)
    with pytest.raises(PermissionDenied), transaction.atomic():
        streaming.csv_of(request, ["Name"], [["a"]])


def read_numbers():
    with connection.chunked_cursor() as cursor:
        cursor.execute("select consumer_number from connections_consumer order by 1")
        while rows := cursor.fetchmany(1):
            yield from rows


@pytest.mark.parametrize("area, held", [("D1", 2), ("D2", 0)])
def test_a_long_table_is_read_in_the_areas_of_whoever_asked(ids, area, held):
    connect("Asha", "Balram")
    response = streaming.csv_stream(
        request_of(ids, area=area), ["Number"], read_numbers, name="x"
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 1 + held


def test_an_excel_file_says_the_same(ids):
    from python_calamine import CalamineWorkbook

    response = streaming.xlsx_stream(
        request_of(ids),
        ["Number", "₹"],
        lambda: [["0012", Decimal("1.50")], ["=1", 7]],
        name="x",
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    assert book.get_sheet_by_index(0).to_python() == [
        ["Number", "₹"],
        ["0012", 1.5],
        ["'=1", 7],
    ]


def test_parts_are_made_as_they_are_taken_and_no_longer_when_the_client_goes(ids):
    made, ended = [], threading.Event()

    def endless():
        try:
            for number in count():
                made.append(number)
                yield [number]
        finally:
            ended.set()

    request = ASGIRequest(
        {"type": "http", "method": "GET", "path": "/", "headers": []}, io.BytesIO()
    )
    request.viewer = None
    request.reach = request_of(ids).reach

    async def take_two() -> None:
        response = streaming.csv_stream(request, ["n"], endless, name="x")
        assert response.is_async
        parts = aiter(response.streaming_content)
        await anext(parts)
        await anext(parts)
        await parts.aclose()
        response.close()

    asyncio.run(take_two())
    assert ended.wait(10)
    assert len(made) <= 2 * streaming.ROWS_A_PART
