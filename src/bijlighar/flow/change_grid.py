"""Changes of the discom's tree, proposed by an office and approved above it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bijlighar.connections import service as connections
from bijlighar.flow.proposal_kind import (
    Applied,
    Approved,
    Kind,
    NotProposable,
    Payload,
    Row,
    Words,
)
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange
from bijlighar.people.values import Right, Viewer
from bijlighar.proposals.values import Json

CHANGE_GRID = "change_grid"


def grid_payload(*, change: GridChange) -> Payload:
    """What is proposed when the tree shall change."""
    return cast("Payload", grid.change_as_json(change))


def _change(payload: Payload) -> GridChange:
    return grid.change_from_json(payload)


def _subject(payload: Payload) -> tuple[str, str]:
    return "node", str(_change(payload).node_id)


def _place(payload: Payload) -> int:
    return grid.place_of_change(_change(payload))


def _check(payload: Payload, by: Viewer, now: datetime) -> None:
    change = _change(payload)
    grid.check_change(change=change, now=now)
    _nobody_is_left(change)


def _facts(payload: Payload, now: datetime) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", grid.change_facts(_change(payload)))


def _hold(payload: Payload) -> None:
    """Nobody else changes the discom's tree until this is decided."""
    grid.hold_tree(node_id=_change(payload).node_id)


def _nobody_is_left(change: GridChange) -> None:
    """Refuse to close a transformer on which connections hang; the grid knows of none."""
    if change.kind is not ChangeKind.CLOSE and not change.closes:
        return
    left = connections.hanging_on(transformer_id=change.node_id, day=change.from_day)
    if left:
        raise NotProposable(
            ngettext(
                "%(number)s connection still hangs on this transformer. Move it to another "
                "one first.",
                "%(number)s connections still hang on this transformer. Move them to "
                "another one first.",
                left,
            )
            % {"number": left}
        )


def _apply(approved: Approved) -> Applied:
    change = _change(approved.proposal.payload)
    _nobody_is_left(change)
    grid.change(
        change=change,
        by=approved.by,
        now=approved.now,
        approved_by=approved.approved_by,
        approved_by_id=approved.by.actor_id,
        proposal_id=str(approved.proposal.proposal_id),
    )
    return Applied()


def _words(payload: Payload, facts: Mapping[str, Json]) -> Words:
    """From what is frozen: what it was called then, whatever it is called by now."""
    change, node = _change(payload), _part(facts, "node")
    day = change.from_day.isoformat()
    told = {"name": _called(node), "day": day}
    if change.kind is ChangeKind.RENAME:
        new = _pick(change.name_en, change.name_hi)
        return Words(
            sentence=_("%(name)s is called %(new)s from %(day)s.") % {**told, "new": new},
            rows=(
                _row(_("Name in English"), _text(node, "name_en"), change.name_en),
                _row(_("Name in Hindi"), _text(node, "name_hi"), change.name_hi),
            ),
        )
    if change.kind is ChangeKind.MOVE:
        parent = _called(_part(facts, "parent"))
        return Words(
            sentence=_("%(name)s hangs below %(parent)s from %(day)s.")
            % {**told, "parent": parent},
            rows=(_row(_("Hangs below"), _parent(node, change.from_day), parent),),
        )
    if change.kind is ChangeKind.LOCATE:
        place = change.location
        new = f"{place.latitude}, {place.longitude}" if place else ""
        old = f"{_text(node, 'latitude')}, {_text(node, 'longitude')}".strip(", ")
        return Words(
            sentence=_("%(name)s stands at %(place)s from %(day)s.")
            % {**told, "place": new},
            rows=(_row(_("Place"), old, new),),
        )
    if change.kind is ChangeKind.CLOSE:
        return Words(
            sentence=_("%(name)s is closed from %(day)s.") % told,
            rows=(_row(_("Closed on"), "", day),),
        )
    return _split_words(change, facts, told)


def _split_words(
    change: GridChange, facts: Mapping[str, Json], told: dict[str, str]
) -> Words:
    parts = ", ".join(
        f"{_pick(one.name_en, one.name_hi)} ({one.code})" for one in change.parts
    )
    said = {**told, "parts": parts}
    children = cast("list[str]", facts.get("children") or [])
    old = told["name"]
    new = parts if change.closes else f"{old}, {parts}"
    return Words(
        sentence=_("%(name)s becomes %(parts)s from %(day)s and is closed.") % said
        if change.closes
        else _("%(parts)s comes out of %(name)s from %(day)s; the rest goes on.") % said,
        rows=(
            _row(_("Offices and parts"), old, new),
            _row(_("Directly below"), ", ".join(children), _spread(change, len(children))),
        ),
    )


def _spread(change: GridChange, number: int) -> str:
    """How what hung below is spread over the new ones: `SD1A: 2, SD1B: 1`."""
    moved = [f"{one.code}: {len(one.child_ids)}" for one in change.parts]
    rest = number - sum(len(one.child_ids) for one in change.parts)
    return ", ".join(moved + ([_("stays: %(number)s") % {"number": rest}] if rest else []))


def _row(label: str, before: str, after: str) -> Row:
    return Row(label=label, before=before or "–", after=after or "–")


def _parent(node: Mapping[str, Json], day: date) -> str:
    """The parent's name of that day; facts hold its id, which never changes."""
    parent_id = node.get("parent_id")
    if not isinstance(parent_id, int):
        return ""
    try:
        held = grid.node_on(node_id=parent_id, day=day)
    except grid.UnknownNode:
        return ""
    return f"{_pick(held.name_en, held.name_hi)} ({held.code})"


def _part(facts: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", facts.get(name) or {})


def _called(node: Mapping[str, Json]) -> str:
    name = _pick(_text(node, "name_en"), _text(node, "name_hi"))
    return f"{name} ({_text(node, 'code')})"


def _text(node: Mapping[str, Json], name: str) -> str:
    held = node.get(name)
    return "" if held is None else str(held)


def _pick(en: str, hi: str) -> str:
    return en if get_language() == "en" else hi


KIND = Kind(
    name=CHANGE_GRID,
    title=gettext_lazy("Change the grid"),
    making=Right.PROPOSE_GRID,
    approving=Right.APPROVE_GRID,
    subject=_subject,
    place=_place,
    check=_check,
    hold=_hold,
    facts=_facts,
    apply=_apply,
    words=_words,
)
