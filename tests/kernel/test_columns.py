"""Columns go to PostgreSQL and come back as they were, or are refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.kernel import columns
from bijlighar.kernel.columns import (
    Column,
    ColumnType,
    Constant,
    NoValue,
    copy_columns,
    fetch_columns,
)

pytestmark = pytest.mark.django_db

INT8, INT4, INT2 = ColumnType.INT8, ColumnType.INT4, ColumnType.INT2
BOOL, DATE, TEXT = ColumnType.BOOL, ColumnType.DATE, ColumnType.TEXT
TIMESTAMPTZ, INT8_ARRAY = ColumnType.TIMESTAMPTZ, ColumnType.INT8_ARRAY
TABLE = """
create temporary table held (
    place bigint, big bigint, four integer, two smallint, told boolean, day date,
    fixed bigint, few smallint, said boolean, since date, words text, at timestamptz,
    none text, many bigint[]
) on commit drop
"""
TOLD = {"place": INT8, "big": INT8, "four": INT4, "two": INT2, "told": BOOL, "day": DATE}
CONSTANTS = {
    "fixed": INT8,
    "few": INT2,
    "said": BOOL,
    "since": DATE,
    "words": TEXT,
    "at": TIMESTAMPTZ,
}
NOON = datetime(2026, 4, 7, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5.5)))
ONE = Column(of=INT8, values=np.array([1]))


def whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


ROWS = st.lists(
    st.tuples(whole(64), whole(32), whole(16), st.booleans(), st.dates()), max_size=9
)


def arrays_of(rows) -> dict[str, np.ndarray]:
    big, four, two, told, day = zip(*rows, strict=True) if rows else [()] * 5
    return {
        "place": np.arange(len(rows)),
        "big": np.array(big, dtype=np.int64),
        "four": np.array(four, dtype=np.int32),
        "two": np.array(two, dtype=np.int16),
        "told": np.array(told, dtype=np.bool_),
        "day": np.array(day, dtype="datetime64[D]"),
    }


def columns_of(rows) -> dict[str, Column]:
    return {
        name: Column(of=TOLD[name], values=values)
        for name, values in arrays_of(rows).items()
    }


def fetch(query: str, types, params=None):
    with connection.cursor() as cursor:
        return fetch_columns(cursor, query, types, params)


def everything() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("select * from held order by place")
        return cursor.fetchall()


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([1, 2, 100]))
def test_what_goes_in_as_columns_comes_back_the_same(rows, at_once):
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setattr(columns, "ROWS_AT_ONCE", at_once)
        cursor.execute(TABLE)
        copy_columns(cursor, "held", columns_of(rows))
        assert [row[1:6] for row in everything()] == rows
        back = fetch("select * from held order by place -- in order", TOLD)
        for name, values in arrays_of(rows).items():
            assert back[name].dtype == values.dtype
            assert back[name].tolist() == values.tolist()
        transaction.set_rollback(True)


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "fixed": whole(64) | st.none(),
            "few": whole(16),
            "said": st.booleans() | st.none(),
            "since": st.dates(),
            "words": st.text(
                st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
                max_size=9,
            ),
            "at": st.datetimes(
                datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
            ),
        }
    ),
    st.integers(1, 3),
    st.integers(0, 3),
)
def test_constants_and_arrays_stand_in_every_row(held, count, wide):
    given = {name: Constant(of=of, value=held[name]) for name, of in CONSTANTS.items()}
    many = np.arange(count * wide).reshape(count, wide) - 2
    given["none"] = Constant(of=TEXT, value=None)
    given["many"] = Column(of=INT8_ARRAY, values=many)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLE)
        copy_columns(cursor, "held", given)
        same = [held[name] for name in CONSTANTS]
        expected = [(*same, None, row) for row in many.tolist()]
        assert [row[6:] for row in everything()] == expected
        transaction.set_rollback(True)


def test_an_instant_is_the_same_by_any_clock():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLE)
        at = Constant(of=TIMESTAMPTZ, value=NOON)
        copy_columns(cursor, "held", {"place": ONE, "at": at})
        assert everything()[0][11] == NOON


def test_a_query_has_parameters_and_its_answer_may_be_empty():
    query = "select n::int4 as n from generate_series(1, %(until)s) as n order by n desc"
    assert fetch(query, {"n": INT8}, {"until": 3})["n"].tolist() == [3, 2, 1]
    none = fetch(query, {"n": INT2}, {"until": 0})["n"]
    assert (none.dtype, none.size) == (np.int16, 0)
    day = fetch("select date '2026-04-07' as day where false", {"day": DATE})["day"]
    assert (day.dtype, day.size) == (np.dtype("datetime64[D]"), 0)


def test_what_was_fetched_may_be_written_to():
    found = fetch("select 1::int8 as n", {"n": INT8})["n"]
    found += 1
    assert found.tolist() == [2]


def test_a_row_without_a_value_is_refused_by_the_columns_name():
    query = "select n, nullif(n, 2) as sometimes from generate_series(1, 3) as n"
    with pytest.raises(NoValue, match="Column sometimes"):
        fetch(query, {"n": INT8, "sometimes": INT8})


def test_a_value_that_does_not_fit_what_is_asked_for_is_refused():
    with pytest.raises(Exception, match="out of range"), transaction.atomic():
        fetch("select 40000 as n", {"n": INT2})


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ({}, "no column"),
        ({"n": TEXT}, "text is not fetched"),
        ({"n": TIMESTAMPTZ}, "timestamptz is not fetched"),
        ({"n": INT8_ARRAY}, r"int8\[\] is not fetched"),
        ({"n; drop": INT8}, "names no table or column"),
    ],
)
def test_only_columns_of_fixed_width_are_fetched(types, said):
    with pytest.raises(AssertionError, match=said):
        fetch("select 1 as n", types)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no rows"),
        ({"fixed": Constant(of=INT8, value=1)}, "no rows"),
        ({"place": ONE, "big": Column(of=INT8, values=np.arange(2))}, "[1, 2] rows"),
        ({"Place": ONE}, "names no table or column"),
        ({"place": Column(of=INT8, values=np.array([1.0]))}, "float64 are no whole"),
        ({"place": Column(of=INT8, values=np.array([True]))}, "bool are no whole"),
        ({"told": Column(of=BOOL, values=np.array([1]))}, "int64 are no booleans"),
        ({"day": Column(of=DATE, values=np.array([1]))}, "int64 are no days"),
        ({"day": Column(of=DATE, values=np.array(["NaT"], "M8[D]"))}, "a day is missing"),
        ({"two": Column(of=INT2, values=np.array([2**15]))}, "does not fit into int2"),
        ({"four": Column(of=INT4, values=np.array([-(2**31) - 1]))}, "not fit into int4"),
        ({"big": Column(of=INT8, values=np.array([2**63], np.uint64))}, "fit into int8"),
        ({"place": Column(of=INT8, values=np.array([[1]]))}, "2 dimensions"),
        ({"many": Column(of=INT8_ARRAY, values=np.array([1]))}, "1 dimensions"),
        ({"words": Column(of=TEXT, values=np.array(["a"]))}, "as a constant only"),
        ({"place": ONE, "fixed": Constant(of=INT8, value=True)}, "True is no int8"),
        ({"place": ONE, "fixed": Constant(of=INT8, value=2**63)}, "is no int8"),
        ({"place": ONE, "few": Constant(of=INT2, value=40_000)}, "40000 is no int2"),
        ({"place": ONE, "said": Constant(of=BOOL, value=1)}, "1 is no bool"),
        ({"place": ONE, "words": Constant(of=TEXT, value=1)}, "1 is no text"),
        ({"place": ONE, "since": Constant(of=DATE, value=NOON)}, "is no date"),
        ({"place": ONE, "at": Constant(of=TIMESTAMPTZ, value=date(2026, 4, 7))}, "is no"),
        (
            {"place": ONE, "at": Constant(of=TIMESTAMPTZ, value=datetime(2026, 4, 7))},
            "naive",
        ),
        ({"place": ONE, "many": Constant(of=INT8_ARRAY, value=1)}, "1 is no int8[]"),
    ],
)
def test_what_the_table_would_not_hold_as_it_is_is_refused_before_it_is_sent(given, said):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLE)
        with pytest.raises(AssertionError, match=re.escape(said)):
            copy_columns(cursor, "held", given)
        assert everything() == []


def test_a_tables_name_is_a_name():
    with (
        connection.cursor() as cursor,
        pytest.raises(AssertionError, match="names no table"),
    ):
        copy_columns(cursor, "held (place) from stdin; --", {"place": ONE})


def test_what_the_table_itself_refuses_leaves_nothing():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLE + "; alter table held add check (big < 3)")
        rows = {"big": Column(of=INT8, values=np.arange(5))}
        with pytest.raises(Exception, match="held_big_check"), transaction.atomic():
            copy_columns(cursor, "held", rows)
        assert everything() == []
