"""Cells of tables that leave the product for a spreadsheet, and come back from one.

A spreadsheet runs a text that starts with `=`, `+`, `-`, `@`, a tab or the end of a line
as a formula. Going out, such a text gets an apostrophe in front; coming in, exactly that
apostrophe is taken away, so that a table that went out and comes back is the same.

Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from bijlighar.kernel.ist import in_ist

_RUNS = re.compile(r"'*[=+\-@\t\r\n]")
_MARKED = re.compile(r"'+[=+\-@\t\r\n]")


def harmless(text: str) -> str:
    """The text as it may stand in a cell."""
    return f"'{text}" if _RUNS.match(text) else text


def as_it_was(cell: str) -> str:
    """The text that `harmless` made this cell from."""
    return cell[1:] if _MARKED.match(cell) else cell


def cell_text(value: object) -> str:
    """A value as a CSV file holds it: days as 2026-04-03, moments by India's clock."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return f"{in_ist(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, int | Decimal), f"no cell holds a {type(value).__name__}"
    return str(value)
