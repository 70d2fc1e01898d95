"""Asking the database by a named statement; whose rows, every statement says itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from bijlighar.kernel.sql import rows, statement


def all_of(
    name: str, parameters: Mapping[str, Any], **filled_in: str
) -> list[dict[str, Any]]:
    """Every row of the answer; `filled_in` replaces comments by the caller's own text."""
    asked = statement("bijlighar.dashboards", name)
    for mark, text in filled_in.items():
        asked = asked.replace(f"/* {mark} */", text)
    with connection.cursor() as cursor:
        cursor.execute(asked, parameters)
        return rows(cursor)


def one_of(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's only row."""
    return all_of(name, parameters)[0]
