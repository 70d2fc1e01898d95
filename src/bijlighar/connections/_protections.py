"""Protections: whom nobody may disconnect from afar, and since when, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from bijlighar.connections.models import Connection, Protection
from bijlighar.connections.values import ProtectionHeld, ProtectionKind
from bijlighar.kernel.errors import BijligharError


class AlreadyProtected(BijligharError):
    """The connection is protected for this reason already."""


class NotProtected(BijligharError):
    """There is no such protection, or it has ended or is about to."""


def protect(
    *, connection_id: int, kind: ProtectionKind, why: str, now: datetime
) -> ProtectionHeld:
    """Nobody disconnects this connection from now on. Raises AlreadyProtected.

    A protection of the same kind that is about to end is taken up again by a new one.
    """
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection_id)
        running = Protection.objects.filter(
            connection_id=connection_id, kind=kind.value, starts_at__lte=now, ends_at=None
        )
        if running.exists():
            raise AlreadyProtected("The connection is protected for this reason already.")
        made = Protection.objects.create(
            connection_id=connection_id, kind=kind.value, why=why, starts_at=now
        )
    return _held(made)


def unprotect_from(*, protection_id: int, at: datetime) -> ProtectionHeld:
    """A protection ends at an instant still to come. Raises NotProtected."""
    with transaction.atomic():
        row = Protection.objects.select_for_update().filter(pk=protection_id).first()
        if row is None or row.ends_at is not None:
            raise NotProtected("This protection has ended, or is about to.")
        assert at >= row.starts_at
        row.ends_at = at
        row.save(update_fields=["ends_at"])
    return _held(row)


def protections_on(
    *, connection_ids: Sequence[int], now: datetime
) -> dict[int, tuple[ProtectionHeld, ...]]:
    """The protections that hold at an instant, of each connection that has any."""
    found: dict[int, list[ProtectionHeld]] = {}
    holding = Protection.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        ~Q(ends_at=F("starts_at")),
        connection_id__in=connection_ids,
        starts_at__lte=now,
    ).order_by("starts_at", "pk")
    for row in holding:
        found.setdefault(row.connection_id, []).append(_held(row))
    return {connection_id: tuple(held) for connection_id, held in found.items()}


def protections_of(*, connection_id: int) -> tuple[ProtectionHeld, ...]:
    """Every protection a connection ever had, the oldest first."""
    rows = Protection.objects.filter(connection_id=connection_id).order_by(
        "starts_at", "pk"
    )
    return tuple(_held(row) for row in rows)


def _held(row: Protection) -> ProtectionHeld:
    return ProtectionHeld(
        protection_id=row.pk,
        connection_id=row.connection_id,
        kind=ProtectionKind(row.kind),
        why=row.why,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
