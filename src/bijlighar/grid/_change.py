"""Changes of the tree: rename, move, split, close, locate; each from a day on.

Changes of one discom's tree wait for each other by a lock on the discom's row, so that
two of them can never make a ring or an orphan together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from bijlighar.grid import _open, models
from bijlighar.grid._history import fact_on, is_open_on, write
from bijlighar.grid._reach import refresh
from bijlighar.grid._refusals import UnknownNode, WrongTree
from bijlighar.grid.profile import profile, word_of
from bijlighar.grid.rules import may_hang_below, name_fault
from bijlighar.grid.values import ChangeKind, GridChange, Kind, NewNode, Part
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people
from bijlighar.people.values import Change, Viewer

SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a change made different, as the audit trail keeps it."""

    action: str
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who said yes, where somebody had to."""

    by: str = ""
    by_id: int | None = None
    proposal_id: str = ""


def change(change: GridChange, by: Viewer, now: datetime, approval: Approval) -> bool:
    """Make the change; whether anything is different now."""
    with transaction.atomic(), people.as_the_system():
        node = locked(change.node_id)
        done = _VERBS[change.kind](node, change, now)
        if done is None:
            return False
        if change.from_day <= supply_day_of(now):
            refresh(day=supply_day_of(now))
        people.record(
            change=Change(
                action=done.action,
                object_kind="node",
                object_id=str(node.pk),
                place_id=node.pk,
                before=done.before,
                after={**done.after, "from_day": change.from_day.isoformat()},
                why=change.why,
                approved_by=approval.by,
                approved_by_id=approval.by_id,
                proposal_id=approval.proposal_id,
            ),
            by=by,
            now=now,
        )
        return True


def check(change: GridChange, now: datetime) -> None:
    """Try the change out and take it back. Raises what the change itself would raise."""
    with transaction.atomic(), people.as_the_system():
        tried = transaction.savepoint()
        _VERBS[change.kind](locked(change.node_id), change, now)
        transaction.savepoint_rollback(tried)


def locked(node_id: int) -> models.Node:
    """A node, with its whole discom's tree held still. Raises UnknownNode."""
    found = models.Node.objects.filter(pk=node_id).first()
    if found is None:
        raise UnknownNode(_("There is no such office or piece of the network."))
    models.Node.objects.select_for_update(no_key=True).get(pk=found.discom_id or found.pk)
    return models.Node.objects.get(pk=node_id)


