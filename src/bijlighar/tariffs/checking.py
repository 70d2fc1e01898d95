"""Checking order files before they are shipped: every finding, not only the first.

Each schedule of an order is looked at by itself, so that one mistake does not hide the
next; then the orders are laid beside the packaged ones. Nothing is loaded by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import yaml

from bijlighar.kernel.strict_yaml import FileError, Table
from bijlighar.tariffs.orders import check_series, fppas_catalogue, load_order
from bijlighar.tariffs.reading import (
    ORDER_KEYS,
    ORDER_OPTIONAL,
    read_name,
    read_schedules,
)
from bijlighar.tariffs.series import load_fppas
from bijlighar.tariffs.succession import check_together, gaps_in
from bijlighar.tariffs.values import FppasSeries, Order

_FLOAT = "tag:yaml.org,2002:float"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where; people read it as `file:line: reason`."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """As compilers say it: editors jump there."""
        return f"{self.file}:{self.line}: {self.reason}"


def packaged_files() -> tuple[Path, ...]:
    """The order files and FPPAS series that are shipped, by name."""
    root = Path(str(files("bijlighar.tariffs") / "orders"))
    return tuple(sorted(root.glob("*/*.yaml")))


def check_files(paths: Sequence[Path]) -> list[Finding]:
    """All that is wrong with these files, alone and together with the packaged ones.

    A packaged file that is among them counts once. In a series of FPPAS percentages, and
    in what one schedule says, the first finding stands for those behind it.
    """
    given = {path.resolve() for path in paths}
    others = [path for path in packaged_files() if path.resolve() not in given]
    found: list[Finding] = []
    orders: list[tuple[Order, str]] = []
    series: dict[str, FppasSeries] = {}
    for path in paths:
        said = _read(path, orders, series)
        found += sorted(dict.fromkeys(said), key=lambda one: one.line)
    if others:
        _beside(others, orders, series)
    found += _together(orders, {str(path) for path in paths}, series)
    return found


def load_alone(path: Path) -> Order:
    """An order file that is not shipped, with a series that is; raises FileError."""
    order = load_order(path)
    check_series([order], fppas_catalogue())
    return order


def _beside(
    others: Sequence[Path], orders: list[tuple[Order, str]], series: dict[str, FppasSeries]
) -> None:
    """Add the packaged files; a copy of one is the file itself, not another order."""
    held = {order.sha256 for order, _ in orders}
    for path in others:
        if _is_series(path):
            continue
        order = load_order(path)
        if order.sha256 not in held:
            orders.append((order, str(path)))
    for name, one in fppas_catalogue().items():
        series.setdefault(name, one)


def _read(
    path: Path, orders: list[tuple[Order, str]], series: dict[str, FppasSeries]
) -> list[Finding]:
    """Read one file: into orders or series if it is whole, else all that is wrong in it."""
    file = str(path)
    try:
        text = path.read_text("utf-8")
        if _is_series(path):
            one = load_fppas(path)
            series[one.series] = one
        else:
            orders.append((load_order(path), file))
    except OSError as error:
        return [Finding(file=file, line=1, reason=error.strerror or "cannot be read")]
    except UnicodeDecodeError:
        return [Finding(file=file, line=1, reason="the file is not UTF-8")]
    except FileError as error:
        first = _finding(error, file)
        try:
            return [first, *([] if _is_series(path) else _behind(text, file))]
        except RecursionError:
            return [first]
    return []


def _behind(text: str, file: str) -> Iterator[Finding]:
    """What the first mistake of an order hides."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    for node in _floats(root):
        reason = f"`{node.value}` is a float; put the number in quotes"
        yield Finding(file=file, line=node.start_mark.line + 1, reason=reason)
    for alone in _one_schedule_each(root):
        for look in _LOOKS:
            try:
                keys, optional = ORDER_KEYS, ORDER_OPTIONAL
                look(Table(file=file, node=alone, keys=keys, optional=optional))
            except FileError as error:
                yield _finding(error, file)


def _schedules(table: Table) -> None:
    starts, ends = table.day("in_force_from"), table.day_or_none("in_force_until")
    for _ in read_schedules(table=table, sha256="", starts=starts, ends=ends):
        pass


_LOOKS: tuple[Callable[[Table], object], ...] = (
    lambda table: table.text("discom"),
    lambda table: table.text("state"),
    lambda table: table.text("source"),
    lambda table: read_name(table, "order"),
    _schedules,
)


def _one_schedule_each(root: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    """The order once for each of its schedules, with that one alone."""
    if not isinstance(root, yaml.MappingNode):
        return
    for index, (key, value) in enumerate(root.value):
        if key.value == "schedules" and isinstance(value, yaml.SequenceNode):
            for one in value.value:
                alone = yaml.SequenceNode(value.tag, [one], value.start_mark)
                pairs = [*root.value[:index], (key, alone), *root.value[index + 1 :]]
                yield yaml.MappingNode(root.tag, pairs, root.start_mark)


def _floats(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode) and node.tag == _FLOAT:
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _floats(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _floats(key)
            yield from _floats(value)


def _together(
    orders: Sequence[tuple[Order, str]], asked: set[str], series: Mapping[str, FppasSeries]
) -> Iterator[Finding]:
    """Overlaps, gaps and series that nobody has; only about what was asked."""
    for order, file in orders:
        if file in asked:
            try:
                check_series([order], series)
            except FileError as error:
                yield _finding(error, file)
    places = {id(order): file for order, file in orders}
    for gap in gaps_in([order for order, _ in orders]):
        before, after = places[id(gap.before)], places[id(gap.after)]
        if {before, after} & asked:
            yield _finding(gap.error, after)
    for (one, file), (other, other_file) in combinations(orders, 2):
        if {file, other_file} & asked:
            try:
                check_together([one, other])
            except FileError as error:
                is_later = one.in_force_from > other.in_force_from
                later = file if is_later else other_file
                yield _finding(error, later)


def _finding(error: FileError, file: str) -> Finding:
    return Finding(file=file, line=error.line, reason=error.reason)


def _is_series(path: Path) -> bool:
    return path.name.startswith("fppas")
