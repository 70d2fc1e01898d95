"""What meters are, as they said it at commissioning; relays that would let people wait."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import connection, transaction

from bijlighar.headend.control_modes import alarm_of
from bijlighar.headend.models import MeterConfiguration, MeterContact
from bijlighar.headend.values import (
    AlarmingRelay,
    Configuration,
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
