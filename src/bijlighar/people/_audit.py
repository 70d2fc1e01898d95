"""Adding to the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime

from django.db import connection, transaction

from bijlighar.people.values import Change, Viewer

written: ContextVar[int] = ContextVar("audit_records_written", default=0)
"""How many records the present request or command has written."""


def record(*, change: Change, by: Viewer, now: datetime) -> int:
    """Add a change to the trail, in the caller's transaction; answer its number."""
    assert now.tzinfo is not None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select people_append_audit(%s)", [payload(change, by, now)])
        (seq,) = cursor.fetchone()
    written.set(written.get() + 1)
    return int(seq)


def payload(change: Change, by: Viewer, now: datetime) -> str:
    """A change as the text that is hashed: JSON with sorted keys, times with offset."""
    told: Mapping[str, object] = {
        "at": now.isoformat(timespec="microseconds"),
        "actor": {"kind": by.kind.value, "id": by.actor_id, "name": by.name},
        "roles": sorted(role.value for role in by.roles),
        "channel": by.origin.channel,
        "address": by.origin.address,
        "request_id": by.origin.request_id,
        "action": change.action,
        "object_kind": change.object_kind,
        "object_id": change.object_id,
        "place_id": change.place_id,
        "before": change.before,
        "after": change.after,
        "why": change.why,
        "approved_by": change.approved_by,
        "approved_by_id": change.approved_by_id,
        "proposal_id": change.proposal_id,
    }
    return json.dumps(
        told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
