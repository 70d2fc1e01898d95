"""The tree and what is counted in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bijlighar.dashboards._words import BothLanguages
from bijlighar.grid.values import Kind, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineRow:
    """A node of the tree on a day, folded up."""

    node: Node
    name: BothLanguages
    children: int
    """Directly below it."""
    connections: int
    """Anywhere below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KycProgress:
    """How far the connections below one node are with KYC."""

    node_id: int
    discom_id: int
    kind: Kind
    code: str
    name: BothLanguages
    children: int
    connections: int
    done: int
    waiting: int
    """For the office to look at a paper."""
    rejected: int
    """And no other paper shown since."""

    @property
    def pending(self) -> int:
        """Those that are not done, whatever they have shown."""
        return self.connections - self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFound:
    """A node of the tree on a day, by itself."""

    node: Node
    name: BothLanguages
    parent: BothLanguages | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFigures:
    """One line of the dated report: an office as it was that day."""

    node_id: int | None
    """None: what hangs below no office of the level."""
    code: str
    name: BothLanguages
    parent_code: str
    parent: BothLanguages
    connections: int
    substations: int
    feeders: int
    transformers: int
    energy_wh: int
    """Charged in the month, of the connections that hung below it on the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridReport:
    """The offices of one level as the tree was on the last day of a month."""

    level: str
    first: date
    """The month's first day."""
    day: date
    """The day of the tree: the month's last day, or today where that is to come."""
    offices: tuple[OfficeFigures, ...]
