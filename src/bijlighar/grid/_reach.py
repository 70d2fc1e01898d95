"""Today's tree spread out anew: only what is different is written."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from bijlighar.kernel.sql import statement


def refresh(*, day: date) -> None:
    """Spread the tree of a day out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("lock table grid_reach in exclusive mode")
        cursor.execute(statement("bijlighar.grid", "fill_reach"), {"day": day})
