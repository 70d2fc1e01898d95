"""Load profiles in bulk: answers whose rows all have one shape, read as columns of numbers.

A profile's rows repeat the same tags and lengths at the same places. The first answer tells
the shape; every octet of every row that is no value is compared with it, all at once, and
the values are then views into the octets. An answer that differs anywhere is not guessed
at: it goes through the general decoder and comes back as `odd`.

Source: IEC 62056-6-2, 4.3.6 (profile generic); A-XDR as in `axdr`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bijlighar.dlms import axdr, cosem_time
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.axdr_types import FIXED
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.reader import Reader

Column: TypeAlias = npt.NDArray[Any]

_MAX_SHORT = 0x7F
_WORD = 8  # octets compared at once
_SECONDS_A_MINUTE = 60
_NUMBERS: Mapping[Tag, str] = {
    Tag.BOOLEAN: "u1",
    Tag.DOUBLE_LONG: ">i4",
    Tag.DOUBLE_LONG_UNSIGNED: ">u4",
    Tag.BCD: "u1",
    Tag.INTEGER: "i1",
    Tag.LONG: ">i2",
    Tag.UNSIGNED: "u1",
    Tag.LONG_UNSIGNED: ">u2",
    Tag.LONG64: ">i8",
    Tag.LONG64_UNSIGNED: ">u8",
    Tag.ENUM: "u1",
}
_FIRST_YEAR, _LAST_YEAR = 1970, 2099
_BOUNDS = np.arange("1970-01", "2100-02", dtype="datetime64[M]").astype("datetime64[D]")
_MONTHS = _BOUNDS.astype("i8")[:-1]
_MONTH_LENGTHS = np.diff(_BOUNDS.astype("i8"))
_CLOCK = np.dtype(
    [
        ("year", ">u2"),
        ("month", "u1"),
        ("day", "u1"),
        ("week_day", "u1"),
        ("hour", "u1"),
        ("minute", "u1"),
        ("second", "u1"),
        ("hundredths", "u1"),
        ("deviation", ">i2"),
        ("status", "u1"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The rows of many answers as columns, answer after answer.

    `answers` are the numbers of the answers in the grid, each with `rows_each` rows. A
    column of numbers is an array of the type it was sent in; of 12 octets, the octets: see
    `instants`. `odd` holds the others, by number, as the general decoder read them.
    """

    columns: tuple[Column, ...]
    answers: tuple[int, ...]
    rows_each: int
    odd: Mapping[int, Data]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Head of the answer, the octets of its first row, which of those must repeat."""

    head: bytes
    rows: int
    template: Column
    is_fixed: Column
    row: np.dtype[Any]


def read(answers: Sequence[bytes]) -> Grid:
    """Read arrays of rows; raises `DecodeError` for an answer that no decoder can read."""
    alike = _alike(answers)
    missing = set(range(len(answers))).difference(alike.answers)
    odd = {number: axdr.decode(answers[number]) for number in sorted(missing)}
    return Grid(
        columns=alike.columns, answers=alike.answers, rows_each=alike.rows_each, odd=odd
    )


def _alike(answers: Sequence[bytes]) -> Grid:
    """The answers that have the shape of the first; none is odd."""
    shape = _shape_of(answers[0]) if answers else None
    if shape is None:
        return Grid(columns=(), answers=(), rows_each=0, odd={})
    head, size = shape.head, len(answers[0])
    alike = [
        number
        for number, answer in enumerate(answers)
        if len(answer) == size and answer.startswith(head)
    ]
    held = _joined([answers[number] for number in alike])
    differs = _differing(held, shape)
    if differs.any():
        held = held[~differs]
        alike = [
            number
            for number, other in zip(alike, differs.tolist(), strict=True)
            if not other
        ]
    rows = np.ascontiguousarray(held[:, len(head) : size]).view(shape.row).reshape(-1)
    return Grid(
        columns=tuple(rows[name] for name in shape.row.names or ()),
        answers=tuple(alike),
        rows_each=shape.rows,
        odd={},
    )


def _joined(alike: Sequence[bytes]) -> Column:
    """A row of octets for each answer, filled up to whole words."""
    filling = bytes(-len(alike[0]) % _WORD)
    octets = np.frombuffer(filling.join([*alike, b""]), np.uint8)
    return octets.reshape(len(alike), -1)


def _differing(held: Column, shape: _Shape) -> Column:
    """Which answers differ from the shape in an octet that is no value."""
    pattern = _joined([shape.head + shape.template.tobytes() * shape.rows]).view("u8")
    mask = _joined([bytes(len(shape.head)) + shape.is_fixed.tobytes() * shape.rows])
    words = held.view("u8")
    differences = np.bitwise_xor(words, pattern)
    np.bitwise_and(differences, mask.view("u8"), out=differences)
    differs: Column = np.bitwise_or.reduce(differences, axis=1) != 0
    return differs


def instants(clocks: Column) -> Column:
    """COSEM times as seconds since 1970 in UTC (int64).

    Years are 1970 to 2099. As in `cosem_time.decode`, an unspecified deviation is India's,
    unspecified hundredths are none; no instant is a `DecodeError` with the first such time.
    """
    parts = clocks.view(_CLOCK)
    year, month, day = parts["year"], parts["month"], parts["day"]
    at = (year.astype("i4") - 1970) * 12 + month - 1
    fits = _between(year, _FIRST_YEAR, _LAST_YEAR) & _between(month, 1, 12)
    at[~fits] = 0
    first = _MONTHS[at]
    length = _MONTH_LENGTHS[at]
    deviation = parts["deviation"].astype("i8")
    unspecified = deviation == cosem_time.UNSPECIFIED_DEVIATION
    deviation[unspecified] = cosem_time.IST_DEVIATION_MINUTES
    fits &= (
        _between(day, 1, length)
        & ((parts["hour"] <= 23) & (parts["minute"] <= 59) & (parts["second"] <= 59))
        & ((parts["hundredths"] <= 99) | (parts["hundredths"] == 0xFF))
        & _between(deviation, -840, 840)
    )
    if not fits.all():
        wrong = clocks[int(np.argmin(fits))].tobytes()
        cosem_time.decode(wrong)
        raise DecodeError("no year of a meter", offset=0, data=wrong)
    minutes = ((first + day - 1) * 24 + parts["hour"]) * 60 + parts["minute"] + deviation
    seconds: Column = minutes * _SECONDS_A_MINUTE + parts["second"]
    return seconds


def _between(numbers: Column, least: int, most: int | Column) -> Column:
    within: Column = (numbers >= least) & (numbers <= most)
    return within


def _shape_of(answer: bytes) -> _Shape | None:
    """The shape of an answer by its first row; None where there is no fixed one."""
    try:
        return _read_shape(answer)
    except DecodeError:
        return None


def _read_shape(answer: bytes) -> _Shape | None:
    reader = Reader(answer)
    if reader.octet() != Tag.ARRAY:
        return None
    rows = reader.length()
    start = reader.offset
    if reader.octet() != Tag.STRUCTURE:
        return None
    fixed = [True, True]
    fields: list[tuple[str, str, int]] = []
    for number in range(count := reader.octet()):
        at = reader.offset
        form, size = _read_form(reader)
        fixed += [True] * (reader.offset - at)
        fields.append((f"c{number}", form, reader.offset - start))
        fixed += [False] * size
        reader.take(size)
    size = reader.offset - start
    if count > _MAX_SHORT or not rows or len(answer) != start + rows * size:
        return None
    names, forms, offsets = zip(*fields, strict=True) if fields else ((), (), ())
    row = np.dtype({"names": names, "formats": forms, "offsets": offsets, "itemsize": size})
    return _Shape(
        head=answer[:start],
        rows=rows,
        template=np.frombuffer(answer, np.uint8, size, start),
        is_fixed=np.where(fixed, 0xFF, 0).astype(np.uint8),
        row=row,
    )


def _read_form(reader: Reader) -> tuple[str, int]:
    """The form and size of the value at the cursor, which moves to its contents."""
    tag = reader.octet()
    if tag == Tag.OCTET_STRING:
        size = reader.octet()
        if 0 < size <= _MAX_SHORT:
            return f"V{size}", size
    form = _NUMBERS.get(Tag(tag)) if tag in FIXED else None
    if form is None:
        raise reader.error(f"values of type {tag} are read one by one")
    return form, FIXED[tag][1].size
