"""A long table, one page at a time: what the address asks for.

The address carries `sort` (a column's key, `-` in front for downwards), `page`, and the
page's own filters. Everything else about a table is its template's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

ROWS_A_PAGE = 50
LONGEST_FILTER = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which rows of a table are wanted, in which order."""

    path: str
    column: str
    is_downwards: bool
    page: int
    """From 1."""
    filters: Mapping[str, str]
    rows_a_page: int = ROWS_A_PAGE

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.rows_a_page

    @property
    def limit(self) -> int:
        """One row more than a page, which tells whether there is a next one."""
        return self.rows_a_page + 1

    @property
    def sort(self) -> str:
        """As the address has it."""
        return f"-{self.column}" if self.is_downwards else self.column

    @property
    def query(self) -> str:
        """The whole question as an address's query, for exports and saved views."""
        return urlencode({**self._kept(), "sort": self.sort})

    def address(self, *, page: int | None = None, sort: str | None = None) -> str:
        """The address of another page or order of the same table."""
        asked = {**self._kept(), "sort": sort or self.sort}
        if page is not None and page > 1:
            asked["page"] = str(page)
        return f"{self.path}?{urlencode(asked)}"

    def sort_address(self, column: str) -> str:
        """Where a click on a column's head leads: upwards first, then downwards."""
        is_up_now = column == self.column and not self.is_downwards
        return self.address(sort=f"-{column}" if is_up_now else column)

    def aria_sort(self, column: str) -> str:
        """What a column's head says of its order."""
        if column != self.column:
            return "none"
        return "descending" if self.is_downwards else "ascending"

    def _kept(self) -> dict[str, str]:
        return {name: value for name, value in self.filters.items() if value}


def listing(
    request: HttpRequest,
    *,
    columns: Sequence[str],
    first: str,
    filters: Sequence[str] = (),
    rows_a_page: int = ROWS_A_PAGE,
) -> Listing:
    """What the address asks for; nonsense is the usual thing instead.

    `columns` may be sorted by; `first` is the usual order, with `-` for downwards.
    """
    asked = request.GET.get("sort", "")
    sort = asked if asked.removeprefix("-") in columns else first
    page = request.GET.get("page", "")
    return Listing(
        path=request.path,
        column=sort.removeprefix("-"),
        is_downwards=sort.startswith("-"),
        page=max(int(page), 1) if page.isdigit() and len(page) < 7 else 1,
        filters={
            name: request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_FILTER]
            for name in filters
        },
        rows_a_page=rows_a_page,
    )
