"""What meters are, as it is kept: used by conversations and pushes, put right by them.

Commissioning itself is in `_commission_kept`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from bijlighar.headend.models import MeterConfiguration
from bijlighar.headend.values import Configuration, ProfileSaid

log = structlog.get_logger()


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
