"""Many connections, changes and meters at once: a few statements, however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from bijlighar.connections import _search
from bijlighar.connections.values import ConsumerChange, MeterInstalled, NewPlace
from bijlighar.kernel.sql import statement


def open_places(new: Sequence[NewPlace]) -> tuple[int, ...]:
    """Take connections in that have no meter yet; their ids in the order given."""
    with transaction.atomic():
        found = _run(
            "insert_places",
            {
                "numbers": [one.consumer_number for one in new],
                "names_en": [one.name_en for one in new],
                "names_hi": [one.name_hi for one in new],
                "mobiles": [one.mobile for one in new],
                "languages": [one.language for one in new],
                "transformers": [one.transformer_id for one in new],
                "days": [one.starts_on for one in new],
                "categories": [one.category for one in new],
                "loads": [one.sanctioned_load_w for one in new],
                "modes": [one.payment_mode.value for one in new],
            },
        )
        ids = dict(found)
        made = tuple(ids[one.consumer_number] for one in new)
        _search.index(made)
    return made


def change_consumers(changes: Sequence[ConsumerChange]) -> tuple[int, ...]:
    """Change what is known of consumers; the ids of their connections."""
    with transaction.atomic():
        found = _run(
            "change_consumers",
            {
                "numbers": [one.consumer_number for one in changes],
                "names_en": [one.name_en for one in changes],
                "names_hi": [one.name_hi for one in changes],
                "mobiles": [one.mobile for one in changes],
                "languages": [one.language for one in changes],
            },
        )
        ids = tuple(connection_id for (connection_id,) in found)
        _search.index(ids)
    return ids


def install_meters(meters: Sequence[MeterInstalled]) -> tuple[int, ...]:
    """Take meters in, each hanging on its connection; their ids in the order given."""
    with transaction.atomic():
        found = _run(
            "insert_meters",
            {
                "connections": [one.connection_id for one in meters],
                "serials": [one.serial for one in meters],
                "titles": [one.system_title for one in meters],
                "hosts": [one.host for one in meters],
                "ports": [one.port for one in meters],
                "days": [one.installed_on for one in meters],
                "registers": [one.initial_register_wh for one in meters],
            },
        )
        ids = dict(found)
        _search.index([one.connection_id for one in meters])
    return tuple(ids[one.serial] for one in meters)


def _run(name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.connections", name), values)
        return list(cursor.fetchall())
