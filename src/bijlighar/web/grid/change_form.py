"""The forms that propose a change of a node: what was filled in, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange, Location, Node, Part

LONGEST_CODE = 40
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """One of the forms as it was filled in."""

    kind: str = ""
    """Which of the forms; empty while none was sent."""
    values: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[int] = frozenset()
    """The children that were chosen in a split."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """By field; what concerns the whole form stands under `form`."""
    change: GridChange | None = None
    """None while there are errors."""


def empty_form() -> ChangeForm:
    """Before anything was sent."""
    return ChangeForm()


def read_form(posted: QueryDict, *, node: Node) -> ChangeForm:
    """The form that was sent about a node."""
    kind = posted.get("kind", "")
    values = {
        name: str(told).replace("\0", "").strip()[:LONGEST_TEXT]
        for name, told in posted.items()
        if name not in ("csrfmiddlewaretoken", "children")
    }
    taken = frozenset(
        int(told)
        for told in posted.getlist("children")
        if told.isdecimal() and len(told) < 19
    )
    errors: dict[str, str] = {}
    if kind not in set(ChangeKind):
        errors["form"] = _("Choose what shall change.")
        return ChangeForm(kind="", values=values, errors=errors)
    day = _day(values.get("from_day", ""), errors)
    if not values.get("why"):
        errors["why"] = _("Say why: an order's number, or what happened.")
    change = _READERS[ChangeKind(kind)](node, day, values, taken, errors)
    return ChangeForm(
        kind=kind,
        values=values,
        taken=taken,
        errors=errors,
        change=None if errors else change,
    )


def _day(told: str, errors: dict[str, str]) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        errors["from_day"] = _("Give the day from which it holds, like 2026-04-30.")
        return date.max


def _rename(
    node: Node,
    day: date,
    values: Mapping[str, str],
    taken: frozenset[int],
    errors: dict[str, str],
) -> GridChange:
    _need_names(values, errors)
    return GridChange(
        kind=ChangeKind.RENAME,
        node_id=node.node_id,
        from_day=day,
        why=values.get("why", ""),
        name_en=values.get("name_en", ""),
        name_hi=values.get("name_hi", ""),
    )


def _move(
    node: Node,
    day: date,
    values: Mapping[str, str],
    taken: frozenset[int],
    errors: dict[str, str],
) -> GridChange:
    code = values.get("parent_code", "")
    found = grid.ids_by_code(discom_id=node.discom_id, codes=[code])
    if code not in found:
        errors["parent_code"] = _(
            "There is no such code in your area. Pick one from the list."
        )
    return GridChange(
        kind=ChangeKind.MOVE,
        node_id=node.node_id,
        from_day=day,
        why=values.get("why", ""),
        parent_id=found.get(code),
    )


def _split(
    node: Node,
    day: date,
    values: Mapping[str, str],
    taken: frozenset[int],
    errors: dict[str, str],
) -> GridChange:
    _need_names(values, errors)
    code = values.get("code", "")
    if not code or len(code) > LONGEST_CODE:
        errors["code"] = _("Give the new one a code, at most 40 letters long.")
    if not taken:
        errors["children"] = _("Choose what goes over to the new one.")
    part = Part(
        code=code,
        name_en=values.get("name_en", ""),
        name_hi=values.get("name_hi", ""),
        child_ids=tuple(sorted(taken)),
    )
    return GridChange(
        kind=ChangeKind.SPLIT,
        node_id=node.node_id,
        from_day=day,
        why=values.get("why", ""),
        parts=(part,),
        closes=values.get("closes") == "yes",
    )


def _close(
    node: Node,
    day: date,
    values: Mapping[str, str],
    taken: frozenset[int],
    errors: dict[str, str],
) -> GridChange:
    return GridChange(
        kind=ChangeKind.CLOSE,
        node_id=node.node_id,
        from_day=day,
        why=values.get("why", ""),
    )


def _locate(
    node: Node,
    day: date,
    values: Mapping[str, str],
    taken: frozenset[int],
    errors: dict[str, str],
) -> GridChange:
    latitude = _degrees("latitude", 90, values, errors)
    longitude = _degrees("longitude", 180, values, errors)
    return GridChange(
        kind=ChangeKind.LOCATE,
        node_id=node.node_id,
        from_day=day,
        why=values.get("why", ""),
        location=Location(latitude=latitude, longitude=longitude),
    )


_READERS = {
    ChangeKind.RENAME: _rename,
    ChangeKind.MOVE: _move,
    ChangeKind.SPLIT: _split,
    ChangeKind.CLOSE: _close,
    ChangeKind.LOCATE: _locate,
}


def _need_names(values: Mapping[str, str], errors: dict[str, str]) -> None:
    if not values.get("name_en"):
        errors["name_en"] = _("Give the name in English letters.")
    if not values.get("name_hi"):
        errors["name_hi"] = _("Give the name in Hindi letters.")


def _degrees(
    name: str, most: int, values: Mapping[str, str], errors: dict[str, str]
) -> Decimal:
    try:
        told = Decimal(values.get(name, ""))
    except InvalidOperation:
        told = Decimal("NaN")
    if not told.is_finite() or abs(told) > most:
        errors[name] = _("Give degrees as a number, like 25.448300.")
        return Decimal(0)
    return told
