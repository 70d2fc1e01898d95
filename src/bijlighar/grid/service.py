"""The discom's tree: the verbs and questions others may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from bijlighar.grid import models
from bijlighar.grid.profile import profile
from bijlighar.grid.rules import may_hang_below
from bijlighar.grid.values import Branch, Kind, Location, NewNode, Node, Profile
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people
from bijlighar.people.values import Change, Scope, Viewer

DEEPEST = 20


class UnknownNode(BijligharError):
    """There is no such office or piece of the network, or it is outside the area."""


class WrongTree(BijligharError):
    """The change would not leave a tree as the discom's profile has it."""


# Verbs


def open_nodes(*, new: Sequence[NewNode], by: Viewer, now: datetime) -> dict[str, int]:
    """Take offices and pieces of the network in, all or none; ids by code.

    Parents come before what hangs below them. Raises WrongTree, naming code and reason.
    """
    made: dict[tuple[str, str], models.Node] = {}
    with transaction.atomic():
        for one in new:
            made[one.discom_code, one.code] = _open(one, made, now)
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


def refresh_reach(*, day: date) -> None:
    """Spread the tree of a day out anew: called after every change and each midnight."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("lock table grid_reach in exclusive mode")
        cursor.execute("delete from grid_reach")
        cursor.execute(statement("bijlighar.grid", "fill_reach"), {"day": day})


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


def _open(
    new: NewNode, made: Mapping[tuple[str, str], models.Node], now: datetime
) -> models.Node:
    discom, parent = _above(new, made)
    held = profile(new.profile if discom is None else discom.profile)
    if parent is not None and not may_hang_below(
        profile=held, kind=new.kind, parent=Kind(parent.kind)
    ):
        raise WrongTree(
            f"{new.code}: a {new.kind} does not hang below a {parent.kind} ({parent.code})."
        )
    try:
        with transaction.atomic():
            node = models.Node.objects.create(
                discom=discom,
                code=new.code,
                kind=new.kind.value,
                profile=new.profile if discom is None else "",
                opened_on=new.opens_on,
            )
    except IntegrityError as error:
        raise WrongTree(f"{new.code}: this code is in use already.") from error
    models.NodeFact.objects.create(
        node=node,
        from_day=new.opens_on,
        parent=parent,
        name_en=new.name_en,
        name_hi=new.name_hi,
        latitude=new.location.latitude if new.location else None,
        longitude=new.location.longitude if new.location else None,
        recorded_at=now,
    )
    return node


def _above(
    new: NewNode, made: Mapping[tuple[str, str], models.Node]
) -> tuple[models.Node | None, models.Node | None]:
    """The discom and the parent of a new node; both None for a discom."""
    if new.kind is Kind.DISCOM:
        return None, None
    discom = (
        made.get((new.discom_code, new.discom_code))
        or models.Node.objects.filter(discom=None, code=new.discom_code).first()
    )
    if discom is None:
        raise WrongTree(f"{new.code}: there is no discom {new.discom_code}.")
    parent = made.get((new.discom_code, new.parent_code))
    if parent is None and new.parent_code == discom.code:
        parent = discom
    if parent is None:
        parent = models.Node.objects.filter(discom=discom, code=new.parent_code).first()
    if parent is None:
        raise WrongTree(f"{new.code}: there is no {new.parent_code} to hang below.")
    return discom, parent


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
