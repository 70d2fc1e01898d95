"""Columns to and from PostgreSQL by binary COPY, without a Python object a row.

A run over the fleet reads and writes arrays. What comes is asked for as one row of arrays
(`array_agg`): a message a row would cost more than the row itself. It is held whole, by
the server too, so a caller asks for a part of the fleet at a time, some 50,000 rows.

Source: PostgreSQL, COPY, "Binary Format"; `array_recv` for the shape of an array.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bijlighar.kernel.errors import BijligharError

ROWS_AT_ONCE = 100_000
"""Rows written to the wire together."""

# The query's last line may be a comment.
_FETCH = "copy (select {arrays} from (\n{query}\n) as asked) to stdout (format binary)"
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = struct.pack(">h", -1)
_NULL = struct.pack(">i", -1)
_INT8_OID = 20
_EPOCH_DAY = date(2000, 1, 1)
_EPOCH_AT = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAYS = int(np.datetime64(_EPOCH_DAY, "D").astype(np.int64))


class ColumnType(StrEnum):
    """What a column holds, by PostgreSQL's name for it."""

    INT8 = "int8"
    INT4 = "int4"
    INT2 = "int2"
    BOOL = "bool"
    DATE = "date"
    """In arrays as `datetime64[D]`."""
    TEXT = "text"
    """Written as a constant only."""
    TIMESTAMPTZ = "timestamptz"
    """Written as a constant only; aware."""
    INT8_ARRAY = "int8[]"
    """Written only: two-dimensional int64, a row an array; rows of none are `{}`."""


