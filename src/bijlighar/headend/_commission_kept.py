"""What meters are, as they said it at commissioning; relays that would let people wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from bijlighar.headend.control_modes import alarm_of
from bijlighar.headend.models import MeterConfiguration, MeterContact
from bijlighar.headend.values import (
    AlarmingRelay,
    Configuration,
    ProfileSaid,
    RelayAlarm,
)
from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Change, Scope

log = structlog.get_logger()


def unread_configurations(*, limit: int, after: int = 0) -> tuple[int, ...]:
    """Meters with keys that were not yet asked what they are, in the order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "unread_configurations"),
            {"limit": limit, "after": after},
        )
        return tuple(row["meter_id"] for row in rows(cursor))


def keep_configuration(*, found: Configuration, now: datetime) -> RelayAlarm | None:
    """Keep what a meter said it is; answer what is wrong with its relay.

    An alarm is logged and goes into the audit trail once: when it is new.
    """
    alarm = alarm_of(found.control_mode)
    with transaction.atomic():
        before = MeterConfiguration.objects.filter(pk=found.meter_id).first()
        MeterConfiguration.objects.update_or_create(
            meter_id=found.meter_id,
            defaults={
                "control_mode": found.control_mode,
                "columns": {name: list(held) for name, held in found.columns.items()},
                "scalers": {name: list(held) for name, held in found.scalers.items()},
                "capture_period_s": found.capture_period_s,
                "manufacturer": found.manufacturer,
                "alarm": alarm.value if alarm else "",
                "read_at": now,
            },
        )
        # It may have other profiles now: whatever it refused is asked for again.
        MeterContact.objects.filter(pk=found.meter_id).update(
            refused_profiles=[], refused_at=None
        )
        if alarm and (before is None or before.alarm != alarm.value):
            _tell(found, alarm, now)
    return alarm


def configuration_of(*, meter_id: int) -> Configuration | None:
    """What a meter said it is; None for one that was not asked yet."""
    return configurations_of(meter_ids=[meter_id]).get(meter_id)


def configurations_of(*, meter_ids: Sequence[int]) -> dict[int, Configuration]:
    """What these meters said they are, by meter; those not asked yet are left out."""
    found = MeterConfiguration.objects.filter(pk__in=meter_ids)
    return {row.meter_id: _configuration(row) for row in found.order_by("meter_id")}


def manufacturers_of(*, meter_ids: Sequence[int]) -> dict[int, str]:
    """Who made these meters, in their own words; those not asked yet are left out."""
    found = MeterConfiguration.objects.filter(pk__in=meter_ids)
    return dict(found.values_list("meter_id", "manufacturer"))


def keep_changed(*, changed: Mapping[int, Mapping[str, ProfileSaid]]) -> None:
    """Keep what meters now say of profiles that are not as they were; each is logged.

    Meters that were never asked what they are stay so.
    """
    if not changed:
        return
    held = MeterConfiguration.objects.select_for_update().filter(pk__in=changed)
    for row in held.order_by("meter_id"):
        for name, said in changed[row.meter_id].items():
            log.warning("headend.profile.changed", meter_id=row.meter_id, obis=name)
            row.columns[name] = said.columns
            row.scalers |= said.scalers
        row.save(update_fields=["columns", "scalers"])


def _configuration(row: MeterConfiguration) -> Configuration:
    return Configuration(
        meter_id=row.meter_id,
        control_mode=row.control_mode,
        columns={
            name: tuple((held[0], held[1], held[2], held[3]) for held in columns)
            for name, columns in row.columns.items()
        },
        scalers={name: (held[0], held[1]) for name, held in row.scalers.items()},
        capture_period_s=row.capture_period_s,
        manufacturer=row.manufacturer,
    )


def alarming_relays(
    *, scope: Scope | None, limit: int, offset: int = 0
) -> tuple[AlarmingRelay, ...]:
    """Meters whose relay would leave a paid consumer waiting, or never opens.

    Those of a scope; of the whole installation where there is none (`None`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "alarming_relays"),
            {
                "areas": None if scope is None else scope.areas,
                "limit": limit,
                "offset": offset,
            },
        )
        return tuple(
            AlarmingRelay(**{**row, "alarm": RelayAlarm(row["alarm"])})
            for row in rows(cursor)
        )


def _tell(found: Configuration, alarm: RelayAlarm, now: datetime) -> None:
    log.error(
        "headend.relay.alarm",
        meter_id=found.meter_id,
        control_mode=found.control_mode,
        alarm=alarm.value,
    )
    people.record(
        change=Change(
            action=f"meter.relay.{alarm.value}",
            object_kind="meter",
            object_id=str(found.meter_id),
            place_id=None,
            after={"control_mode": found.control_mode},
        ),
        by=SYSTEM,
        now=now,
    )
