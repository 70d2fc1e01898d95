"""Areas as the pages of staff show them: names beside roles, and a list to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language

from bijlighar.clock import clock
from bijlighar.dashboards.values import BothLanguages
from bijlighar.grid import service as grid
from bijlighar.grid.values import Branch, Kind
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Grant, Scope
from bijlighar.web.role_names import ROLE_NAMES

MOST_TO_PICK = 2_000
INDENT = "\u2003"
NOT_PICKED = (frozenset({Kind.TRANSFORMER}), frozenset({Kind.TRANSFORMER, Kind.FEEDER}))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleShown:
    """A role in an area as a page shows it."""

    grant_id: int
    role: Promise | str
    area: BothLanguages
    starts_at: datetime
    ends_at: datetime | None


def names_of_areas(grants: Iterable[Grant]) -> Mapping[int, BothLanguages]:
    """Names of the areas of these grants, by today's tree."""
    ids = sorted({one.area_id for one in grants})
    if not ids:
        return {}
    found = grid.tree_on(day=supply_day_of(clock.now()), roots=ids, deep=0)
    return {
        one.node.node_id: BothLanguages(en=one.node.name_en, hi=one.node.name_hi)
        for one in found
    }


def roles_shown(
    grants: Iterable[Grant], names: Mapping[int, BothLanguages]
) -> tuple[RoleShown, ...]:
    """Grants with their names; an area that is closed by now goes by its number."""
    return tuple(
        RoleShown(
            grant_id=one.grant_id,
            role=ROLE_NAMES[one.role],
            area=names.get(one.area_id)
            or BothLanguages(en=f"#{one.area_id}", hi=f"#{one.area_id}"),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in grants
    )


def areas_to_choose(scope: Scope) -> tuple[tuple[int, str], ...]:
    """Offices and network parts of a scope, each below its own, indented.

    Transformers are left out, and feeders where the list would be too long: who picks a
    smaller area first sees them.
    """
    found = grid.tree_on(day=supply_day_of(clock.now()), roots=scope.areas)
    branches: Sequence[Branch] = ()
    for left_out in NOT_PICKED:
        branches = [one for one in found if one.node.kind not in left_out]
        if len(branches) <= MOST_TO_PICK:
            break
    names = {one.node.node_id: _name(one) for one in branches}
    ordered = sorted(branches, key=lambda one: [names.get(at, "") for at in one.path])
    chosen: dict[int, str] = {}
    for one in ordered:
        chosen.setdefault(one.node.node_id, INDENT * one.depth + names[one.node.node_id])
    return tuple(chosen.items())


def _name(branch: Branch) -> str:
    node = branch.node
    return node.name_en if get_language() == "en" else node.name_hi
