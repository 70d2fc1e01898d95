"""YAML read strictly: every value is asked for by name and type, and refused with its line.

Nodes are composed, never constructed, so that each keeps the line it stands on. Floats are
refused wherever they stand, and so is any key that the caller did not name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import yaml

from bijlighar.kernel.errors import BijligharError

_TAG = "tag:yaml.org,2002:"
# The one in C reads the same language seven times faster; some builds come without it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_DIGITS = 9
_TOO_DEEP = "nested too deeply, or an alias stands inside what it names"
_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE.match
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class FileError(BijligharError):
    """A file of orders or policies cannot be used as it stands."""

    def __init__(self, *, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class Table:
    """A YAML mapping whose keys are known beforehand, each required unless `optional`."""

    def __init__(
        self,
        *,
        file: str,
        node: yaml.Node,
        keys: Collection[str],
        optional: Collection[str] = (),
    ) -> None:
        self.file = file
        self.line = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse("a table of keys and values is expected here")
        for key, value in node.value:
            self._take(key, value, [*keys, *optional])
        for missing in [key for key in keys if key not in self._nodes]:
            raise self.refuse(f"`{missing}` is missing")

    def refuse(self, reason: str, key: str | None = None) -> FileError:
        """The error for this table, or for the line of one of its values."""
        line = self.line if key is None else self.line_of(key)
        return FileError(file=self.file, line=line, reason=reason)

    def line_of(self, key: str) -> int:
        """The line on which the value of `key` starts."""
        return self._node(key).start_mark.line + 1

    def text(self, key: str) -> str:
        """Words, not empty."""
        value = self._scalar(key, "str", "words")
        if not value.strip():
            raise self.refuse(f"`{key}` is empty", key)
        return value.strip()

    def text_if_any(self, key: str) -> str:
        """Words, or none where an optional key is left out."""
        return self.text(key) if self.has(key) else ""

    def word_of(self, key: str, words: Collection[str]) -> str:
        """One of the given words."""
        value = self.text(key)
        if value not in words:
            known = ", ".join(sorted(words))
            raise self.refuse(f"`{key}` is `{value}`, which is none of {known}", key)
        return value

    def whole(self, key: str, *, least: int = 0, most: int | None = None) -> int:
        """A whole number that is not negative, nor outside `least` to `most`."""
        value = self._scalar(key, "int", "a whole number")
        if not value.isdecimal():
            raise self.refuse(f"`{key}` must be plain digits, not `{value}`", key)
        if len(value) > _MOST_DIGITS:
            raise self.refuse(f"`{key}` has more than {_MOST_DIGITS} digits", key)
        number = int(value)
        if number < least or (most is not None and number > most):
            upto = "" if most is None else f" to {most}"
            raise self.refuse(f"`{key}` is {value}, outside {least}{upto}", key)
        return number

    def whole_or_none(self, key: str) -> int | None:
        """A whole number, or null for no limit."""
        return None if self._is_null(key) else self.whole(key)

    def decimal(self, key: str, *, least: str, most: str, places: int) -> Decimal:
        """A decimal in quotes, so that it stays as printed."""
        value = self._scalar(key, "str", 'a number in quotes, as "6.85",')
        if not _DECIMAL.fullmatch(value):
            raise self.refuse(f"`{key}` is not a decimal number: `{value}`", key)
        number = Decimal(value)
        if len(value.partition(".")[2]) > places:
            raise self.refuse(f"`{key}` has more than {places} decimals: {value}", key)
        if not Decimal(least) <= number <= Decimal(most):
            raise self.refuse(f"`{key}` is {value}, outside {least} to {most}", key)
        return number

    def day(self, key: str) -> date:
        """A day, as 2024-10-01."""
        value = self._scalar(key, "timestamp", "a day, as 2024-10-01,")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.refuse(f"`{key}` is not a day: `{value}`", key) from None

    def day_or_none(self, key: str) -> date | None:
        """A day, or null for no limit."""
        return None if self._is_null(key) else self.day(key)

    def clock_time(self, key: str) -> time:
        """A time of day in quotes, as "18:00", which unquoted would be a number."""
        node = self._node(key)
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}str":
            raise self.refuse(f'`{key}` must be a time in quotes, as "18:00"', key)
        if not _CLOCK_TIME.fullmatch(node.value):
            raise self.refuse(f'`{key}` must be a time, as "18:00", not {node.value}', key)
        return time.fromisoformat(node.value)

    def truth(self, key: str) -> bool:
        """Plain true or false."""
        value = self._scalar(key, "bool", "true or false")
        if value not in ("true", "false"):
            raise self.refuse(f"`{key}` must be true or false, not `{value}`", key)
        return value == "true"

    def has(self, key: str) -> bool:
        """Whether an optional key is there."""
        return key in self._nodes

    def table(
        self, key: str, *, keys: Collection[str], optional: Collection[str] = ()
    ) -> Table:
        """A table inside this one."""
        node = self._node(key)
        return Table(file=self.file, node=node, keys=keys, optional=optional)

    def table_or_none(self, key: str, *, keys: Collection[str]) -> Table | None:
        """A table inside this one, or null where there is nothing."""
        return None if self._is_null(key) else self.table(key, keys=keys)

    def named_days(self, key: str) -> dict[date, str]:
        """A table whose keys are days and whose values say what day it is."""
        node = self._node(key)
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse(f"`{key}` must be a table of days and their names", key)
        found: dict[date, str] = {}
        for day, name in node.value:
            pair = self._made_of({"day": day, "name": name})
            if pair.day("day") in found:
                raise pair.refuse(f"`{pair.day('day')}` stands twice", "day")
            found[pair.day("day")] = pair.text("name")
        return found

    def tables(
        self, key: str, *, keys: Collection[str], optional: Collection[str] = ()
    ) -> list[Table]:
        """A list of tables that have the same keys."""
        return [
            Table(file=self.file, node=node, keys=keys, optional=optional)
            for node in self._items(key)
        ]

    def words(self, key: str) -> list[str]:
        """A list of words."""
        words = []
        for node in self._items(key):
            if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}str":
                raise self.refuse(f"`{key}` must be a list of words", key)
            words.append(node.value)
        return words

    def words_of(self, key: str, words: Collection[str], *, least: int = 1) -> list[str]:
        """A list of some of the given words, each once, at least so many."""
        found = self.words(key)
        for one in found:
            if one not in words:
                known = ", ".join(sorted(words))
                raise self.refuse(f"`{key}` names {one}, which is none of {known}", key)
        if len(found) < least or len(set(found)) < len(found):
            raise self.refuse(f"`{key}` names each once, and at least {least}", key)
        return found

    def wholes(self, key: str, *, most: int) -> list[int]:
        """A list of whole numbers from 0 to `most`."""
        return [
            self._made_of({key: node}).whole(key, most=most) for node in self._items(key)
        ]

    def _made_of(self, nodes: dict[str, yaml.Node]) -> Table:
        """Nodes that stand in no table of their own, to be read like one."""
        mark = next(iter(nodes.values())).start_mark
        made = Table(file=self.file, node=yaml.MappingNode("", [], mark), keys=())
        made._nodes = nodes
        return made

    def _take(self, key: yaml.Node, value: yaml.Node, keys: Collection[str]) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.value not in keys:
            known = ", ".join(keys)
            reason = f"`{key.value}` is not known here; known are {known}"
            raise FileError(file=self.file, line=line, reason=reason)
        if key.value in self._nodes:
            raise FileError(file=self.file, line=line, reason=f"`{key.value}` stands twice")
        self._nodes[key.value] = value

    def _node(self, key: str) -> yaml.Node:
        if key not in self._nodes:
            raise FileError(file=self.file, line=self.line, reason=f"`{key}` is missing")
        return self._nodes[key]

    def _items(self, key: str) -> list[yaml.Node]:
        node = self._node(key)
        if not isinstance(node, yaml.SequenceNode):
            raise self.refuse(f"`{key}` must be a list", key)
        return list(node.value)

    def _is_null(self, key: str) -> bool:
        return self._node(key).tag == f"{_TAG}null"

    def _scalar(self, key: str, tag: str, wanted: str) -> str:
        node = self._node(key)
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}{tag}":
            raise self.refuse(f"`{key}` must be {wanted} and is not", key)
        return str(node.value)


def read_file(path: Path) -> str:
    """The text of a file in UTF-8; raises FileError where it is in another encoding."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(file=path.name, line=line, reason="not UTF-8") from None


def read_table(
    *, text: str, file: str, keys: Collection[str], optional: Collection[str] = ()
) -> Table:
    """The single table that a file consists of; raises FileError."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileError(file=file, line=line, reason=f"not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        at = next((at for at, one in enumerate(text) if _UNPRINTABLE(one)), 0)
        line = text.count("\n", 0, at) + 1
        reason = f"not YAML: {error.reason}"
        raise FileError(file=file, line=line, reason=reason) from None
    except RecursionError:
        raise FileError(file=file, line=1, reason=_TOO_DEEP) from None
    if node is None:
        raise FileError(file=file, line=1, reason="the file is empty")
    for scalar in _all_scalars(node, file):
        if scalar.tag == f"{_TAG}float":
            line = scalar.start_mark.line + 1
            reason = f"`{scalar.value}` is a float; put the number in quotes"
            raise FileError(file=file, line=line, reason=reason)
    return Table(file=file, node=node, keys=keys, optional=optional)


def _all_scalars(node: yaml.Node, file: str) -> list[yaml.ScalarNode]:
    try:
        return list(_scalars(node))
    except RecursionError:
        raise FileError(file=file, line=1, reason=_TOO_DEEP) from None


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
