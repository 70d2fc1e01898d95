"""Which connections get a bill for a period, from which day on, and who gets none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from bijlighar.bills._moves import Known, Marks
from bijlighar.bills.models import Bill as Row
from bijlighar.bills.values import BillKind
from bijlighar.kernel.ist import ONE_DAY, month_starts, next_month_starts
from bijlighar.kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBill:
    """A connection that is to get a bill from `known.first` on."""

    known: Known
    consumer_number: str
    name_en: str
    name_hi: str
    transformer_id: int
    previous_paise: int | None
    rounding_before_paise: int
    count: int
    """The bill's number among those that end in its month."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """Who gets a bill, whose bill is there already, and who gets none."""

    to_bill: dict[int, ToBill] = field(default_factory=dict)
    there: list[Row] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)

    def reject(self, connection_id: int, error: str) -> None:
        """It gets no bill after all; the first reason is told."""
        self.to_bill.pop(connection_id, None)
        self.rejected.setdefault(connection_id, error)


def plan(
    *, connection_ids: Sequence[int], first: date, until: date, kind: BillKind
) -> Plan:
    """Decide for each connection. The wallets are locked: nobody else makes bills."""
    made = Plan()
    last = _last_bills(connection_ids)
    who = {row["connection_id"]: row for row in _who(connection_ids, until)}
    counts = _counts(connection_ids, until)
    for connection_id in connection_ids:
        found = who.get(connection_id)
        before = last.get(connection_id)
        if found is None:
            made.rejected[connection_id] = "it has no meter"
        elif before is not None and before.kind == kind and before.until_day == until:
            made.there.append(before)
        elif before is not None and _closes(before, until):
            made.rejected[connection_id] = _why_closed(before)
        elif before is None and found["begins"] >= until:
            made.rejected[connection_id] = f"its meter came only on {found['begins']}"
        else:
            made.to_bill[connection_id] = _to_bill(
                found, before, max(first, found["begins"]), counts.get(connection_id, 0)
            )
    return made


def _closes(before: Row, until: date) -> bool:
    return before.kind == BillKind.FINAL or before.until_day >= until


def _why_closed(before: Row) -> str:
    if before.kind == BillKind.FINAL:
        return f"bill {before.number} was its final one"
    return f"it is billed until {before.until_day} by {before.number}"


def _to_bill(
    found: Mapping[str, Any], before: Row | None, first: date, count: int
) -> ToBill:
    """A first bill begins where it is asked to; any other where the last one ended."""
    return ToBill(
        known=Known(
            connection_id=found["connection_id"],
            first=before.until_day if before else first,
            ends=before.until_day if before else None,
            marks=Marks(entry_id=before.seen_entry_id, charge_id=before.seen_charge_id)
            if before
            else None,
        ),
        consumer_number=found["consumer_number"],
        name_en=found["name_en"],
        name_hi=found["name_hi"],
        transformer_id=found["transformer_id"],
        previous_paise=before.balance_paise if before else None,
        rounding_before_paise=before.rounding_paise if before else 0,
        count=count + 1,
    )


def _last_bills(connection_ids: Sequence[int]) -> dict[int, Row]:
    found = (
        Row.objects.filter(connection_id__in=connection_ids)
        .order_by("connection_id", "-until_day")
        .distinct("connection_id")
    )
    return {row.connection_id: row for row in found}


def _who(connection_ids: Sequence[int], until: date) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.bills", "who"),
            {"ids": list(connection_ids), "day": until - ONE_DAY},
        )
        return rows(cursor)


def _counts(connection_ids: Sequence[int], until: date) -> dict[int, int]:
    """How many bills of each connection end in the month of the period's last day."""
    last = until - ONE_DAY
    with connection.cursor() as cursor:
        cursor.execute(
            "select connection_id, count(*) from bills_bill"
            " where connection_id = any(%s) and until_day > %s and until_day <= %s"
            " group by connection_id",
            [list(connection_ids), month_starts(last), next_month_starts(last)],
        )
        return dict(cursor.fetchall())
