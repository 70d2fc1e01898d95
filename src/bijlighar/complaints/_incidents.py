"""Many complaints of one outage become one incident, and each later one joins it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from bijlighar.complaints import rules
from bijlighar.complaints._steps import step
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.models import Incident as IncidentRow
from bijlighar.complaints.policy import ComplaintPolicy
from bijlighar.complaints.values import Incident, StepKind
from bijlighar.grid.values import Kind, Node
from bijlighar.kernel.sql import rows, statement
from bijlighar.people.values import Viewer

_LOCK_CLASS = 1912
_LOCK_RANGE = 2**31


def link(
    row: Row,
    *,
    path: Sequence[Node],
    policy: ComplaintPolicy,
    by: Viewer,
    now: datetime,
) -> Incident | None:
    """Put a complaint of darkness to the incident it belongs to; the incident if new.

    `path` leads from the discom down to the complaint's transformer. One at a time for each
    feeder: of complaints that come in together, the last sees all the others.
    """
    feeder = next((node.node_id for node in path if node.kind is Kind.FEEDER), None)
    _one_at_a_time(feeder or row.transformer_id)
    over = [row.transformer_id] if feeder is None else [feeder, row.transformer_id]
    known = (
        IncidentRow.objects.filter(node_id__in=over, closed_at=None)
        .order_by("-is_whole_feeder", "pk")
        .first()
    )
    node_id = rules.incident_at(
        transformer_id=row.transformer_id,
        feeder_id=feeder,
        reports=_reports(row, feeder, now - policy.incident_window),
        policy=policy,
    )
    is_wider = node_id is not None and node_id == feeder
    if known is not None and (known.is_whole_feeder or not is_wider):
        _join([row], known, by=by, now=now)
        return None
    if node_id is None:
        return None
    made = IncidentRow.objects.create(
        node_id=node_id, is_whole_feeder=is_wider, opened_at=now
    )
    _join(_that_belong(made, now - policy.incident_window), made, by=by, now=now)
    if is_wider:
        IncidentRow.objects.filter(
            node_id__in=_below(node_id), is_whole_feeder=False, closed_at=None
        ).update(closed_at=now)
    return incident(made)


def incident(row: IncidentRow) -> Incident:
    """A row as a value."""
    return Incident(
        incident_id=row.pk,
        node_id=row.node_id,
        is_whole_feeder=row.is_whole_feeder,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        complaints=Row.objects.filter(incident_id=row.pk).count(),
    )


def _join(found: Sequence[Row], to: IncidentRow, *, by: Viewer, now: datetime) -> None:
    for row in found:
        row.incident = to
        row.save(update_fields=["incident"])
        step(row, StepKind.LINKED, by=by, now=now, after={"incident": to.pk})


def _that_belong(made: IncidentRow, since: datetime) -> list[Row]:
    """The complaints of darkness below a new incident, of those it takes in too."""
    below = _below(made.node_id) if made.is_whole_feeder else [made.node_id]
    return list(
        Row.objects.select_for_update(of=("self",))
        .filter(reports_outage=True, transformer_id__in=below, opened_at__gte=since)
        .exclude(state="closed")
        .order_by("pk")
    )


def _below(node_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select node_id from grid_reach where area_id = %s", [node_id])
        return [held for (held,) in cursor.fetchall()]


def _reports(row: Row, feeder: int | None, since: datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.complaints", "reports_below"),
            {"feeder": feeder, "transformer": row.transformer_id, "since": since},
        )
        return {held["transformer_id"]: held["homes"] for held in rows(cursor)}


def _one_at_a_time(node_id: int) -> None:
    """Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, node_id % _LOCK_RANGE]
        )
