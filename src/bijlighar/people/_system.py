"""The product itself acting inside a transaction that shows one scope only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from bijlighar.kernel.row_security import DESK


@contextmanager
def as_the_system() -> Iterator[None]:
    """Leave the desk's database role, where the transaction has it, and take it again."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        (held,) = cursor.fetchone()
        if held != DESK:
            yield
            return
        cursor.execute("set local role none")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute(f"set local role {DESK}")
