"""Tables in YAML read strictly: known keys, values of one kind, faults with their line.

Nodes are composed, never constructed: nothing becomes a date, a float or an object, and a
key that stands twice or is not known is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import yaml

from bijlighar.kernel.errors import BijligharError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL, _INT, _BOOL = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "int", "bool"))


class TableError(BijligharError):
    """A table of names cannot be used as it stands."""

    def __init__(self, *, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.line = line


class Row:
    """A mapping whose keys are known beforehand, all needed unless `optional`."""

    def __init__(
        self,
        node: yaml.Node,
        *,
        file: str,
        keys: Collection[str],
        optional: Collection[str] = (),
    ) -> None:
        self._file = file
        self.line = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse("keys and values expected")
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in keys and name not in optional:
                raise self.refuse(f"`{name}` is not known here")
            if name in self._nodes:
                raise self.refuse(f"`{name}` stands twice")
            self._nodes[name] = value
        for name in keys:
            if name not in self._nodes:
                raise self.refuse(f"`{name}` is missing")

    def refuse(self, reason: str) -> TableError:
        """The error for this row, to be raised by the caller."""
        return TableError(file=self._file, line=self.line, reason=reason)

    def has(self, key: str) -> bool:
        """Whether an optional key is there."""
        return key in self._nodes

    def text(self, key: str) -> str:
        """Words, not empty."""
        node = self._nodes[key]
        value = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
        if not value or node.tag == _NULL:
            raise self.refuse(f"`{key}`: words expected")
        return str(value)

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number in decimal digits."""
        node = self._nodes[key]
        digits = node.value if node.tag == _INT else ""
        if not (isinstance(digits, str) and digits.isdecimal() and digits.isascii()):
            raise self.refuse(f"`{key}`: a whole number expected")
        if not least <= int(digits) <= most:
            raise self.refuse(f"`{key}`: {least} to {most} expected, not {digits}")
        return int(digits)

    def truth(self, key: str) -> bool:
        """true or false."""
        node = self._nodes[key]
        if node.tag != _BOOL or node.value not in ("true", "false"):
            raise self.refuse(f"`{key}`: true or false expected")
        return bool(node.value == "true")

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        return tuple(
            node.value
            for node in self._items(key)
            if isinstance(node, yaml.ScalarNode) or self._no_word(key)
        )

    def row(
        self, key: str, *, keys: Collection[str], optional: Collection[str] = ()
    ) -> Row:
        """A mapping inside this one."""
        return Row(self._nodes[key], file=self._file, keys=keys, optional=optional)

    def rows(
        self, key: str, *, keys: Collection[str], optional: Collection[str] = ()
    ) -> Iterator[Row]:
        """A list of mappings; none where an optional key is not there."""
        for node in self._items(key) if key in self._nodes else ():
            yield Row(node, file=self._file, keys=keys, optional=optional)

    def _items(self, key: str) -> list[yaml.Node]:
        node = self._nodes[key]
        if not isinstance(node, yaml.SequenceNode):
            raise self.refuse(f"`{key}`: a list expected")
        return list(node.value)

    def _no_word(self, key: str) -> bool:
        raise self.refuse(f"`{key}`: a list of words expected")


def read(text: str, *, file: str, keys: Collection[str]) -> Row:
    """The whole file; raises `TableError`."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise TableError(file=file, line=line, reason="no YAML") from error
    if node is None:
        raise TableError(file=file, line=1, reason="the file is empty")
    return Row(node, file=file, keys=keys)
