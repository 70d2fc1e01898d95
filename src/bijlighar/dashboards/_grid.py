"""The tree of any day with what hangs below it.

Row security knows today's tree only. What is asked of another day is therefore asked as
the system, and the statements themselves walk down from the viewer's areas by the tree of
that day: who has a division sees what the division was then, and nothing beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any

from bijlighar.dashboards._asking import all_of
from bijlighar.dashboards.values import (
    BothLanguages,
    GridReport,
    NodeFound,
    OfficeFigures,
    OutlineRow,
)
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind, Location, Node
from bijlighar.kernel.ist import ONE_DAY, next_month_starts
from bijlighar.people import service as people
from bijlighar.people.values import Scope

NOBODY = BothLanguages(en="", hi="")


def outline(
    *, scope: Scope, day: date, today: date, below: int | None = None
) -> tuple[OutlineRow, ...]:
    """The areas' own tops, or what hangs directly below one node.

    Whether that node may be seen, its caller has asked (grid.was_within).
    """
    with _of(day, today):
        highest = tops(scope, day) if below is None else []
        found = all_of(
            "grid_outline",
            {
                "day": day,
                "is_today": day == today,
                "parents": [] if below is None else [below],
                "ids": highest,
            },
        )
    return tuple(
        OutlineRow(
            node=_node(row),
            name=_name(row, "name"),
            children=row["children"],
            connections=row["connections"],
        )
        for row in found
    )


def one(*, node_id: int, day: date, today: date) -> OutlineRow | None:
    """One node with its counts; None where it is not open that day.

    Whether it may be seen, its caller has asked (grid.was_within).
    """
    rows = outline(scope=Scope(area_ids=frozenset({node_id})), day=day, today=today)
    return rows[0] if rows else None


def search(
    *,
    scope: Scope,
    day: date,
    today: date,
    text: str = "",
    kinds: Sequence[Kind] | None = None,
    placed: bool = False,
    limit: int,
    offset: int = 0,
) -> tuple[NodeFound, ...]:
    """Nodes below the areas by code or name; with a location only, where `placed`."""
    with _of(day, today):
        found = all_of(
            "grid_search",
            {
                "day": day,
                "areas": scope.areas,
                "text": text,
                "kinds": None if kinds is None else [kind.value for kind in kinds],
                "placed": placed,
                "limit": limit,
                "offset": offset,
            },
        )
    return tuple(
        NodeFound(
            node=_node(row),
            name=_name(row, "name"),
            parent=_name(row, "parent") if row["parent_en"] else None,
        )
        for row in found
    )


def report(*, scope: Scope, level: Kind, month: date, today: date) -> GridReport:
    """The offices of a level by the tree at the end of a month (its first day)."""
    until = next_month_starts(month)
    day = min(until - ONE_DAY, today)
    with _of(day, today):
        found = all_of(
            "grid_report",
            {
                "day": day,
                "level": level.value,
                "areas": scope.areas,
                "first": month,
                "until": until,
            },
        )
    return GridReport(
        level=level.value,
        first=month,
        day=day,
        offices=tuple(_office(row) for row in found),
    )


def _of(day: date, today: date) -> AbstractContextManager[None]:
    """Today within the database's own limit; any other day by the statement's alone."""
    return nullcontext() if day == today else people.as_the_system()


def tops(scope: Scope, day: date) -> list[int]:
    """The areas that lie below no other one of them on that day."""
    paths = [grid.path_on(node_id=area, day=day) for area in scope.areas]
    return [
        path[-1].node_id
        for path in paths
        if path and not any(node.node_id in scope.area_ids for node in path[:-1])
    ]


def _office(row: Mapping[str, Any]) -> OfficeFigures:
    is_office = row["node_id"] is not None
    return OfficeFigures(
        node_id=row["node_id"],
        code=row["code"] or "",
        name=_name(row, "name") if is_office else NOBODY,
        parent_code=row["parent_code"] or "",
        parent=_name(row, "parent") if row["parent_en"] else NOBODY,
        connections=row["connections"],
        substations=row["substations"],
        feeders=row["feeders"],
        transformers=row["transformers"],
        energy_wh=row["energy_wh"],
    )


def _name(row: Mapping[str, Any], what: str) -> BothLanguages:
    return BothLanguages(en=row[f"{what}_en"], hi=row[f"{what}_hi"])


def _node(row: Mapping[str, Any]) -> Node:
    latitude, longitude = row["latitude"], row["longitude"]
    return Node(
        node_id=row["node_id"],
        discom_id=row["discom_id"],
        parent_id=row["parent_id"],
        code=row["code"],
        kind=Kind(row["kind"]),
        name_en=row["name_en"],
        name_hi=row["name_hi"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
        location=None
        if latitude is None
        else Location(latitude=latitude, longitude=longitude),
    )
