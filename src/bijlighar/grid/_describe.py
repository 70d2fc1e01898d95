"""What a change of the tree rests on, where it belongs, and a node's history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from bijlighar.grid import _change, models
from bijlighar.grid._refusals import UnknownNode
from bijlighar.grid.values import ChangeKind, Fact, GridChange, Location, Node


def facts(change: GridChange) -> dict[str, object]:
    """The names, parents, children and days that the change takes for granted."""
    node = _node(change.node_id)
    told: dict[str, object] = {
        "node": _facts_of(node, change.from_day),
        "changes_later": [
            day.isoformat()
            for day in models.NodeFact.objects.filter(
                node=node, from_day__gt=change.from_day
            )
            .order_by("from_day")
            .values_list("from_day", flat=True)
        ],
    }
    if change.kind is ChangeKind.MOVE and change.parent_id is not None:
        told["parent"] = _facts_of(_node(change.parent_id), change.from_day)
    if change.kind in (ChangeKind.SPLIT, ChangeKind.CLOSE):
        told["children"] = _change.children_from(node, change)
    if change.kind is ChangeKind.SPLIT:
        codes = [part.code for part in change.parts]
        told["codes_in_use"] = list(
            models.Node.objects.filter(discom_id=node.discom_id, code__in=codes)
            .order_by("code")
            .values_list("code", flat=True)
        )
    return told


def place(change: GridChange) -> int:
    """The lowest area that holds the node and, where they matter, what is above it."""
    node = _node(change.node_id)
    fact = _fact(node, change.from_day)
    if change.kind in (ChangeKind.RENAME, ChangeKind.LOCATE):
        return node.pk
    if fact is None or fact.parent_id is None:
        return node.pk
    if change.kind is ChangeKind.MOVE and change.parent_id is not None:
        return _meeting(fact.parent_id, _node(change.parent_id).pk)
    return fact.parent_id


def history(
    node_id: int, areas: frozenset[int], path_on: Callable[..., Sequence[Node]]
) -> tuple[Fact, ...]:
    """The facts of a node; what held outside the areas is told without names."""
    node = _node(node_id)
    facts = list(models.NodeFact.objects.filter(node=node).order_by("from_day"))
    ends = [fact.from_day for fact in facts[1:]] + [node.closed_on]
    return tuple(
        _told(
            fact,
            until,
            path_on(node_id=node_id, day=fact.from_day),
            areas,
        )
        for fact, until in zip(facts, ends, strict=True)
    )


def _told(
    fact: models.NodeFact, until: date | None, path: Sequence[Node], areas: frozenset[int]
) -> Fact:
    is_seen = any(one.node_id in areas for one in path)
    parent = path[-2] if is_seen and len(path) > 1 else None
    latitude, longitude = fact.latitude, fact.longitude
    location = (
        Location(latitude=latitude, longitude=longitude)
        if is_seen and latitude is not None and longitude is not None
        else None
    )
    return Fact(
        from_day=fact.from_day,
        until=until,
        is_seen=is_seen,
        parent_code=parent.code if parent else "",
        parent_name_en=parent.name_en if parent else "",
        parent_name_hi=parent.name_hi if parent else "",
        name_en=fact.name_en if is_seen else "",
        name_hi=fact.name_hi if is_seen else "",
        location=location,
        why=fact.why if is_seen else "",
    )


def _node(node_id: int) -> models.Node:
    found = models.Node.objects.filter(pk=node_id).first()
    if found is None:
        raise UnknownNode(_("There is no such office or piece of the network."))
    return found


def _fact(node: models.Node, day: date) -> models.NodeFact | None:
    """What holds on a day; before the first fact, the first one."""
    facts = models.NodeFact.objects.filter(node=node)
    return (
        facts.filter(from_day__lte=day).order_by("-from_day").first()
        or facts.order_by("from_day").first()
    )


def _facts_of(node: models.Node, day: date) -> dict[str, object]:
    fact = _fact(node, day)
    assert fact is not None, "every node opens with a fact"
    return {
        "code": node.code,
        "kind": node.kind,
        "opened_on": node.opened_on.isoformat(),
        "closed_on": node.closed_on.isoformat() if node.closed_on else None,
        "name_en": fact.name_en,
        "name_hi": fact.name_hi,
        "parent_id": fact.parent_id,
        "latitude": None if fact.latitude is None else str(fact.latitude),
        "longitude": None if fact.longitude is None else str(fact.longitude),
    }


def _meeting(one: int, other: int) -> int:
    """The lowest area that reaches both."""
    found = (
        models.Reach.objects.filter(
            node_id=one,
            area_id__in=models.Reach.objects.filter(node_id=other).values("area_id"),
        )
        .order_by()
        .values_list("area_id", flat=True)
    )
    areas = list(found)
    if not areas:
        raise UnknownNode(_("The two offices belong to different discoms."))
    # The lowest is the one that everything else in common reaches.
    depth = {area: models.Reach.objects.filter(node_id=area).count() for area in areas}
    return max(areas, key=lambda area: depth[area])
