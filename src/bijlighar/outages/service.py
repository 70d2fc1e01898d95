"""Where supply is away, planned or not: the verbs and questions others may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.outages import models, rules
from bijlighar.outages.values import (
    NODES,
    Contact,
    NewOutage,
    Outage,
    OutageKind,
    OutageState,
)
from bijlighar.people import service as people
from bijlighar.people.values import Change, Scope, Viewer

WrongOutage = rules.WrongOutage


class UnknownOutage(BijligharError):
    """There is no such outage in these areas."""


# Verbs


def enter(*, new: NewOutage, by: Viewer, now: datetime) -> Outage:
    """Keep an outage. The caller has the right at the node, and lets the homes be told.

    Raises WrongOutage, naming the field; grid.UnknownNode.
    """
    rules.check(new=new, now=now)
    node = grid.node_on(node_id=new.node_id, day=supply_day_of(new.starts_at))
    if node.kind not in NODES:
        raise WrongOutage("Choose a substation, feeder or transformer.", field="node")
    with transaction.atomic():
        row = models.Outage.objects.create(
            node_id=new.node_id,
            kind=new.kind.value,
            starts_at=new.starts_at,
            until=new.until,
            reason=" ".join(new.reason.split()),
            state=OutageState.STANDS.value,
            entered_by=by.name,
            entered_at=now,
        )
        held = _outage(row)
        _record("entered", None, held, by, now, held.reason)
    return held


def change_hours(
    *,
    outage_id: int,
    starts_at: datetime,
    until: datetime | None,
    why: str,
    by: Viewer,
    now: datetime,
) -> Outage:
    """Let an outage that stands begin or end at other hours. Raises as `enter`."""
    with transaction.atomic():
        row = _locked(outage_id)
        held = _outage(row)
        rules.check_change(held=held, starts_at=starts_at, until=until, now=now)
        changed = replace(held, starts_at=starts_at, until=until, version=held.version + 1)
        return _write(row, "changed", held, changed, by, now, why)


def cancel(*, outage_id: int, why: str, by: Viewer, now: datetime) -> Outage:
    """A planned outage will not happen. Raises UnknownOutage, WrongOutage."""
    with transaction.atomic():
        row = _locked(outage_id)
        held = _outage(row)
        if not held.is_ahead(now):
            raise WrongOutage("It has begun: say when supply is back.", field="form")
        changed = replace(
            held, state=OutageState.CANCELLED, ended_at=now, version=held.version + 1
        )
        return _write(row, "cancelled", held, changed, by, now, why)


def end(*, outage_id: int, why: str, by: Viewer, now: datetime) -> Outage:
    """Supply is back. Raises UnknownOutage, WrongOutage."""
    with transaction.atomic():
        row = _locked(outage_id)
        held = _outage(row)
        if not held.is_open(now):
            raise WrongOutage("It is not going on.", field="form")
        changed = replace(
            held, state=OutageState.OVER, ended_at=now, version=held.version + 1
        )
        return _write(row, "ended", held, changed, by, now, why)


# Questions


def open_outage(
    *, at: datetime, transformer_id: int | None = None, connection_id: int | None = None
) -> Outage | None:
    """Why a transformer, or the home of a connection, is dark at an instant.

    The outage of its transformer, or of the feeder or substation above it by the tree of
    that day; an unplanned one before a planned one, the latest first. None: no known one.
    """
    found = _above(at, transformer_id, connection_id, Q(starts_at__lte=at))
    going_on = [one for one in found if one.is_open(at)]
    return max(
        going_on,
        key=lambda one: (one.kind is OutageKind.UNPLANNED, one.starts_at, one.outage_id),
        default=None,
    )


def ahead(*, at: datetime, connection_id: int) -> tuple[Outage, ...]:
    """The planned outages that a home has before it, the next first."""
    found = _above(at, None, connection_id, Q(starts_at__gt=at, state="stands"))
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.outage_id)))


def outage(*, outage_id: int) -> Outage:
    """One outage. Raises UnknownOutage."""
    row = models.Outage.objects.filter(pk=outage_id).first()
    if row is None:
        raise UnknownOutage(str(UnknownOutage.__doc__))
    return _outage(row)


def in_scope(*, outage_id: int, scope: Scope, now: datetime) -> Outage:
    """One outage of these areas. Raises UnknownOutage, for those of others too."""
    found = _listed(scope, now, outage_id=outage_id, limit=1)
    if not found:
        raise UnknownOutage(str(UnknownOutage.__doc__))
    return found[0]


def listed(
    *, scope: Scope, only_standing: bool, now: datetime, offset: int, limit: int
) -> tuple[Outage, ...]:
    """Outages of the areas, those that begin last first."""
    return _listed(scope, now, only_standing=only_standing, offset=offset, limit=limit)


def contacts(
    *, outage: Outage, after_connection_id: int, limit: int
) -> tuple[Contact, ...]:
    """Whom an outage concerns, by connection, from the next one after `after_…` on.

    Every home that hangs below the outage's node on the day on which it begins, and no
    other; none below a node that is not open that day.
    """
    return tuple(
        Contact(**row)
        for row in _asked(
            "contacts",
            transformers=list(transformers_below(outage=outage)),
            day=supply_day_of(outage.starts_at),
            after=after_connection_id,
            limit=limit,
        )
    )


def transformers_below(*, outage: Outage) -> tuple[int, ...]:
    """The transformers that an outage darkens, by the tree of the day it begins."""
    day = supply_day_of(outage.starts_at)
    branches = grid.tree_on(day=day, roots=[outage.node_id])
    return tuple(
        sorted(
            branch.node.node_id
            for branch in branches
            if branch.node.kind is Kind.TRANSFORMER
        )
    )


def _asked(name: str, **values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.outages", name), values)
        return rows(cursor)


def _listed(
    scope: Scope,
    now: datetime,
    *,
    outage_id: int | None = None,
    only_standing: bool = False,
    offset: int = 0,
    limit: int,
) -> tuple[Outage, ...]:
    found = _asked(
        "listed",
        areas=scope.areas,
        id=outage_id,
        standing=only_standing,
        now=now,
        offset=offset,
        limit=limit,
    )
    return tuple(
        Outage(
            **{
                **row,
                "kind": OutageKind(row["kind"]),
                "state": OutageState(row["state"]),
            }
        )
        for row in found
    )


def _above(
    at: datetime, transformer_id: int | None, connection_id: int | None, wanted: Q
) -> Sequence[Outage]:
    """Outages of what lies above, each by the tree of its own day for those to come."""
    assert (transformer_id is None) != (connection_id is None)
    if transformer_id is None:
        assert connection_id is not None
        hangs_on = _asked("hangs_on", connection=connection_id, day=supply_day_of(at))
        if not hangs_on:
            return ()
        transformer_id = int(hangs_on[0]["transformer_id"])
    path = grid.path_on(node_id=transformer_id, day=supply_day_of(at))
    ids = [node.node_id for node in path if node.kind in NODES]
    with people.as_the_system():
        held = models.Outage.objects.filter(wanted, node_id__in=ids).order_by("pk")
        return tuple(_outage(row) for row in held)


def _locked(outage_id: int) -> models.Outage:
    row = models.Outage.objects.select_for_update().filter(pk=outage_id).first()
    if row is None:
        raise UnknownOutage(str(UnknownOutage.__doc__))
    return row


def _write(
    row: models.Outage,
    what: str,
    held: Outage,
    changed: Outage,
    by: Viewer,
    now: datetime,
    why: str,
) -> Outage:
    row.starts_at, row.until = changed.starts_at, changed.until
    row.state, row.ended_at = changed.state.value, changed.ended_at
    row.version = changed.version
    models.Outage.objects.bulk_update(
        [row], ["starts_at", "until", "state", "ended_at", "version"]
    )
    _record(what, held, changed, by, now, why)
    return changed


def _record(
    what: str,
    before: Outage | None,
    after: Outage,
    by: Viewer,
    now: datetime,
    why: str,
) -> None:
    people.record(
        change=Change(
            action=f"outages.outage.{what}",
            object_kind="outage",
            object_id=str(after.outage_id),
            place_id=after.node_id,
            before=None if before is None else _told(before),
            after=_told(after),
            why=why,
        ),
        by=by,
        now=now,
    )


def _told(one: Outage) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "node": one.node_id,
        "starts_at": one.starts_at.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "state": one.state.value,
    }


def _outage(row: models.Outage) -> Outage:
    return Outage(
        outage_id=row.pk,
        kind=OutageKind(row.kind),
        node_id=row.node_id,
        starts_at=row.starts_at,
        until=row.until,
        reason=row.reason,
        state=OutageState(row.state),
        ended_at=row.ended_at,
        version=row.version,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
    )
