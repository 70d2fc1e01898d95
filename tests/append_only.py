"""Statements that an append-only table refuses, whoever asks and whatever is hit."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction


def statements(*tables: str) -> list[str]:
    """Every way to take back what tables hold."""
    return [
        statement.format(table=table)
        for table in tables
        for statement in (
            "update {table} set id = id",
            "update {table} set id = id where false",
            "delete from {table}",
            "truncate {table} cascade",
        )
    ]


def insist_on_refusal(statement: str) -> None:
    """Run a statement; it has to be refused by the table's own trigger."""
    with connection.cursor() as cursor, transaction.atomic():
        # A truncation would else be refused for checks still to come, not for itself.
        cursor.execute("set constraints all immediate")
        with (
            pytest.raises(IntegrityError, match="append-only") as refused,
            transaction.atomic(),
        ):
            cursor.execute(statement)
    assert refused.value.__cause__.sqlstate == "23001"