_WIRE: Mapping[ColumnType, str] = {
    ColumnType.INT8: ">i8",
    ColumnType.INT4: ">i4",
    ColumnType.INT2: ">i2",
    ColumnType.BOOL: "u1",
    ColumnType.DATE: ">i4",
}
_KINDS: Mapping[ColumnType, tuple[str, str]] = {
    ColumnType.INT8: ("iu", "whole numbers"),
    ColumnType.INT4: ("iu", "whole numbers"),
    ColumnType.INT2: ("iu", "whole numbers"),
    ColumnType.BOOL: ("b", "booleans"),
    ColumnType.DATE: ("M", "days"),
    ColumnType.INT8_ARRAY: ("iu", "whole numbers"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """A value for each row."""

    of: ColumnType
    values: NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The same value for all rows; None is NULL."""

    of: ColumnType
    value: int | bool | str | date | datetime | None


class Copying(Protocol):
    """psycopg's COPY under way."""

    def __iter__(self) -> Iterator[Any]: ...

    def write(self, buffer: bytes, /) -> None: ...


class CopyCursor(Protocol):
    """The part of psycopg's cursor that begins a COPY (Django's: `cursor.cursor`)."""

    def copy(self, statement: Any, params: Any = ..., /) -> AbstractContextManager[Any]: ...


class NoValue(BijligharError):
    """A column that must have a value in every row has none in some."""


def fetch_columns(
    cursor: CopyCursor,
    query: str,
    types: Mapping[str, ColumnType],
    params: Mapping[str, Any] | None = None,
) -> dict[str, NDArray[Any]]:
    """The query's columns by name, in its order of rows, as arrays of the types asked for.

    int8, int4, int2 and bool come as int64, int32, int16 and bool, date as
    `datetime64[D]`. The query may lock rows. Raises NoValue, naming the column.
    """
    assert types, "no column is asked for"
    for name, of in types.items():
        _assert_name(name)
        assert of in _WIRE, f"{name}: {of} is not fetched as a column"
    arrays = ", ".join(f"array_agg(asked.{name}::{of})" for name, of in types.items())
    with cursor.copy(_FETCH.format(arrays=arrays, query=query), params) as copy:
        wire = b"".join(copy)
    at = len(_HEADER) + 2
    found = {}
    for name, of in types.items():
        (length,) = struct.unpack_from(">i", wire, at)
        at += 4
        found[name] = _array(wire, at, name=name, of=of) if length >= 0 else _none(of)
        at += max(length, 0)
    assert wire[at:] == _TRAILER, "the answer is longer than its columns"
    return found


def copy_columns(
    cursor: CopyCursor, table: str, columns: Mapping[str, Column | Constant]
) -> None:
    """Add rows to a table, from arrays of one length; at least one is not a constant.

    PostgreSQL refuses this to a role that row security holds for, be it the owner's own
    under FORCE: such a table is filled by INSERT from one without.
    """
    _assert_name(table)
    for name, column in columns.items():
        _assert_name(name)
        _assert_fits(name, column)
    lengths = {len(one.values) for one in columns.values() if isinstance(one, Column)}
    assert len(lengths) == 1, f"the columns have {sorted(lengths) or 'no'} rows"
    (rows,) = lengths
    names = ", ".join(columns)
    with cursor.copy(f"copy {table} ({names}) from stdin (format binary)") as copy:
        copy.write(_HEADER)
        for part in _rows_on_the_wire(list(columns.values()), rows):
            copy.write(part)
        copy.write(_TRAILER)


def _none(of: ColumnType) -> NDArray[Any]:
    return _from_wire(np.empty(0, dtype=_WIRE[of]), of)


def _array(wire: bytes, at: int, *, name: str, of: ColumnType) -> NDArray[Any]:
    """The elements of the one-dimensional array that begins there."""
    _, has_nulls, _, count, _ = struct.unpack_from(">iiiii", wire, at)
    if has_nulls:
        raise NoValue(f"Column {name} has no value in some row.")
    shape = np.dtype([("length", ">i4"), ("value", _WIRE[of])])
    return _from_wire(np.frombuffer(wire, shape, count, at + 20)["value"], of)


def _from_wire(values: NDArray[Any], of: ColumnType) -> NDArray[Any]:
    if of is ColumnType.BOOL:
        return values.astype(np.bool_)
    if of is ColumnType.DATE:
        return (values.astype(np.int64) + _EPOCH_DAYS).astype("datetime64[D]")
    return values.astype(values.dtype.newbyteorder("="))


def _to_wire(values: NDArray[Any], of: ColumnType) -> NDArray[Any]:
    if of is ColumnType.DATE:
        return values.astype("datetime64[D]").astype(np.int64) - _EPOCH_DAYS
    return values


def _rows_on_the_wire(columns: list[Column | Constant], rows: int) -> Iterator[bytes]:
    """The rows, so many at once, in a buffer whose unchanging parts are written once."""
    buffer = np.zeros(min(rows, ROWS_AT_ONCE), dtype=_row_shape(columns))
    buffer["fields"] = len(columns)
    for place, column in enumerate(columns):
        buffer[f"{place} head"] = np.void(_head(column))
        if isinstance(column, Column) and column.of is ColumnType.INT8_ARRAY:
            buffer[f"{place}"]["length"] = 8
    for first in range(0, rows, ROWS_AT_ONCE):
        part = buffer[: min(rows - first, ROWS_AT_ONCE)]
        for place, column in enumerate(columns):
            if isinstance(column, Column):
                values = _to_wire(column.values[first : first + len(part)], column.of)
                field = part[f"{place}"]
                (field["value"] if values.ndim == 2 else field)[...] = values
        yield part.tobytes()


def _row_shape(columns: Iterable[Column | Constant]) -> np.dtype[Any]:
    """Of each column its head, which is the same in all rows, then what differs."""
    fields: list[tuple[Any, ...]] = [("fields", ">i2")]
    for place, column in enumerate(columns):
        fields.append((f"{place} head", f"V{len(_head(column))}"))
        if isinstance(column, Column):
            if column.of is ColumnType.INT8_ARRAY:
                one = [("length", ">i4"), ("value", ">i8")]
                fields.append((f"{place}", one, (column.values.shape[1],)))
            else:
                fields.append((f"{place}", _WIRE[column.of]))
    return np.dtype(fields)


def _head(column: Column | Constant) -> bytes:
    """A constant as a whole; else the length, and of an array what precedes its values."""
    if isinstance(column, Constant):
        if column.value is None:
            return _NULL
        value = _constant(column)
        return struct.pack(">i", len(value)) + value
    if column.of is not ColumnType.INT8_ARRAY:
        return struct.pack(">i", np.dtype(_WIRE[column.of]).itemsize)
    count = column.values.shape[1]
    if count == 0:
        return struct.pack(">iiii", 12, 0, 0, _INT8_OID)
    return struct.pack(">iiiiii", 20 + 12 * count, 1, 0, _INT8_OID, count, 1)


def _constant(column: Constant) -> bytes:
    value = column.value
    if column.of is ColumnType.TEXT and isinstance(value, str):
        return value.encode()
    if column.of is ColumnType.BOOL and isinstance(value, bool):
        return bytes([value])
    if isinstance(value, datetime):
        assert column.of is ColumnType.TIMESTAMPTZ, f"{value!r} is no {column.of}"
        assert value.tzinfo is not None, "a naive datetime has no place here"
        return struct.pack(">q", (value - _EPOCH_AT) // timedelta(microseconds=1))
    if column.of is ColumnType.DATE and isinstance(value, date):
        return struct.pack(">i", (value - _EPOCH_DAY).days)
    whole = column.of in (ColumnType.INT8, ColumnType.INT4, ColumnType.INT2)
    assert whole and type(value) is int, f"{value!r} is no {column.of}"
    least, most = _range(column.of)
    assert least <= value <= most, f"{value} is no {column.of}"
    return np.array(value, dtype=_WIRE[column.of]).tobytes()


def _assert_name(name: str) -> None:
    # Names come from code only, and are put into statements as they are.
    assert re.fullmatch("[a-z_][a-z0-9_]*", name), f"{name!r} names no table or column"


def _assert_fits(name: str, column: Column | Constant) -> None:
    if isinstance(column, Constant):
        _head(column)
        return
    assert column.of in _KINDS, f"{name}: {column.of} is written as a constant only"
    kinds, called = _KINDS[column.of]
    values = column.values
    assert values.dtype.kind in kinds, f"{name}: {values.dtype} are no {called}"
    dimensions = 2 if column.of is ColumnType.INT8_ARRAY else 1
    assert values.ndim == dimensions, f"{name}: {values.ndim} dimensions"
    if column.of is ColumnType.DATE:
        assert not np.isnat(values).any(), f"{name}: a day is missing"
    elif column.of is not ColumnType.BOOL and values.size:
        least, most = _range(column.of)
        fits = least <= int(values.min()) and int(values.max()) <= most
        assert fits, f"{name}: a value does not fit into {column.of}"


def _range(of: ColumnType) -> tuple[int, int]:
    limits = np.iinfo(np.dtype(_WIRE.get(of, ">i8")))
    return int(limits.min), int(limits.max)
