"""Audit records as the page shows them: names of places, differences, masked numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bijlighar.dashboards.values import BothLanguages
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import in_ist
from bijlighar.people.values import AuditEntry, Right, Viewer
from bijlighar.web.audit.sentences import channel_name, kind_name, sentence

MASKED = frozenset({"mobile", "alternate_mobile"})
"""Fields with a consumer's number; staff's own are the office's."""
SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field before and after a change; None where there was none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record in the table."""

    entry: AuditEntry
    what: str
    kind: str
    channel: str
    place: BothLanguages | None


def lines(entries: Sequence[AuditEntry], *, day: date) -> tuple[Line, ...]:
    """Records with the names of their places as they are on a day."""
    ids = sorted({entry.place_id for entry in entries if entry.place_id is not None})
    places = {
        branch.node.node_id: BothLanguages(en=branch.node.name_en, hi=branch.node.name_hi)
        for branch in (grid.tree_on(day=day, roots=ids, deep=0) if ids else ())
    }
    return tuple(
        Line(
            entry=entry,
            what=sentence(entry.action),
            kind=kind_name(entry.object_kind),
            channel=channel_name(entry.channel),
            place=None if entry.place_id is None else places.get(entry.place_id),
        )
        for entry in entries
    )


def differences(entry: AuditEntry, *, viewer: Viewer) -> tuple[Difference, ...]:
    """What the record says was before and is after, field by field."""
    before, after = masked(entry, entry.before, viewer), masked(entry, entry.after, viewer)
    return tuple(
        Difference(
            name=name,
            before=_text(before[name]) if name in before else None,
            after=_text(after[name]) if name in after else None,
        )
        for name in sorted({*before, *after})
    )


def masked(
    entry: AuditEntry, told: Mapping[str, object] | None, viewer: Viewer
) -> Mapping[str, object]:
    """What is told, without numbers of consumers whom the viewer may not call."""
    if told is None:
        return {}
    if entry.object_kind == "staff" or _may_call(entry, viewer):
        return told
    return {
        name: _last_digits(value) if name in MASKED else value
        for name, value in told.items()
    }


def exported(line: Line, *, viewer: Viewer) -> Iterator[object]:
    """A record as a row of a table that is taken out."""
    entry = line.entry
    yield entry.seq
    yield in_ist(entry.at).isoformat(timespec="seconds")
    yield f"{entry.actor_kind} {entry.actor_id}"
    yield entry.actor_name
    yield entry.channel
    yield entry.address
    yield entry.action
    yield entry.object_kind
    yield entry.object_id
    yield entry.place_id
    yield _text(masked(entry, entry.before, viewer) or "")
    yield _text(masked(entry, entry.after, viewer) or "")
    yield entry.why
    yield entry.approved_by
    yield entry.hash


COLUMNS = (
    "seq",
    "at",
    "actor",
    "actor_name",
    "channel",
    "address",
    "action",
    "object_kind",
    "object_id",
    "place_id",
    "before",
    "after",
    "why",
    "approved_by",
    "hash",
)
"""The headings of what is taken out: the names that `bijlighar audit export` uses."""


def _may_call(entry: AuditEntry, viewer: Viewer) -> bool:
    scope = viewer.scope(Right.SEE_CONTACT)
    return entry.place_id is not None and grid.is_within(
        scope=scope, node_id=entry.place_id
    )


def _last_digits(value: object) -> object:
    if not isinstance(value, str) or len(value) <= SHOWN_DIGITS:
        return value
    return "•" * (len(value) - SHOWN_DIGITS) + value[-SHOWN_DIGITS:]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