def children_from(node: models.Node, change: GridChange) -> list[str]:
    """Codes of what hangs below a node on the day of a change or later."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.grid", "children_from"),
            {"node": node.pk, "day": change.from_day},
        )
        return [row["code"] for row in rows(cursor)]


def _rename(node: models.Node, change: GridChange, now: datetime) -> Done | None:
    names = {"name_en": change.name_en.strip(), "name_hi": change.name_hi.strip()}
    _check_names(node.code, **names)
    written = write(node, day=change.from_day, values=names, why=change.why, now=now)
    if not written.before:
        return None
    return Done(
        action="grid.node.renamed",
        before=written.before,
        after={name: names[name] for name in written.before},
    )


def _move(node: models.Node, change: GridChange, now: datetime) -> Done | None:
    parent = models.Node.objects.filter(pk=change.parent_id or 0).first()
    if parent is None:
        raise WrongTree(
            _("%(code)s: choose what it shall hang below.") % {"code": node.code}
        )
    held = fact_on(node, change.from_day)
    if held.parent_id == parent.pk:
        return None
    _check_parent(node, parent, change)
    assert held.parent_id is not None, "a discom does not get this far"
    write(
        node,
        day=change.from_day,
        values={"parent_id": parent.pk},
        why=change.why,
        now=now,
    )
    old = models.Node.objects.get(pk=held.parent_id)
    return Done(
        action="grid.node.moved",
        before={"parent_id": old.pk, "parent_code": old.code},
        after={"parent_id": parent.pk, "parent_code": parent.code},
    )


def _split(node: models.Node, change: GridChange, now: datetime) -> Done | None:
    held = fact_on(node, change.from_day)
    if held.parent_id is None:
        raise WrongTree(_("%(code)s: a discom is not split.") % {"code": node.code})
    _check_parts(node, change)
    parent = models.Node.objects.get(pk=held.parent_id)
    made = [_part(node, parent, one, change, now) for one in change.parts]
    is_new = any(made)
    if change.closes and not _is_closing(node, change):
        _close_empty(node, change)
        is_new = True
    if not is_new:
        return None
    return Done(
        action="grid.node.split",
        before={"code": node.code},
        after={
            "codes": [one.code for one in change.parts],
            "moved": {one.code: list(one.child_ids) for one in change.parts},
            "closed": change.closes,
        },
    )


def _close(node: models.Node, change: GridChange, now: datetime) -> Done | None:
    if _is_closing(node, change):
        return None
    if node.discom_id is None:
        raise WrongTree(_("%(code)s: a discom is not closed.") % {"code": node.code})
    fact_on(node, change.from_day)
    _close_empty(node, change)
    return Done(
        action="grid.node.closed",
        before={"closed_on": None},
        after={"closed_on": change.from_day.isoformat()},
    )


def _locate(node: models.Node, change: GridChange, now: datetime) -> Done | None:
    if change.location is None:
        raise WrongTree(_("%(code)s: give latitude and longitude.") % {"code": node.code})
    latitude = change.location.latitude.quantize(SIX_DECIMALS)
    longitude = change.location.longitude.quantize(SIX_DECIMALS)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise WrongTree(
            _(
                "%(code)s: this place is not on the earth. Latitude goes from -90 to 90, "
                "longitude from -180 to 180."
            )
            % {"code": node.code}
        )
    wanted = {"latitude": latitude, "longitude": longitude}
    written = write(node, day=change.from_day, values=wanted, why=change.why, now=now)
    if not written.before:
        return None
    return Done(
        action="grid.node.located",
        before={name: _as_text(was) for name, was in written.before.items()},
        after={name: str(wanted[name]) for name in written.before},
    )


_VERBS: Mapping[ChangeKind, Callable[[models.Node, GridChange, datetime], Done | None]] = {
    ChangeKind.RENAME: _rename,
    ChangeKind.MOVE: _move,
    ChangeKind.SPLIT: _split,
    ChangeKind.CLOSE: _close,
    ChangeKind.LOCATE: _locate,
}


def _part(
    node: models.Node, parent: models.Node, part: Part, change: GridChange, now: datetime
) -> bool:
    """Open one of the new ones and hang its children below it; whether that was new."""
    opened, is_new = _opened(node, parent, part, change, now)
    moved = [
        write(
            child,
            day=change.from_day,
            values={"parent_id": opened.pk},
            why=change.why,
            now=now,
        ).before
        for child in _children(node, opened, part, change)
    ]
    return is_new or any(moved)


def _opened(
    node: models.Node, parent: models.Node, part: Part, change: GridChange, now: datetime
) -> tuple[models.Node, bool]:
    code = part.code.strip()
    held = models.Node.objects.filter(discom_id=node.discom_id, code=code).first()
    if held is not None and (held.kind, held.opened_on) == (node.kind, change.from_day):
        return held, False
    assert node.discom_id is not None, "a discom is not split"
    discom = models.Node.objects.get(pk=node.discom_id)
    new = NewNode(
        discom_code=discom.code,
        code=code,
        kind=Kind(node.kind),
        parent_code=parent.code,
        name_en=part.name_en.strip(),
        name_hi=part.name_hi.strip(),
        opens_on=change.from_day,
    )
    return _open.one(new, {}, now, why=change.why), True


def _children(
    node: models.Node, opened: models.Node, part: Part, change: GridChange
) -> list[models.Node]:
    """What a part takes over; it must hang below the old node (or the new one already)."""
    found = list(models.Node.objects.filter(pk__in=part.child_ids).order_by("pk"))
    below = {
        child.pk: fact_on(child, change.from_day).parent_id
        for child in found
        if is_open_on(child, change.from_day)
    }
    for child_id in part.child_ids:
        if below.get(child_id) not in (node.pk, opened.pk):
            raise WrongTree(
                _(
                    "%(code)s: what it shall take over does not hang directly below "
                    "%(old)s on %(day)s. Choose from what does."
                )
                % {
                    "code": part.code,
                    "old": node.code,
                    "day": change.from_day.isoformat(),
                }
            )
    return found


def _check_parts(node: models.Node, change: GridChange) -> None:
    if not change.parts:
        raise WrongTree(
            _("%(code)s: name at least one new office or part.") % {"code": node.code}
        )
    taken = [child for part in change.parts for child in part.child_ids]
    codes = [part.code.strip() for part in change.parts]
    if len(set(taken)) != len(taken) or len(set(codes)) != len(codes):
        raise WrongTree(
            _("%(code)s: each code and each part below it may be given once only.")
            % {"code": node.code}
        )
    for part in change.parts:
        if name_fault(part.code):
            raise WrongTree(_("A new office or part needs a code."))
        _check_names(part.code, name_en=part.name_en, name_hi=part.name_hi)


def _check_names(code: str, *, name_en: str, name_hi: str) -> None:
    if name_fault(name_en) or name_fault(name_hi):
        raise WrongTree(
            _("%(code)s: give a name in both languages, at most 120 letters long.")
            % {"code": code}
        )


def _check_parent(node: models.Node, parent: models.Node, change: GridChange) -> None:
    """Whether a node may hang below another from a day on, for as long as it exists."""
    names = {"code": node.code, "parent": parent.code}
    top = node.discom_id or node.pk
    if top != (parent.discom_id or parent.pk) or node.discom_id is None:
        raise WrongTree(
            _("%(code)s: %(parent)s belongs to another discom. Choose one of its own.")
            % names
        )
    held = profile(models.Node.objects.get(pk=top).profile)
    if not may_hang_below(profile=held, kind=Kind(node.kind), parent=Kind(parent.kind)):
        raise WrongTree(
            _("%(code)s: a %(level)s does not hang below a %(above)s (%(parent)s).")
            % {
                **names,
                "level": word_of(held, node.kind),
                "above": word_of(held, parent.kind),
            }
        )
    fact_on(parent, change.from_day)
    closes = parent.closed_on
    if closes is not None and (node.closed_on is None or node.closed_on > closes):
        raise WrongTree(
            _("%(code)s: %(parent)s closes on %(day)s. Choose another one.")
            % {**names, "day": closes.isoformat()}
        )


def _is_closing(node: models.Node, change: GridChange) -> bool:
    return node.closed_on == change.from_day


def _close_empty(node: models.Node, change: GridChange) -> None:
    later = models.NodeFact.objects.filter(node=node, from_day__gt=change.from_day)
    if later.exists():
        raise WrongTree(
            _("%(code)s changes again after %(day)s: close it after its last change.")
            % {"code": node.code, "day": change.from_day.isoformat()}
        )
    left = children_from(node, change)
    if left:
        raise WrongTree(
            _(
                "%(code)s still has %(left)s below it. Move or close what hangs below it "
                "first."
            )
            % {"code": node.code, "left": ", ".join(left[:5])}
        )
    models.Node.objects.filter(pk=node.pk).update(closed_on=change.from_day)


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)
