"""Named SQL statements: reads over five lines live in `<domain>/sql/<name>.sql`.

The file's name says what it answers; its first comment says what it returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Protocol


class Cursor(Protocol):
    """The part of a DB-API cursor that is needed to name a row's columns."""

    @property
    def description(self) -> Sequence[Sequence[Any]] | None: ...

    def fetchall(self) -> Iterable[tuple[Any, ...]]: ...


@cache
def statement(package: str, name: str) -> str:
    """The text of a named statement of a domain's package."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def rows(cursor: Cursor) -> list[dict[str, Any]]:
    """All rows of the answer with their columns named: arguments for a frozen value."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
