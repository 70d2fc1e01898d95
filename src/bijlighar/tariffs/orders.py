"""Tariff orders as reviewed files: reading them strictly and finding the one in force.

An order that leaves anything unsaid is refused, with the file, the line and the reason,
because a rate that nobody printed must never reach a consumer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.strict_yaml import FileError, read_file, read_table
from bijlighar.tariffs.reading import (
    ORDER_KEYS,
    ORDER_OPTIONAL,
    read_name,
    read_schedules,
)
from bijlighar.tariffs.series import NO_FPPAS, read_series
from bijlighar.tariffs.succession import categories_of, check_gaps, check_together
from bijlighar.tariffs.values import FppasSeries, FppasValue, Order, Schedule

__all__ = [
    "FileError",
    "TariffGap",
    "catalogue",
    "categories_of",
    "check_series",
    "fits_load",
    "fppas_catalogue",
    "fppas_on",
    "load_order",
    "rated_with",
    "schedule_for",
    "schedules_for",
    "text_of",
]


class TariffGap(BijligharError):
    """No order that is known says what this costs on this day."""


def load_order(path_or_text: Path | str) -> Order:
    """One order from a file, or from its text; raises FileError."""
    if isinstance(path_or_text, Path):
        return _order(read_file(path_or_text), path_or_text.name)
    return _order(path_or_text, "(text)")


@cache
def catalogue() -> tuple[Order, ...]:
    """Every packaged order, by state and first day; raises FileError."""
    orders = [_order(text, name) for name, text in _packaged() if not _is_series(name)]
    orders.sort(key=lambda order: (order.state, order.in_force_from, order.file))
    check_together(orders)
    check_gaps(orders)
    check_series(orders, fppas_catalogue())
    return tuple(orders)


@cache
def fppas_catalogue() -> dict[str, FppasSeries]:
    """Every packaged series of percentages by its name; raises FileError."""
    loaded: dict[str, FppasSeries] = {}
    for name, text in _packaged():
        if _is_series(name):
            series = read_series(text, name)
            if series.series in loaded:
                reason = f"another file has a series called `{series.series}` too"
                raise FileError(file=name, line=1, reason=reason)
            loaded[series.series] = series
    return loaded


def check_series(orders: Sequence[Order], series: Mapping[str, FppasSeries]) -> None:
    """Refuse an order whose FPPAS series is not known."""
    for order in orders:
        for schedule in order.schedules:
            rule = schedule.fppas
            if rule is not None and rule.series not in series:
                known = ", ".join(sorted(series))
                reason = f"the FPPAS series `{rule.series}` is unknown; known are {known}"
                raise FileError(file=order.file, line=order.line, reason=reason)


def schedule_for(
    category: str,
    day: date,
    *,
    load_w: int | None = None,
    orders: Sequence[Order] | None = None,
) -> Schedule:
    """The schedule in force for a category on a supply day; raises TariffGap.

    `load_w` is the sanctioned load: where a category has schedules by load it chooses one,
    and one that no schedule is for is refused. Without it, the first is taken.
    """
    found = schedules_for(category, day, orders=orders)
    if not found:
        raise TariffGap(f"no tariff order is known for category {category} on {day}")
    if load_w is None:
        return found[0]
    for schedule in found:
        if fits_load(schedule, load_w):
            return schedule
    loads = "; ".join(schedule.eligible.text for schedule in found)
    raise TariffGap(f"{category} is not for a load of {load_w} W on {day}: {loads}")


def schedules_for(
    category: str, day: date, *, orders: Sequence[Order] | None = None
) -> tuple[Schedule, ...]:
    """Every schedule in force for a category on a day, by load; maybe none."""
    for order in catalogue() if orders is None else orders:
        if category in categories_of(order) and _holds(order, day):
            return tuple(one for one in order.schedules if one.category == category)
    return ()


def fits_load(schedule: Schedule, load_w: int) -> bool:
    """Whether a sanctioned load is one that the schedule is for."""
    upto = schedule.eligible.upto_w
    return schedule.eligible.above_w < load_w and (upto is None or load_w <= upto)


def rated_with(*, order_sha256: str, category: str, load_w: int) -> Schedule:
    """The schedule of a packaged order by its hash; raises TariffGap where it is gone."""
    for order in catalogue():
        if order.sha256 == order_sha256:
            for schedule in order.schedules:
                if schedule.category == category and fits_load(schedule, load_w):
                    return schedule
    raise TariffGap(f"no order of hash {order_sha256} has {category} for {load_w} W")


@cache
def _texts() -> dict[str, str]:
    return {
        hashlib.sha256(text.encode()).hexdigest(): text
        for name, text in _packaged()
        if not _is_series(name)
    }


def text_of(order_sha256: str) -> str:
    """The whole text of a packaged order by its hash, to be kept; raises TariffGap."""
    if order_sha256 not in _texts():
        raise TariffGap(f"no packaged order has the hash {order_sha256}")
    return _texts()[order_sha256]


def fppas_on(schedule: Schedule, day: date) -> FppasValue:
    """The percentage that a schedule's series has for a supply day; raises TariffGap."""
    if schedule.fppas is None:
        return NO_FPPAS
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
    table = read_table(text=text, file=file, keys=ORDER_KEYS, optional=ORDER_OPTIONAL)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    starts, ends = table.day("in_force_from"), table.day_or_none("in_force_until")
    if ends is not None and ends <= starts:
        raise table.refuse(
            "`in_force_until` is not after `in_force_from`", "in_force_until"
        )
    schedules: list[Schedule] = []
    for one in read_schedules(table=table, sha256=sha256, starts=starts, ends=ends):
        if any(_same_loads(one, other) for other in schedules):
            reason = f"{one.category} has two schedules for the same load"
            raise table.refuse(reason, "schedules")
        schedules.append(one)
    return Order(
        discom=table.text("discom"),
        state=table.text("state"),
        name=read_name(table, "order"),
        in_force_from=starts,
        in_force_until=ends,
        source=table.text("source"),
        schedules=tuple(schedules),
        sha256=sha256,
        file=file,
        line=table.line_of("in_force_from"),
        after_a_gap=table.text_if_any("after_a_gap"),
    )


def _same_loads(one: Schedule, other: Schedule) -> bool:
    """Whether two schedules of one category are for a load in common."""
    if one.category != other.category:
        return False
    first, second = sorted((one.eligible, other.eligible), key=lambda load: load.above_w)
    return first.upto_w is None or second.above_w < first.upto_w


def _holds(order: Order, day: date) -> bool:
    ends = order.in_force_until
    return order.in_force_from <= day and (ends is None or day < ends)
