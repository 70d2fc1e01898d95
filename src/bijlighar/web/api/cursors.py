"""Where a long answer goes on: the last row's key, signed, so that nobody makes one up.

A cursor belongs to its operation and to the rest of the question: rows that are added
meanwhile are neither shown twice nor do they push others out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Generic, TypeVar

from django.core.signing import BadSignature, dumps, loads
from ninja import Query
from pydantic import WithJsonSchema

from bijlighar.web.api.errors import ApiError

LONGEST = 600
MOST_ROWS = 200
USUAL_ROWS = 50

Limit = Annotated[
    int, Query(ge=1, le=MOST_ROWS, description="How many rows at most, 1 to 200.")
]
Cursor = Annotated[
    str,
    Query(
        max_length=LONGEST,
        description="`next_cursor` of the page before; nothing for the first page.",
    ),
    WithJsonSchema({"type": "string", "maxLength": LONGEST, "format": "bijlighar-cursor"}),
]

Key = str | int
T = TypeVar("T")


class Page(Generic[T]):
    """One page of a long answer: ask for `ask_for` rows after `key`, then cut."""

    def __init__(self, *, cursor: str, limit: int, of: Sequence[object]) -> None:
        """`of` is the question without limit and cursor. Raises ApiError."""
        self._salt = "api " + sha256(repr(tuple(of)).encode()).hexdigest()
        self._limit = limit
        self.key = self._key(cursor)

    @property
    def ask_for(self) -> int:
        """One row more than a page, which tells whether there is a next one."""
        return self._limit + 1

    @property
    def number(self) -> int | None:
        """The key where it is a number."""
        return self.key if isinstance(self.key, int) else None

    @property
    def text(self) -> str | None:
        """The key where it is a text."""
        return self.key if isinstance(self.key, str) else None

    def cut(
        self, found: Sequence[T], *, key: Callable[[T], Key]
    ) -> tuple[Sequence[T], str | None]:
        """The rows of the page, and the cursor of the next one; None after the last."""
        shown = found[: self._limit]
        if len(found) <= self._limit:
            return shown, None
        return shown, dumps([key(shown[-1])], salt=self._salt)

    def _key(self, cursor: str) -> Key | None:
        if not cursor:
            return None
        try:
            (key,) = loads(cursor, salt=self._salt)
        except (BadSignature, ValueError) as error:
            raise ApiError(
                400,
                "bad_cursor",
                "This cursor does not belong to this question: begin without one.",
                field="cursor",
            ) from error
        assert isinstance(key, str | int)
        return key
