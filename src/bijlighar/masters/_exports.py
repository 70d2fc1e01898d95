"""The tables that leave the product: what each holds, and who sees which column."""

from __future__ import annotations

EXPORTS = ()


def count_rows() -> int:
    return 0


def rows_of() -> int:
    return 0
