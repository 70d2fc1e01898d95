"""What goes out and comes back is the same, whatever people are called."""

from __future__ import annotations

from datetime import datetime
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bijlighar.kernel.spreadsheet import cell_text
from bijlighar.masters import cells
from bijlighar.masters import service as masters
from bijlighar.masters.values import Areas, ImportKind
from bijlighar.people.values import Right
from tests.cast import grid_of_cast
from tests.masters.files import (
    CONNECTIONS,
    as_csv,
    as_xlsx,
    brought_in,
    checked,
    faults,
    operator,
    taken,
)
from tests.masters.files import connection as row

LETTERS = "AbZ \"',;=+-@|\t\n०९अआकखगघशर्मािीुूेैोौंः़्\u200d()./&é"
FILES = count(1)
"""No two examples bring the same file."""
NAMES = st.text(alphabet=LETTERS, min_size=1, max_size=30).filter(str.strip)


def exported(by) -> tuple[list[str], list[list[str]]]:
    areas = tuple(by.scope(Right.IMPORT).areas)
    wanted = masters.EXPORTS["connections"]
    with transaction.atomic():
        found = masters.rows_of(
            export=wanted,
            areas=Areas(exported=areas, seen=areas, contact=areas, money=areas),
            month=None,
        )
        rows = [[cell_text(value) for value in one] for one in found]
    return [english for english, _ in wanted.titles], rows


@pytest.fixture
def by(committed_db):
    return operator(grid_of_cast()["D1"])


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_what_was_exported_is_unchanged_when_it_comes_in_again(by, names):
    """The dry run of an export finds every row known and none wrong."""
    start = 100 * next(FILES)
    rows = [
        row(start + n, **{"Name (English)": name, "Name (Hindi)": ""})
        for n, name in enumerate([*names, "Gita"])
    ]
    held = checked(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, rows))
    taken(by, held.import_id, with_faults=True)
    titles, out = exported(by)
    again = checked(by, ImportKind.CONNECTIONS, as_csv(titles, out))
    assert faults(by, again.import_id) == []
    assert again.rows_unchanged == again.rows_total == len(out)


@given(NAMES)
def test_a_name_is_read_the_same_a_second_time(name):
    try:
        once = cells.text(name)
    except cells.BadCell:
        return
    assert cells.text(once) == once


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_unicode_encoding_says_the_same(by, encoding):
    rows = [row(1, **{"Name (Hindi)": 'श्रीमती "गीता", देवी'})]
    content = as_csv(CONNECTIONS, rows, encoding=encoding)
    assert brought_in(by, ImportKind.CONNECTIONS, content).rows_taken == 1
    assert exported(by)[1][0][2] == 'श्रीमती "गीता", देवी'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_delimiter_is_understood(by, delimiter):
    content = as_csv(CONNECTIONS, [row(1)], delimiter=delimiter)
    assert brought_in(by, ImportKind.CONNECTIONS, content).rows_taken == 1


def test_a_workbook_says_the_same_with_its_own_numbers_and_days(by):
    first = row(1)
    first[0], first[3], first[6] = 5_000_000_001, 9_800_000_001, 1.5  # type: ignore[call-overload]
    first[8] = datetime(2026, 4, 3)  # type: ignore[call-overload]
    held = brought_in(by, ImportKind.CONNECTIONS, as_xlsx(CONNECTIONS, [first, row(2)]))
    assert held.rows_taken == 2
    out = exported(by)[1]
    assert out[0][:1] + out[0][3:4] + out[0][6:7] + out[0][8:9] == [
        "5000000001",
        "'+919800000001",
        "1.5",
        "2026-04-03",
    ]


def test_hindi_headings_digits_and_words_are_understood(by):
    titles = ("उपभोक्ता संख्या", "नाम", "मोबाइल नंबर", "श्रेणी", "स्वीकृत भार")
    titles += ("भुगतान का प्रकार", "किस दिन से", "ट्रांसफार्मर कोड")
    line = ["५०००००००७७", "गीता", "९८०००००००१", "LMV-1.10B", "२ किवा", "प्रीपेड"]
    content = as_csv(titles, [[*line, "०३-०४-२०२६", "T1"]])
    assert brought_in(by, ImportKind.CONNECTIONS, content).rows_taken == 1


def test_decomposed_devanagari_is_composed(by):
    brought_in(
        by,
        ImportKind.CONNECTIONS,
        as_csv(CONNECTIONS, [row(1, **{"Name (Hindi)": "ऩीलम  देवी"})]),
    )
    assert exported(by)[1][0][2] == "ऩीलम देवी"


@pytest.mark.parametrize(
    "cell, day",
    [
        ("03-04-2026", "2026-04-03"),
        ("3/4/2026", "2026-04-03"),
        ("03.04.2026", "2026-04-03"),
        ("2026-04-03", "2026-04-03"),
        ("2026-04-03 00:00:00", "2026-04-03"),
        ("46115", "2026-04-03"),
        ("46115.0", "2026-04-03"),
    ],
)
def test_days_are_read_as_offices_write_them(cell, day):
    assert cells.day(cell) == day


@pytest.mark.parametrize(
    "cell",
    ["98765 43210", "+91-98765-43210", "09876543210", "919876543210", "9876543210.0"],
)
def test_indian_mobile_numbers_become_e164(cell):
    assert cells.mobile(cell) == "+919876543210"


def test_a_number_of_another_country_stays_its_own():
    assert cells.mobile("+977 984-1234567") == "+9779841234567"


@pytest.mark.parametrize(
    "cell, wh", [("1,23,456.789", "123456789"), ("12,345", "12345000"), ("०", "0")]
)
def test_separators_of_thousands_are_understood(cell, wh):
    assert cells.register_wh(cell) == wh
