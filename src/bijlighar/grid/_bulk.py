"""Many nodes at once, already looked at: an import's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from bijlighar.grid.values import NewNode
from bijlighar.kernel.sql import statement


def open_many(new: Sequence[NewNode], now: datetime) -> None:
    """Insert nodes and what holds for them; parents may be among them."""
    told: dict[str, Any] = {
        "discoms": [one.discom_code for one in new],
        "codes": [one.code for one in new],
        "kinds": [one.kind.value for one in new],
        "parents": [one.parent_code for one in new],
        "names_en": [one.name_en for one in new],
        "names_hi": [one.name_hi for one in new],
        "days": [one.opens_on for one in new],
        "latitudes": [one.location.latitude if one.location else None for one in new],
        "longitudes": [one.location.longitude if one.location else None for one in new],
        "now": now,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.grid", "insert_nodes"), told)
        cursor.execute(statement("bijlighar.grid", "insert_node_facts"), told)
        assert cursor.rowcount == len(new), "every parent is known before its children"
