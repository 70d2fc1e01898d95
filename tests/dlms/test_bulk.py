"""Ciphered answers of many meters at once: every check kept, nobody harmed by another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import axdr, bulk, grid
from bijlighar.dlms.apdu import get
from bijlighar.dlms.apdu.descriptor import Failure
from bijlighar.dlms.cosem import AccessResult
from bijlighar.dlms.errors import (
    AccessRefused,
    CounterReplayed,
    DecodeError,
    FrameForged,
    SecurityDowngraded,
    UnexpectedAnswer,
)
from bijlighar.dlms.protection import Form, protect
from bijlighar.dlms.security import SecurityControl

from .forgery import flipped
from .meter import KEYS, OTHER_KEYS, block_row

ROWS = [block_row(number) for number in range(4)]
DAY = axdr.array(ROWS)
SHORT_DAY = axdr.array(ROWS[:3])
OTHER_LAYOUT = axdr.array([axdr.structure([axdr.unsigned(n)]) for n in range(4)])
COMPRESSED = axdr.array(
    [ROWS[0], *(axdr.structure([axdr.null(), *row.value[1:]]) for row in ROWS[1:])]
)


def _title(number: int) -> bytes:
    return b"BIJ%05d" % number


def _answer(outcome, number: int = 1, *, counter: int = 7, known: int | None = 6, **how):
    plain = get.GetResponse(invoke=0xC0 | number % 16, outcome=outcome).to_bytes()
    return _sealed(plain, number, counter=counter, known=known, **how)


def _sealed(plain: bytes, number: int = 1, *, counter: int = 7, known=6, **how):
    title = _title(number)
    sealed = protect(keys=KEYS, system_title=title, counter=counter, plain=plain, **how)
    return bulk.Sealed(KEYS, title, sealed, known)


def _forged(answer: bulk.Sealed, bit: int) -> bulk.Sealed:
    return answer._replace(apdu=flipped(answer.apdu, bit))


def test_answers_are_grouped_by_layout_and_keep_their_numbers():
    days = [DAY, OTHER_LAYOUT, DAY, SHORT_DAY, DAY, COMPRESSED, OTHER_LAYOUT]
    read = bulk.read(_answer(day, number) for number, day in enumerate(days))
    assert [(held.answers, held.rows_each) for held in read.grids] == [
        ((0, 2, 4), 4),
        ((1, 6), 4),
        ((3,), 3),
    ]
    assert read.odd == {5: COMPRESSED}
    assert read.refused == {}
    assert read.counters == dict.fromkeys(range(7), 7)
    assert read.grids[1].columns[0].tolist() == [0, 1, 2, 3] * 2
    assert len(grid.instants(read.grids[0].columns[0])) == 12


def test_what_is_not_genuine_or_no_value_is_refused_by_itself():
    denied = Failure(result=AccessResult.READ_WRITE_DENIED)
    block = get.GetResponseBlock(invoke=1, last=True, block=1, raw=b"\x00").to_bytes()
    answers = [
        _answer(DAY, 0),
        _forged(_answer(DAY, 1), 8 * 100),
        _answer(DAY, 2, counter=6),
        _answer(DAY, 3, control=SecurityControl.AUTHENTICATED),
        _answer(DAY, 4, control=SecurityControl.ENCRYPTED),
        _answer(DAY, 5)._replace(apdu=get.GetResponse(invoke=1, outcome=DAY).to_bytes()),
        _answer(DAY, 6, form=Form.GENERAL_GLOBAL),
        _answer(denied, 7),
        _sealed(block, 8),
        _sealed(b"\xc4\x01\xc1\x00\x01\x02\x03", 9),
        _answer(DAY, 10)._replace(keys=OTHER_KEYS),
        _answer(DAY, 11, known=None),
    ]
    read = bulk.read(answers)
    assert [held.answers for held in read.grids] == [(0, 11)]
    assert {number: type(error) for number, error in read.refused.items()} == {
        1: FrameForged,
        2: CounterReplayed,
        3: SecurityDowngraded,
        4: SecurityDowngraded,
        5: SecurityDowngraded,
        6: UnexpectedAnswer,
        7: AccessRefused,
        8: UnexpectedAnswer,
        9: DecodeError,
        10: FrameForged,
    }
    assert set(read.counters) == {0, 7, 8, 9, 11}, "genuine, so used up"


def test_an_answer_replayed_inside_one_batch_is_refused():
    first, second = _answer(DAY), _answer(DAY, counter=8)
    read = bulk.read([first, first, second, first])
    assert read.grids[0].answers == (0, 2)
    assert {number: type(error) for number, error in read.refused.items()} == {
        1: CounterReplayed,
        3: CounterReplayed,
    }


def test_general_ciphering_is_read_where_it_is_agreed():
    answer = _answer(DAY, form=Form.GENERAL_GLOBAL)
    assert bulk.read([answer], form=Form.GENERAL_GLOBAL).grids[0].answers == (0,)


def test_one_odd_meter_does_not_slow_the_others_of_its_length():
    odd = axdr.array([*ROWS[:3], axdr.structure([*ROWS[3].value[:-1], axdr.enum(0)])])
    read = bulk.read([_answer(day, n) for n, day in enumerate([odd, DAY, DAY])])
    assert [held.answers for held in read.grids] == [(1, 2)]
    assert read.odd == {0: odd}


@given(st.data())
def test_in_bulk_is_as_one_by_one(data):
    kinds = [DAY, SHORT_DAY, OTHER_LAYOUT, COMPRESSED]
    days = data.draw(st.lists(st.sampled_from(kinds), max_size=6))
    read = bulk.read(_answer(day, number) for number, day in enumerate(days))
    by_number = {number: value.plain() for number, value in read.odd.items()}
    for held in read.grids:
        rows = zip(
            *([_plain(cell) for cell in column] for column in held.columns), strict=True
        )
        cells = [list(row) for row in rows]
        for at, number in enumerate(held.answers):
            by_number[number] = cells[at * held.rows_each : (at + 1) * held.rows_each]
    assert by_number == {number: day.plain() for number, day in enumerate(days)}


@pytest.mark.parametrize("bit", range(0, 8 * 40, 7))
def test_no_flipped_bit_passes(bit):
    read = bulk.read([_forged(_answer(DAY), bit)])
    assert not read.grids
    assert not read.odd
    assert set(read.refused) == {0}


def _plain(cell):
    return cell.tobytes() if cell.dtype.kind == "V" else int(cell)


def test_an_answer_under_the_title_of_another_meter_is_refused():
    stranger = _answer(DAY)._replace(system_title=_title(2))
    assert isinstance(bulk.read([stranger]).refused[0], FrameForged)
