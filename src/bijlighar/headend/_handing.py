"""Relay commands of meters that are behind a vendor's head-end: handed out, not sent.

A vendor's claim is a negative number and lasts until `not_before`; a head-end process's is
a positive one and lasts as long as the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from bijlighar.connections import service as connections
from bijlighar.headend.models import MeterContact, MeterSecret, RelayCommand
from bijlighar.headend.values import CommandState
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.vendors import service as vendors


class NotOurs(BijligharError):
    """A meter that our own head-end cannot talk to."""


def check_ours(*, meter_ids: Sequence[int]) -> None:
    """Raises NotOurs, naming the first meter that our own head-end must not talk to.

    It is behind a vendor's head-end, or it has no keys or no address with us.
    """
    behind = vendors.behind_vendors(meter_ids=meter_ids)
    for one in connections.meter_addresses(meter_ids=sorted(behind)):
        raise NotOurs(
            f"The meter {one.serial} is behind the head-end of {behind[one.meter_id]}:"
            " ours does not talk to it. Ask there, or take it out"
            " (bijlighar vendor meters --out)."
        )
    check_ready(meter_ids=meter_ids)


def check_ready(*, meter_ids: Sequence[int]) -> None:
    """Raises NotOurs, naming the first meter without keys or address with us."""
    held = MeterSecret.objects.filter(pk__in=meter_ids).values_list("pk", flat=True)
    have_keys = set(held)
    for one in connections.meter_addresses(meter_ids=meter_ids):
        if not one.host:
            raise NotOurs(f"The meter {one.serial} has no address with us: bring it first.")
        if one.meter_id not in have_keys:
            raise NotOurs(
                f"The meter {one.serial} has no keys with us: take them in first"
                " (bijlighar meter keys take-in)."
            )


def due_for_vendor(
    *, vendor_id: int, areas: Sequence[int], now: datetime, limit: int
) -> list[int]:
    """Ids of commands that a vendor may be handed in these areas, reconnections first."""
    return _ids(
        "due_for_vendor",
        {"vendor": vendor_id, "areas": list(areas), "now": now, "limit": limit},
    )


def lock_for_vendor(*, vendor_id: int, among: Sequence[int], now: datetime) -> list[int]:
    """Those among these ids that are still due, locked until the caller commits.

    What somebody else has just locked is left out.
    """
    return _ids(
        "due_for_vendor_locked", {"vendor": vendor_id, "among": list(among), "now": now}
    )


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
    # Meters that our own head-end never met have no contact yet.
    MeterContact.objects.bulk_create(
        (MeterContact(meter_id=one, read_not_before=now) for one in sorted(until)),
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "heard_by_others"),
            {"meters": list(until), "at": list(until.values()), "now": now},
        )


def _ids(name: str, parameters: Mapping[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.headend", name), parameters)
        return [row["id"] for row in rows(cursor)]
