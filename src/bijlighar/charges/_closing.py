"""What closing days brings, and what every way of closing asks first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from bijlighar.charges._open_day import Columns, column
from bijlighar.charges.values import ThresholdAhead
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.ledger.values import LockedWallets
from bijlighar.readings.values import DayUsage
from bijlighar.tariffs.values import IntArray


@dataclass(slots=True, kw_only=True)
class Closing:
    """What closing brought so far, day by day: who was charged and what was moved.

    `wallets` are those of everybody asked for, which the transaction holds locked.
    """

    wallets: LockedWallets
    charged: list[tuple[date, IntArray, IntArray]] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)
    ahead: list[ThresholdAhead] = field(default_factory=list)

    def add(self, connection_ids: IntArray, day: date, paise: IntArray) -> None:
        """Count one day of some connections in."""
        self.charged.append((day, connection_ids, paise))


def categories_of() -> list[str]:
    """Every category that a connection has or had: columns name one by its place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive found as ("
            " (select category from connections_connectionfact order by category limit 1)"
            " union all"
            " select (select fact.category from connections_connectionfact as fact"
            "  where fact.category > found.category order by fact.category limit 1)"
            " from found where found.category is not null)"
            " select category from found where category is not null"
        )
        return [row[0] for row in cursor.fetchall()]


def usage_columns(columns: Columns, usages: Mapping[int, DayUsage]) -> Columns:
    """Columns whose registers and marks are those of the given usage, by connection."""
    ids = columns["connection_id"].tolist()
    found = [usages[one] for one in ids]
    return columns | {
        "opening_register_wh": column([one.opening_register_wh for one in found]),
        "closing_register_wh": column([one.closing_register_wh for one in found]),
        "energy_wh": column([one.energy_wh for one in found]),
        "is_estimated": column([int(one.is_estimated) for one in found]),
        "is_provisional": column([0] * len(found)),
    }


def registers_before(connection_ids: Sequence[int], *, day: date) -> dict[int, int]:
    """The register that each connection's charge of the day before ended with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct on (connection_id) connection_id, closing_register_wh"
            " from charges_daycharge"
            " where connection_id = any(%s) and day = %s"
            " order by connection_id, version desc",
            [list(connection_ids), day - ONE_DAY],
        )
        return dict(cursor.fetchall())
