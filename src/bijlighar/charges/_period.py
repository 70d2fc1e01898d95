"""What charged days come to over a period: its parts, each explained line by line.

A month has one part, or more where an order, a category, a load, a payment mode or a meter
changes. The lines of a part are those between its first and its last day of the period, so
that they add up to its days to the paisa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby

from bijlighar.charges._explain import slices_of
from bijlighar.charges._open_day import day_of_number, fetch
from bijlighar.charges._schedules import OrderGone, order_of
from bijlighar.charges.models import DayCharge
from bijlighar.charges.values import (
    ChargedPeriod,
    ChargedPeriods,
    DayTotal,
    NotCharged,
    PeriodPart,
)
from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.values import Head, Order, Schedule

_COLUMNS = (
    "connection_id",
    "id",
    "day",
    "part_from",
    "schedule_id",
    "sanctioned_load_w",
    "is_prepaid",
    "meter_id",
    "energy_wh",
    "opening_register_wh",
    "closing_register_wh",
    "total_paise",
    "is_estimated",
    "is_provisional",
)
_PART = ("part_from", "schedule_id", "sanctioned_load_w", "is_prepaid", "meter_id")

_Row = Mapping[str, int]


def periods_of(
    *, connection_ids: Sequence[int], first: date, until: date
) -> ChargedPeriods:
    """As `service.periods_of` says."""
    days = _days(connection_ids, first, until)
    parts = {one: _parts(rows, first) for one, rows in days.items()}
    kept = DayCharge.objects.in_bulk(
        [row["id"] for found in parts.values() for part in found for row in _ends(part)]
    )
    order_of_id = cache(order_of)  # Hundreds of connections share a handful.
    found: dict[int, ChargedPeriod] = {}
    rejected: list[NotCharged] = []
    for connection_id, rows in days.items():
        try:
            explained = tuple(
                _explained(part, first, kept, order_of_id) for part in parts[connection_id]
            )
        except OrderGone as error:
            rejected.append(NotCharged(connection_id=connection_id, error=str(error)))
            continue
        found[connection_id] = ChargedPeriod(
            connection_id=connection_id,
            parts=explained,
            days=tuple(_day(row) for row in rows if day_of_number(row["day"]) >= first),
        )
    return ChargedPeriods(found=found, rejected=tuple(rejected))


def _days(connection_ids: Sequence[int], first: date, until: date) -> dict[int, list[_Row]]:
    columns = fetch(
        "period_days",
        {"ids": sorted(set(connection_ids)), "first": first, "until": until},
        _COLUMNS,
        dates={"day", "part_from"},
    )
    listed = zip(*(columns[name].tolist() for name in _COLUMNS), strict=True)
    rows = (dict(zip(_COLUMNS, values, strict=True)) for values in listed)
    return {
        connection_id: list(found)
        for connection_id, found in groupby(rows, key=lambda row: row["connection_id"])
    }


def _parts(rows: Sequence[_Row], first: date) -> list[list[_Row]]:
    """The days of each part, the day before the period with its own; only parts that reach
    into the period."""
    parts = [
        list(part)
        for _, part in groupby(rows, key=lambda row: tuple(row[name] for name in _PART))
    ]
    return [part for part in parts if day_of_number(part[-1]["day"]) >= first]


def _ends(part: Sequence[_Row]) -> Iterator[_Row]:
    yield part[0]
    yield part[-1]


def _explained(
    part: Sequence[_Row],
    first: date,
    kept: Mapping[int, DayCharge],
    order_of_id: Callable[[int], tuple[Order, Schedule]],
) -> PeriodPart:
    last = kept[part[-1]["id"]]
    began_before = day_of_number(part[0]["day"]) < first
    before = kept[part[0]["id"]] if began_before else None
    inside = part[1:] if began_before else part
    order, schedule = order_of_id(last.schedule_id)
    lines = explain(schedule, slices_of(last, before), slices_of(last, last))
    return PeriodPart(
        first=day_of_number(inside[0]["day"]),
        last=last.day,
        order_name=order.name,
        schedule=schedule,
        slices=slices_of(last, last),
        lines=tuple(lines),
        heads_paise={
            head.value: getattr(last, name) - (getattr(before, name) if before else 0)
            for head, name in ((head, f"mtd_{head.value}_paise") for head in Head)
        },
        total_paise=sum(row["total_paise"] for row in inside),
        energy_wh=sum(row["energy_wh"] for row in inside),
        opening_register_wh=inside[0]["opening_register_wh"],
        closing_register_wh=last.closing_register_wh,
        meter_id=last.meter_id,
        sanctioned_load_w=last.sanctioned_load_w,
        is_prepaid=last.is_prepaid,
    )


def _day(row: _Row) -> DayTotal:
    return DayTotal(
        day=day_of_number(row["day"]),
        energy_wh=row["energy_wh"],
        total_paise=row["total_paise"],
        is_estimated=bool(row["is_estimated"]),
        is_provisional=bool(row["is_provisional"]),
    )
