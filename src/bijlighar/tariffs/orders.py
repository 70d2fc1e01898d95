"""Tariff orders as reviewed files: reading them strictly and finding the one in force.

An order that leaves anything unsaid is refused, with the file, the line and the reason,
because a rate that nobody printed must never reach a consumer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.reading import ORDER_KEYS, read_name, read_schedules
from bijlighar.tariffs.strict_yaml import OrderError, Table, read_table
from bijlighar.tariffs.values import (
    Confidence,
    FppasSeries,
    FppasValue,
    Order,
    Schedule,
)

__all__ = [
    "OrderError",
    "TariffGap",
    "catalogue",
    "check_together",
    "fppas_catalogue",
    "fppas_on",
    "load_fppas",
    "load_order",
    "schedule_for",
]

_ENTRY_KEYS = ("from", "until", "percent", "source", "confidence")


class TariffGap(BijligharError):
    """No order that is known says what this costs on this day."""


def load_order(path_or_text: Path | str) -> Order:
    """One order from a file, or from its text; raises OrderError."""
    if isinstance(path_or_text, Path):
        return _order(path_or_text.read_text("utf-8"), path_or_text.name)
    return _order(path_or_text, "(text)")


def load_fppas(path_or_text: Path | str) -> FppasSeries:
    """One series of percentages from a file, or from its text; raises OrderError."""
    if isinstance(path_or_text, Path):
        return _series(path_or_text.read_text("utf-8"), path_or_text.name)
    return _series(path_or_text, "(text)")


@cache
def catalogue() -> tuple[Order, ...]:
    """Every packaged order, by state and first day; raises OrderError."""
    orders = [_order(text, name) for name, text in _packaged() if not _is_series(name)]
    orders.sort(key=lambda order: (order.state, order.in_force_from, order.file))
    check_together(orders)
    return tuple(orders)


@cache
def fppas_catalogue() -> dict[str, FppasSeries]:
    """Every packaged series of percentages by its name; raises OrderError."""
    loaded = [_series(text, name) for name, text in _packaged() if _is_series(name)]
    return {series.series: series for series in loaded}


def check_together(orders: Sequence[Order]) -> None:
    """Refuse two orders that are in force for one category on one day."""
    seen: list[Order] = []
    for order in sorted(orders, key=lambda order: order.in_force_from):
        for other in seen:
            shared = sorted(order.schedules.keys() & other.schedules.keys())
            if shared and _overlap(order, other):
                reason = f"{shared[0]} has another order in force on this day: {other.file}"
                raise OrderError(file=order.file, line=order.line, reason=reason)
        seen.append(order)


def schedule_for(
    category: str, day: date, *, orders: Sequence[Order] | None = None
) -> Schedule:
    """The schedule in force for a category on a supply day; raises TariffGap."""
    for order in catalogue() if orders is None else orders:
        if category in order.schedules and _holds(order, day):
            return order.schedules[category]
    raise TariffGap(f"no tariff order is known for category {category} on {day}")


def fppas_on(schedule: Schedule, day: date) -> FppasValue:
    """The percentage that a schedule's series has for a supply day; raises TariffGap."""
    series = fppas_catalogue().get(schedule.fppas.series)
    if series is None:
        raise TariffGap(f"no FPPAS series is called {schedule.fppas.series}")
    for value in series.values:
        starts_by = value.starts is None or value.starts <= day
        if starts_by and (value.ends is None or day < value.ends):
            return value
    raise TariffGap(f"the FPPAS series {series.series} says nothing for {day}")


def _packaged() -> Iterator[tuple[str, str]]:
    """Name (`up/fppas.yaml`) and text of each packaged file."""
    root = files("bijlighar.tariffs") / "orders"
    for state in sorted(root.iterdir(), key=_by_name):
        if state.is_dir():
            for file in sorted(state.iterdir(), key=_by_name):
                if file.name.endswith(".yaml"):
                    yield f"{state.name}/{file.name}", file.read_text("utf-8")


def _by_name(entry: Traversable) -> str:
    return entry.name


def _is_series(name: str) -> bool:
    return name.rpartition("/")[2].startswith("fppas")


def _order(text: str, file: str) -> Order:
    table = read_table(text=text, file=file, keys=ORDER_KEYS)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    starts, ends = table.day("in_force_from"), table.day_or_none("in_force_until")
    if ends is not None and ends <= starts:
        raise table.refuse(
            "`in_force_until` is not after `in_force_from`", "in_force_until"
        )
    schedules: dict[str, Schedule] = {}
    for one in read_schedules(table=table, sha256=sha256, starts=starts, ends=ends):
        if one.category in schedules:
            raise table.refuse(f"{one.category} has two schedules", "schedules")
        schedules[one.category] = one
    return Order(
        discom=table.text("discom"),
        state=table.text("state"),
        name=read_name(table, "order"),
        in_force_from=starts,
        in_force_until=ends,
        source=table.text("source"),
        schedules=schedules,
        sha256=sha256,
        file=file,
        line=table.line_of("in_force_from"),
    )


def _series(text: str, file: str) -> FppasSeries:
    table = read_table(
        text=text, file=file, keys=("series", "cap_percent", "source", "values")
    )
    table.text("source")
    cap = str(table.decimal("cap_percent", least="0", most="100", places=2))
    values: list[FppasValue] = []
    for entry in table.tables("values", keys=_ENTRY_KEYS, optional=("note",)):
        value = _fppas_value(entry, cap)
        _check_follows(entry, values[-1] if values else None, value)
        values.append(value)
    if not values:
        raise table.refuse("`values` is empty", "values")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return FppasSeries(series=table.text("series"), values=tuple(values), sha256=sha256)


def _fppas_value(entry: Table, cap: str) -> FppasValue:
    percent = entry.decimal("percent", least=f"-{cap}", most=cap, places=2)
    return FppasValue(
        starts=entry.day_or_none("from"),
        ends=entry.day_or_none("until"),
        basis_points=int(percent * 100),
        source=entry.text("source"),
        confidence=Confidence(entry.word_of("confidence", list(Confidence))),
        note=entry.text_if_any("note"),
    )


def _check_follows(entry: Table, before: FppasValue | None, value: FppasValue) -> None:
    """Each entry starts on the day on which the one before it ends."""
    if before is not None and (before.ends is None or before.ends != value.starts):
        raise entry.refuse(
            "a gap or an overlap: the entry before ends on another day", "from"
        )
    if value.starts and value.ends and value.ends <= value.starts:
        raise entry.refuse("`until` is not after `from`", "until")


def _holds(order: Order, day: date) -> bool:
    ends = order.in_force_until
    return order.in_force_from <= day and (ends is None or day < ends)


def _overlap(order: Order, other: Order) -> bool:
    first, second = sorted((order, other), key=lambda one: one.in_force_from)
    return first.in_force_until is None or second.in_force_from < first.in_force_until
