"""Which meters are behind whose head-end, and what those head-ends delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Min

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Change, Scope
from bijlighar.vendors import models, reading_types, rules
from bijlighar.vendors.values import (
    Handing,
    Hanging,
    MeterEventTold,
    RelayTold,
    Vendor,
)

HANDED_FOR = rules.HANDED_FOR
CONNECT, DISCONNECT = reading_types.CONNECT, reading_types.DISCONNECT
REGISTER, HALF_HOUR = reading_types.REGISTER, reading_types.HALF_HOUR
read = rules.read
judge = rules.judge
relay_told = rules.relay_told
is_meter_event = rules.is_meter_event
meter_event_told = rules.meter_event_told


class UnknownVendor(BijligharError):
    """There is no such vendor."""


class WrongVendor(BijligharError):
    """What is said of a vendor cannot be."""


class UnknownMeters(BijligharError):
    """Meters are named that nobody knows."""


class MessageReused(BijligharError):
    """A message's number came before, with other content."""


def register(
    *, code: str, name: str, client_number: int | None, place_id: int | None, now: datetime
) -> Vendor:
    """A vendor whose head-end delivers, as this machine client, or by files only.

    Raises WrongVendor where the code or the client is taken, or the code is not plain.
    """
    if not rules.is_vendor_code(code) or not name.strip():
        raise WrongVendor("A code is 2 to 31 small letters, digits or -; and give a name.")
    taken = models.Vendor.objects.filter(code=code).exists() or (
        client_number is not None
        and models.Vendor.objects.filter(client_number=client_number).exists()
    )
    if taken:
        raise WrongVendor(f"The code {code}, or this machine client, has a vendor already.")
    with transaction.atomic():
        row = models.Vendor.objects.create(
            code=code, name=name, client_number=client_number
        )
        _tell(
            "vendors.vendor.registered",
            row.pk,
            place_id,
            {"code": code, "name": name, "client_number": client_number},
            now,
        )
    return _vendor(row)


def vendor_named(*, code: str) -> Vendor:
    """A vendor by code. Raises UnknownVendor."""
    row = models.Vendor.objects.filter(code=code).first()
    if row is None:
        raise UnknownVendor(f"There is no vendor {code}.")
    return _vendor(row)


def vendor_of_client(*, client_number: int) -> Vendor | None:
    """The vendor that asks as this machine client; None where it is no vendor's."""
    with people.as_the_system():
        row = models.Vendor.objects.filter(client_number=client_number).first()
    return None if row is None else _vendor(row)


def vendors() -> tuple[Vendor, ...]:
    """Every vendor, by code."""
    return tuple(_vendor(row) for row in models.Vendor.objects.order_by("code"))


def put_behind(
    *,
    vendor_id: int,
    serials: Sequence[str],
    place_id: int | None,
    now: datetime,
    since: datetime | None = None,
) -> tuple[int, ...]:
    """These meters are behind a vendor's head-end; answer which are new there.

    From now on, or `since` they were installed; the audit trail says when it was done.
    Raises UnknownMeters naming the first that nobody knows; then nothing is changed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _check_known(serials)
        cursor.execute(
            statement("bijlighar.vendors", "put_behind"),
            {"serials": list(serials), "vendor": vendor_id, "now": since or now},
        )
        ids = tuple(row["meter_id"] for row in rows(cursor))
        models.WayIn.objects.bulk_create(
            models.WayIn(meter_id=meter_id, vendor_id=vendor_id, starts_at=since or now)
            for meter_id in ids
        )
        _tell("vendors.meters.put_behind", vendor_id, place_id, {"meters": len(ids)}, now)
    return ids


def take_out(
    *, vendor_id: int, serials: Sequence[str], place_id: int | None, now: datetime
) -> tuple[int, ...]:
    """From now on our own head-end talks to these meters; answer which came out.

    Raises UnknownMeters; then nothing is changed.
    """
    with transaction.atomic():
        by_serial = _check_known(serials)
        held = models.WayIn.objects.filter(
            vendor_id=vendor_id, meter_id__in=by_serial.values(), ends_at=None
        )
        ids = tuple(held.order_by("meter_id").values_list("meter_id", flat=True))
        held.update(ends_at=now)
        _tell("vendors.meters.taken_out", vendor_id, place_id, {"meters": len(ids)}, now)
    return ids


def behind_vendors(*, meter_ids: Sequence[int]) -> dict[int, str]:
    """Codes of the vendors behind whose head-ends these meters are now, by meter."""
    held = models.WayIn.objects.filter(meter_id__in=meter_ids, ends_at=None)
    return dict(held.order_by("meter_id").values_list("meter_id", "vendor__code"))


def meters_of(
    *, vendor_id: int, serials: Sequence[str], scope: Scope | None
) -> dict[str, tuple[Hanging, ...]]:
    """Where these meters hung while behind a vendor, by serial; within a scope, if any."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.vendors", "meters_of"),
            {
                "vendor": vendor_id,
                "serials": sorted(set(serials)),
                "areas": None if scope is None else scope.areas,
            },
        )
        found: dict[str, list[Hanging]] = {}
        for row in rows(cursor):
            found.setdefault(row["serial"], []).append(Hanging(**row))
    return {serial: tuple(hung) for serial, hung in found.items()}


def kept_reply(*, vendor_id: int, message_key: str, content_hash: bytes) -> str | None:
    """What a message was answered, if it came before. Raises MessageReused."""
    row = models.Message.objects.filter(
        vendor_id=vendor_id, message_key=message_key
    ).first()
    if row is None:
        return None
    if bytes(row.content_hash) != content_hash:
        raise MessageReused(f"The message {message_key} came before, with other content.")
    return row.reply


