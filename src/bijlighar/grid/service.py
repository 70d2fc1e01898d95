"""The discom's tree: the verbs and questions others may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from bijlighar.grid import _bulk, _change, _describe, _json, _open, _reach, models
from bijlighar.grid._refusals import UnknownNode as UnknownNode
from bijlighar.grid._refusals import WrongTree as WrongTree
from bijlighar.grid.profile import profile
from bijlighar.grid.values import (
    Branch,
    Fact,
    GridChange,
    Kind,
    Location,
    NewNode,
    Node,
    Profile,
)
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people
from bijlighar.people.values import Change, Scope, Viewer

DEEPEST = 20
LARGEST_ID = 2**63 - 1


# Verbs


def open_nodes(*, new: Sequence[NewNode], by: Viewer, now: datetime) -> dict[str, int]:
    """Take offices and pieces of the network in, all or none; ids by code.

    Parents come before what hangs below them. Raises WrongTree, naming code and reason.
    """
    made: dict[tuple[str, str], models.Node] = {}
    with transaction.atomic():
        for one in new:
            made[one.discom_code, one.code] = _open.one(one, made, now)
        refresh_reach(day=supply_day_of(now))
        for (_, code), node in made.items():
            people.record(
                change=Change(
                    action="grid.node.opened",
                    object_kind="node",
                    object_id=str(node.pk),
                    place_id=node.pk,
                    after={"code": code, "kind": node.kind},
                ),
                by=by,
                now=now,
            )
    return {code: node.pk for (_, code), node in made.items()}


def change(
    *,
    change: GridChange,
    by: Viewer,
    now: datetime,
    approved_by: str = "",
    approved_by_id: int | None = None,
    proposal_id: str = "",
) -> bool:
    """Make a change of the tree that somebody had the right to decide; safe to repeat.

    True where something is different now: only then there is an audit record. Looks at and
    writes the whole tree, whatever areas the present request is limited to. Raises
    WrongTree, naming code and reason, or UnknownNode.
    """
    return _change.change(
        change,
        by,
        now,
        _change.Approval(by=approved_by, by_id=approved_by_id, proposal_id=proposal_id),
    )


def open_many(*, new: Sequence[NewNode], now: datetime) -> None:
    """Take many nodes of an import in, all or none, in the caller's transaction.

    The import has looked at them as `open_nodes` would, writes one audit record for all of
    them, and refreshes the reach at its end.
    """
    _bulk.open_many(new, now)


def refresh_reach(*, day: date) -> None:
    """Spread the tree of a day out anew: called after every change and each midnight."""
    _reach.refresh(day=day)


# A change that is not made yet


def hold_tree(*, node_id: int) -> None:
    """Let nobody else change this discom's tree until the transaction ends.

    Raises UnknownNode.
    """
    with people.as_the_system():
        _change.locked(node_id)


def check_change(*, change: GridChange, now: datetime) -> None:
    """Raise what making the change now would raise; nothing is changed."""
    _change.check(change, now)


def change_as_json(change: GridChange) -> dict[str, object]:
    """The change as JSON values, as a proposal keeps it."""
    return _json.as_json(change)


def change_from_json(told: Mapping[str, Any]) -> GridChange:
    """The change that JSON values tell of. Raises WrongTree where they tell of none."""
    return _json.from_json(told)


def change_facts(change: GridChange) -> dict[str, object]:
    """What the change rests on, as JSON values, the same for everybody who asks.

    A proposal freezes them: where they are different later, the change means something
    else than what was proposed. Raises UnknownNode.
    """
    with people.as_the_system():
        return _describe.facts(change)


def place_of_change(change: GridChange) -> int:
    """The lowest area that holds all that the change touches, by today's tree.

    Who proposes or approves the change needs the right there. Raises UnknownNode.
    """
    with people.as_the_system():
        return _describe.place(change)


# Questions


def tree_on(
    *, day: date, roots: Sequence[int] | None = None, deep: int = DEEPEST
) -> tuple[Branch, ...]:
    """The tree as it was on a day, from the top down; all discoms where `roots` is None."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.grid", "tree_on"),
            {"day": day, "roots": None if roots is None else list(roots), "deep": deep},
        )
        return tuple(_branch(row) for row in rows(cursor))


def node_on(*, node_id: int, day: date) -> Node:
    """One node as it was on a day. Raises UnknownNode."""
    found = tree_on(day=day, roots=[node_id], deep=0)
    if not found:
        raise UnknownNode(f"There is no office or network part {node_id} on {day}.")
    return found[0].node


def path_on(*, node_id: int, day: date) -> tuple[Node, ...]:
    """What lies above a node on a day, from the discom down, the node itself last.

    Empty where the node is not open that day. Names above the present areas are told too.
    """
    if node_id > LARGEST_ID:
        return ()
    with people.as_the_system(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.grid", "path_on"), {"node": node_id, "day": day}
        )
        return tuple(_branch(row).node for row in rows(cursor))


def facts_of(*, node_id: int, scope: Scope) -> tuple[Fact, ...]:
    """A node's history, the oldest first; without names where it lay outside the scope."""
    with people.as_the_system():
        return _describe.history(node_id, scope.area_ids, path_on)


def was_within(*, scope: Scope, node_id: int, day: date) -> bool:
    """Whether a node lay in one of the areas by the tree of a day."""
    path = path_on(node_id=node_id, day=day)
    return any(node.node_id in scope.area_ids for node in path)


def is_within(*, scope: Scope, node_id: int) -> bool:
    """Whether a node lies in one of the areas, by today's tree."""
    return models.Reach.objects.filter(area_id__in=scope.areas, node_id=node_id).exists()


def profile_of(*, discom_id: int) -> Profile:
    """The profile of a discom. Raises UnknownNode."""
    found = models.Node.objects.filter(pk=discom_id, discom=None).first()
    if found is None:
        raise UnknownNode(f"There is no discom {discom_id}.")
    return profile(found.profile)


def ids_by_code(*, discom_id: int, codes: Sequence[str]) -> Mapping[str, int]:
    """Ids of a discom's nodes by code, as far as they are known."""
    return dict(
        models.Node.objects.filter(discom_id=discom_id, code__in=codes)
        .order_by()
        .values_list("code", "pk")
    )


def _branch(row: Mapping[str, Any]) -> Branch:
    latitude, longitude = row["latitude"], row["longitude"]
    return Branch(
        node=Node(
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
        ),
        depth=row["depth"],
        path=tuple(row["path"]),
    )
