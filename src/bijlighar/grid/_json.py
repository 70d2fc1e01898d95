"""A change of the tree as JSON and back: how a proposal keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from bijlighar.grid._refusals import WrongTree
from bijlighar.grid.values import ChangeKind, GridChange, Location, Part


def as_json(change: GridChange) -> dict[str, object]:
    """The change as JSON values; what does not count for its kind is left out."""
    told: dict[str, object] = {
        "kind": change.kind.value,
        "node_id": change.node_id,
        "from_day": change.from_day.isoformat(),
    }
    if change.why:
        told["why"] = change.why
    if change.kind is ChangeKind.RENAME:
        told |= {"name_en": change.name_en, "name_hi": change.name_hi}
    if change.kind is ChangeKind.MOVE:
        told["parent_id"] = change.parent_id
    if change.kind is ChangeKind.SPLIT:
        told |= {"parts": [_part(one) for one in change.parts], "closes": change.closes}
    if change.kind is ChangeKind.LOCATE:
        told["location"] = _location(change.location)
    return told


def from_json(told: Mapping[str, Any]) -> GridChange:
    """The change that JSON values tell of. Raises WrongTree where they tell of none."""
    try:
        parent_id = told.get("parent_id")
        return GridChange(
            kind=ChangeKind(told["kind"]),
            node_id=int(told["node_id"]),
            from_day=date.fromisoformat(told["from_day"]),
            why=str(told.get("why", "")),
            name_en=str(told.get("name_en", "")),
            name_hi=str(told.get("name_hi", "")),
            parent_id=None if parent_id is None else int(parent_id),
            parts=_parts(told.get("parts", ())),
            closes=bool(told.get("closes", False)),
            location=_placed(told.get("location")),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise WrongTree(_("This is not a change of the grid: propose it anew.")) from error


def _part(part: Part) -> dict[str, object]:
    return {
        "code": part.code,
        "name_en": part.name_en,
        "name_hi": part.name_hi,
        "child_ids": list(part.child_ids),
    }


def _parts(told: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            code=str(one["code"]),
            name_en=str(one["name_en"]),
            name_hi=str(one["name_hi"]),
            child_ids=tuple(int(child) for child in one["child_ids"]),
        )
        for one in told
    )


def _location(location: Location | None) -> dict[str, str] | None:
    if location is None:
        return None
    return {"latitude": str(location.latitude), "longitude": str(location.longitude)}


def _placed(told: Mapping[str, Any] | None) -> Location | None:
    if told is None:
        return None
    return Location(
        latitude=Decimal(str(told["latitude"])), longitude=Decimal(str(told["longitude"]))
    )