def keep_reply(
    *, vendor_id: int, message_key: str, content_hash: bytes, reply: str, now: datetime
) -> None:
    """Remember what a message was answered, for ever."""
    models.Message.objects.create(
        vendor_id=vendor_id,
        message_key=message_key,
        content_hash=content_hash,
        reply=reply,
        taken_at=now,
    )


def hold_message(*, vendor_id: int, message_key: str) -> None:
    """Nobody else takes this message until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, %s))",
            [message_key, vendor_id],
        )


def hold_events(*, vendor_id: int) -> None:
    """One message of events of a vendor at a time, until the caller's transaction ends."""
    list(models.Vendor.objects.select_for_update(no_key=True).filter(pk=vendor_id))


def file_was_taken(*, vendor_id: int, content_hash: bytes) -> bool:
    """Whether a file of this content was taken in to its end."""
    return models.FileTaken.objects.filter(
        vendor_id=vendor_id, content_hash=content_hash
    ).exists()


def keep_file(
    *,
    vendor_id: int,
    content_hash: bytes,
    name: str,
    taken: int,
    known: int,
    refused: int,
    now: datetime,
) -> None:
    """A file was taken in to its end; nothing happens where that is known."""
    models.FileTaken.objects.get_or_create(
        vendor_id=vendor_id,
        content_hash=content_hash,
        defaults={
            "name": name,
            "taken": taken,
            "known": known,
            "refused": refused,
            "taken_at": now,
        },
    )


def hand(*, vendor_id: int, meters: Mapping[int, int], now: datetime) -> datetime:
    """Note that commands (id: meter) are this vendor's alone; answer until when."""
    until = now + HANDED_FOR
    models.Handed.objects.bulk_create(
        models.Handed(
            command_id=command_id,
            meter_id=meter_id,
            vendor_id=vendor_id,
            handed_at=now,
            held_until=until,
        )
        for command_id, meter_id in sorted(meters.items())
    )
    return until


def first_handing(*, vendor_id: int, command_id: int) -> datetime | None:
    """When a command was first handed to a vendor; None where it never was."""
    found = models.Handed.objects.filter(vendor_id=vendor_id, command_id=command_id)
    first: datetime | None = found.aggregate(first=Min("handed_at"))["first"]
    return first


def handings_of(*, command_id: int) -> tuple[Handing, ...]:
    """To whom a command was handed, and when, in order."""
    return tuple(
        Handing(
            command_id=row.command_id, handed_at=row.handed_at, held_until=row.held_until
        )
        for row in models.Handed.objects.filter(command_id=command_id).order_by("pk")
    )


def event_is_known(*, vendor_id: int, event_key: str) -> bool:
    """Whether an event came before, of a relay or of anything else."""
    return any(
        kept.objects.filter(vendor_id=vendor_id, event_key=event_key).exists()
        for kept in (models.RelayEvent, models.MeterEvent)
    )


def keep_event(
    *, vendor_id: int, event_key: str, meter_id: int, told: RelayTold, now: datetime
) -> None:
    """Remember what a vendor told of a relay."""
    models.RelayEvent.objects.create(
        vendor_id=vendor_id,
        event_key=event_key,
        command_id=told.command_id,
        meter_id=meter_id,
        is_closed=told.is_closed,
        at=told.at,
        received_at=now,
    )


def keep_meter_event(
    *, vendor_id: int, event_key: str, told: MeterEventTold, now: datetime
) -> None:
    """Remember an event of a meter that is of no command."""
    models.MeterEvent.objects.create(
        vendor_id=vendor_id,
        event_key=event_key,
        meter_id=told.meter_id,
        code=told.code,
        reason=told.reason,
        at=told.at,
        received_at=now,
    )


def meter_events_of(*, meter_id: int, limit: int) -> tuple[MeterEventTold, ...]:
    """What vendors told of a meter beside its commands, the latest first."""
    found = models.MeterEvent.objects.filter(meter_id=meter_id).order_by("-at", "-pk")
    return tuple(
        MeterEventTold(meter_id=row.meter_id, code=row.code, at=row.at, reason=row.reason)
        for row in found[:limit]
    )


def last_event_at(*, meter_id: int) -> datetime | None:
    """When the relay of a meter was last read back, as vendors told."""
    found = models.RelayEvent.objects.filter(meter_id=meter_id, is_closed__isnull=False)
    return found.order_by("-at").values_list("at", flat=True).first()


def _check_known(serials: Sequence[str]) -> dict[str, int]:
    """Ids by serial. Raises UnknownMeters."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select serial, id from connections_meter where serial = any(%s)",
            [list(serials)],
        )
        known: dict[str, int] = dict(cursor.fetchall())
    unknown = sorted(set(serials) - known.keys())
    if unknown:
        raise UnknownMeters(f"{len(unknown)} meters are not known, {unknown[0]} the first.")
    return known


def _tell(
    action: str,
    vendor_id: int,
    place_id: int | None,
    after: dict[str, object],
    now: datetime,
) -> None:
    people.record(
        change=Change(
            action=action,
            object_kind="vendor",
            object_id=str(vendor_id),
            place_id=place_id,
            after=after,
        ),
        by=SYSTEM,
        now=now,
    )


def _vendor(row: models.Vendor) -> Vendor:
    return Vendor(vendor_id=row.pk, code=row.code, name=row.name)
