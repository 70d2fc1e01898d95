"""Load profiles in bulk: the same as one by one, and nothing guessed where rows differ."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import axdr, cosem_time, grid
from bijlighar.dlms.errors import DecodeError

from .meter import block_row

DAY = axdr.array([block_row(number) for number in range(48)])
OCTETS = axdr.encode(DAY)


def _columns(days):
    rows = [row.plain() for day in days for row in axdr.elements(day)]
    return [list(column) for column in zip(*rows, strict=True)]


def test_days_of_one_shape_are_read_as_columns():
    read = grid.read([OCTETS, OCTETS])
    assert (read.answers, read.rows_each, read.odd) == ((0, 1), 48, {})
    expected = _columns([DAY, DAY])
    assert [clock.tobytes() for clock in read.columns[0]] == expected[0]
    assert [column.tolist() for column in read.columns[1:]] == expected[1:]
    at = [int(cosem_time.decode(clock).timestamp()) for clock in expected[0]]
    assert grid.instants(read.columns[0]).tolist() == at


def test_an_answer_with_one_other_row_goes_through_the_general_decoder():
    rows = list(DAY.value)
    rows[7] = axdr.structure([axdr.null(), *rows[7].value[1:]])
    with_null = axdr.array(rows)
    rows = list(DAY.value)
    rows[9] = axdr.structure([*rows[9].value[:-1], axdr.enum(1)])
    other_type = axdr.array(rows)
    assert len(axdr.encode(other_type)) == len(OCTETS)
    read = grid.read([OCTETS, axdr.encode(with_null), axdr.encode(other_type), OCTETS])
    assert read.answers == (0, 3)
    assert read.odd == {1: with_null, 2: other_type}


@given(st.integers(0, len(OCTETS) - 1), st.integers(1, 255))
def test_a_changed_octet_changes_what_the_general_decoder_says_it_changes(at, change):
    damaged = bytearray(OCTETS)
    damaged[at] ^= change
    try:
        expected = axdr.decode(bytes(damaged))
    except DecodeError:
        with pytest.raises(DecodeError):
            grid.read([OCTETS, bytes(damaged)])
        return
    read = grid.read([OCTETS, bytes(damaged)])
    if 1 in read.odd:
        assert read.odd[1] == expected
        return
    rows = np.array_split(np.arange(len(read.columns[0])), 2)[1]
    columns = [
        [clock.tobytes() for clock in read.columns[0][rows]],
        *(column[rows].tolist() for column in read.columns[1:]),
    ]
    assert columns == _columns([expected])


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x01\x01\x02", b"\x01\x02\x02\x01"]))
def test_any_octets_are_rows_or_refused(data, head):
    try:
        expected = axdr.decode(head + data)
    except DecodeError:
        with pytest.raises(DecodeError):
            grid.read([head + data])
        return
    read = grid.read([head + data])
    assert read.answers == (0,) or read.odd == {0: expected}


def test_no_answers_are_an_empty_grid():
    assert grid.read([]).answers == ()


MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 30))


@given(MOMENTS, st.integers(-840, 840), st.booleans())
def test_instants_in_bulk_are_those_one_by_one(at, deviation, is_sent):
    octets = cosem_time.encode(at.replace(tzinfo=UTC), deviation, deviation_is_sent=is_sent)
    in_bulk = grid.instants(np.array([np.void(octets)]))
    assert in_bulk.tolist() == [int(cosem_time.decode(octets).timestamp() // 1)]


@given(st.binary(min_size=12, max_size=12))
def test_what_is_no_instant_one_by_one_is_none_in_bulk(octets):
    try:
        at = cosem_time.decode(octets)
    except DecodeError:
        with pytest.raises(DecodeError):
            grid.instants(np.array([np.void(octets)]))
        return
    if 1970 <= int.from_bytes(octets[:2], "big") <= 2099:
        seconds = grid.instants(np.array([np.void(octets)]))[0]
        assert seconds == at.replace(microsecond=0).timestamp()
