"""Asking the database by a named statement; whose rows, every statement says itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people


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


def chosen(
    name: str, parameters: Mapping[str, Any], **filled_in: str
) -> list[dict[str, Any]]:
    """The answer of a statement that counts, or says which rows of a wide area to show.

    Row security would be asked of every row that such a statement passes over, a thousand
    times what it shows. It keeps to the scope by its own words and is asked as the system;
    the rows it names are then read by the desk's role, which sees those of its areas only.
    """
    with people.as_the_system():
        return all_of(name, parameters, **filled_in)


def one_of(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's only row."""
    return all_of(name, parameters)[0]
