"""Relay commands of meters that are behind a vendor's head-end: handed out, not sent.

A vendor's claim is a negative number and lasts until `not_before`; a head-end process's is
a positive one and lasts as long as the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL

from bijlighar.headend.models import RelayCommand
from bijlighar.headend.values import CommandState
from bijlighar.kernel.sql import rows, statement


OURS = """
not exists (
    select from vendors_wayin as way
    where
        way.meter_id = headend_metercontact.meter_id
        and way.starts_at <= %s
        and (way.ends_at is null or way.ends_at > %s)
)
"""


def ours(*, now: datetime) -> RawSQL:
    """A condition on contacts: the meter is behind no vendor's head-end."""
    return RawSQL(OURS, [now, now], output_field=BooleanField())  # type: ignore[no-untyped-call]


def due_for_vendor(
    *, vendor_id: int, now: datetime, limit: int, among: Sequence[int] | None = None
) -> list[int]:
    """Ids of commands that a vendor may be handed, reconnections first.

    With `among` they are locked until the caller commits; those that somebody else has just
    locked are left out.
    """
    name = "due_for_vendor" if among is None else "due_for_vendor_locked"
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", name),
            {
                "vendor": vendor_id,
                "now": now,
                "limit": limit,
                "among": None if among is None else list(among),
            },
        )
        return [row["id"] for row in rows(cursor)]


def hand_over(*, command_ids: Sequence[int], vendor_id: int, until: datetime) -> None:
    """These commands, locked by the caller, are a vendor's alone until an instant."""
    RelayCommand.objects.filter(pk__in=command_ids).update(
        state=CommandState.SENDING.value,
        claimed_by=-vendor_id,
        attempts=F("attempts") + 1,
        not_before=until,
    )


def not_answered(*, now: datetime, limit: int) -> list[int]:
    """Ids of commands that a vendor was handed and was silent on, the oldest first."""
    found = RelayCommand.objects.filter(
        state=CommandState.SENDING.value, claimed_by__lt=0, not_before__lte=now
    )
    return list(found.order_by("not_before", "pk").values_list("pk", flat=True)[:limit])


def heard_by_others(*, until: Mapping[int, datetime], now: datetime) -> None:
    """A vendor's head-end heard these meters, each last at an instant of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "heard_by_others"),
            {"meters": list(until), "at": list(until.values()), "now": now},
        )
