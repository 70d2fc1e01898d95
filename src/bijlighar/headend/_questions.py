"""Whether meters answer, and what a connection's relay waits for; nothing is written."""

from __future__ import annotations

from django.db import connection

from bijlighar.headend.models import MeterContact, RelayCommand
from bijlighar.headend.values import Answering, CommandState, Contact, Waiting
from bijlighar.kernel.sql import rows, statement


def contact_with(*, meter_id: int) -> Contact:
    """When a meter was last tried and heard; never, for one that was never asked."""
    row = MeterContact.objects.filter(pk=meter_id).first()
    if row is None:
        return Contact(last_heard_at=None, last_tried_at=None, failures_in_a_row=0)
    return Contact(
        last_heard_at=row.last_heard_at,
        last_tried_at=row.last_tried_at,
        failures_in_a_row=row.failures_in_a_row,
    )


def waiting_command(*, connection_id: int) -> Waiting | None:
    """The relay command that is not ended yet; None where there is none."""
    row = RelayCommand.objects.filter(
        connection_id=connection_id,
        state__in=[CommandState.QUEUED.value, CommandState.SENDING.value],
    ).first()
    if row is None:
        return None
    return Waiting(
        attempts=row.attempts,
        requested_at=row.requested_at,
        is_shown_as_failed=row.failed_at is not None,
    )


def answering_below(*, node_id: int) -> Answering:
    """How many meters hang below a node, by today's tree, and how many were last silent."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.headend", "answering_below"), {"node": node_id})
        return Answering(**rows(cursor)[0])
