"""What the API asks of one or many connections: reads within a scope that is spelt out.

The scope stands in each statement; PostgreSQL's row-level security stands behind it once
more. Long lists go on after a key, never by counting rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection

from bijlighar.dashboards.values import (
    ConnectionAsked,
    ConnectionListed,
    NoticeListed,
    ReceiptListed,
    RegisterListed,
    Seen,
    SupplyChangeListed,
)
from bijlighar.kernel.sql import rows, statement


def connections(*, asked: ConnectionAsked, seen: Seen) -> tuple[ConnectionListed, ...]:
    """Connections by consumer number, with what the asker may see of each."""
    return tuple(
        ConnectionListed(**row)
        for row in _all(
            "api_connections",
            {
                "number": asked.consumer_number,
                "from": asked.number_begins or None,
                "until": _after(asked.number_begins),
                "meter": asked.meter_serial or None,
                "state": asked.supply_state or None,
                "below": asked.below_id,
                "after": asked.after,
                "limit": asked.limit,
                **_areas(seen),
            },
        )
    )


def registers(
    *, connection_id: int, first: date, until: date
) -> tuple[RegisterListed, ...]:
    """What the meters of a connection showed at the end of the days in [first, until)."""
    return tuple(
        RegisterListed(**row)
        for row in _all(
            "api_registers", {"id": connection_id, "first": first, "until": until}
        )
    )


def meter_on(*, connection_id: int, day: date) -> int | None:
    """The meter that hung on a connection on a day."""
    found = _all("api_meter_on", {"id": connection_id, "day": day})
    return int(found[0]["meter_id"]) if found else None


def receipts(
    *, connection_id: int, before: int | None, limit: int
) -> tuple[ReceiptListed, ...]:
    """Recharges that were credited, the newest first."""
    return tuple(
        ReceiptListed(**row)
        for row in _all("api_receipts", _page(connection_id, before, limit))
    )


def supply_changes(
    *, connection_id: int, before: int | None, limit: int
) -> tuple[SupplyChangeListed, ...]:
    """Each change of a supply, the newest first."""
    return tuple(
        SupplyChangeListed(**row)
        for row in _all("api_supply_changes", _page(connection_id, before, limit))
    )


def notices(
    *, connection_id: int, before: int | None, limit: int
) -> tuple[NoticeListed, ...]:
    """What a consumer was told, the newest first."""
    return tuple(
        NoticeListed(**row)
        for row in _all("api_notices", _page(connection_id, before, limit))
    )


def _areas(seen: Seen) -> dict[str, list[int]]:
    return {
        "areas": seen.scope.areas,
        "contact_areas": seen.contact.areas,
        "money_areas": seen.money.areas,
    }


def _after(begins: str) -> str | None:
    """The first text after all that begin so: a range, which an index answers."""
    return begins[:-1] + chr(ord(begins[-1]) + 1) if begins else None


def _page(connection_id: int, before: int | None, limit: int) -> dict[str, int | None]:
    return {"id": connection_id, "before": before, "limit": limit}


def _all(name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.dashboards", name), parameters)
        return rows(cursor)
