"""The tree as something to pick from: today's, within a scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bijlighar.dashboards._asking import all_of, chosen
from bijlighar.dashboards.values import Area, AreaName, BothLanguages
from bijlighar.people.values import Scope

MOST_CHILDREN = 500
MOST_FOUND = 20


def one(*, node_id: int, scope: Scope, day: date) -> Area | None:
    """A node within a scope; None where it is not."""
    found = _areas([node_id], scope, day)
    return found[0] if found else None


def at_the_top(*, scope: Scope, day: date) -> tuple[Area, ...]:
    """The areas of a scope that lie in no other area of it."""
    tops = _areas(scope.areas, scope, day)
    return tuple(
        area for area in tops if not scope.area_ids & {up.node_id for up in area.above}
    )


def below(*, node_id: int, scope: Scope, day: date) -> tuple[Area, ...]:
    """What hangs directly below a node, within a scope."""
    found = all_of("areas_below", {"node": node_id, "day": day, "limit": MOST_CHILDREN})
    return _areas([row["node_id"] for row in found], scope, day)


def found(
    *, term: str, scope: Scope, day: date, kinds: Sequence[str] | None = None
) -> tuple[Area, ...]:
    """Nodes of a scope by a part of their name or the beginning of their code."""
    rows = chosen(
        "areas_found",
        {
            "term": term.casefold(),
            "code": term.upper(),
            "kinds": None if kinds is None else list(kinds),
            "areas": scope.areas,
            "day": day,
            "limit": MOST_FOUND,
        },
    )
    return _areas([row["node_id"] for row in rows], scope, day)


def _areas(ids: Sequence[int], scope: Scope, day: date) -> tuple[Area, ...]:
    if not ids:
        return ()
    rows = all_of("areas", {"ids": list(ids), "areas": scope.areas, "day": day})
    above = {up for row in rows for up in row["above_ids"] or ()}
    names = {
        row["node_id"]: BothLanguages(en=row["name_en"], hi=row["name_hi"])
        for row in all_of("area_names", {"ids": list(above), "day": day})
    }
    return tuple(
        Area(
            node_id=row["node_id"],
            code=row["code"],
            kind=row["kind"],
            name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
            above=tuple(
                AreaName(node_id=up, name=names[up])
                for up in row["above_ids"] or ()
                if up in names
            ),
            has_more=row["has_more"],
        )
        for row in rows
    )
