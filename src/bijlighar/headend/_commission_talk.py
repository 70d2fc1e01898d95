"""What a meter is asked once: its relay's control mode, its columns and their scalers.

Knows no Django and no clock. Kept by `_commission_kept`.
"""

from __future__ import annotations

from bijlighar.dlms import axdr, is15959, profiles
from bijlighar.dlms.client import Client
from bijlighar.dlms.cosem import Attribute, CaptureObject, ClassId, ScalerUnit
from bijlighar.dlms.errors import AccessRefused
from bijlighar.dlms.obis import Obis
from bijlighar.headend.association import conversation
from bijlighar.headend.transport import Line
from bijlighar.headend.values import Configuration, MeterAccess

PROFILES = (
    is15959.INSTANTANEOUS,
    is15959.BLOCK_LOAD,
    is15959.DAILY_LOAD,
    is15959.BILLING,
)
SCALERS = (
    is15959.INSTANTANEOUS_SCALERS,
    is15959.BLOCK_LOAD_SCALERS,
    is15959.DAILY_LOAD_SCALERS,
    is15959.BILLING_SCALERS,
)


async def read_configuration(
    *, access: MeterAccess, timeout_s: float
) -> tuple[Configuration, int]:
    """What the meter is, and its last counter. Raises MeterSilent, MeterRefused."""
    async with conversation(access, timeout_s) as (client, line):
        asked = _Asked(client, line)
        columns = {str(name): await asked.columns(name) for name in PROFILES}
        scalers: dict[str, tuple[int, int]] = {}
        for name in SCALERS:
            scalers |= await asked.scalers(name)
        found = Configuration(
            meter_id=access.meter_id,
            control_mode=await asked.number(is15959.CONTROL_MODE),
            columns=columns,
            scalers=scalers,
            capture_period_s=await asked.number(
                Attribute(ClassId.PROFILE_GENERIC, is15959.BLOCK_LOAD, 4)
            ),
        )
        return found, client.last_meter_counter or 0


class _Asked:
    """Questions of which a meter may refuse each: not every make has every object."""

    def __init__(self, client: Client, line: Line) -> None:
        self._client, self._line = client, line

    async def number(self, attribute: Attribute) -> int | None:
        held = await self._get(attribute)
        return None if held is None else axdr.whole(held)

    async def columns(self, name: Obis) -> tuple[tuple[int, str, int, int], ...]:
        return tuple(
            (one.class_id, str(one.obis), one.attribute, one.data_index)
            for one in await self._captured(name)
        )

    async def scalers(self, name: Obis) -> dict[str, tuple[int, int]]:
        captured = await self._captured(name)
        buffer = await self._get(Attribute(ClassId.PROFILE_GENERIC, name, 2))
        if not captured or buffer is None or len(axdr.elements(buffer)) != 1:
            return {}
        told: dict[CaptureObject, ScalerUnit] = dict(
            profiles.parse_scalers(buffer, captured)
        )
        return {str(one.obis): (held.scaler, held.unit) for one, held in told.items()}

    async def _captured(self, name: Obis) -> tuple[CaptureObject, ...]:
        held = await self._get(Attribute(ClassId.PROFILE_GENERIC, name, 3))
        return () if held is None else profiles.parse_capture_objects(held)

    async def _get(self, attribute: Attribute) -> axdr.Data | None:
        try:
            return await self._line.run(self._client.get(attribute))
        except AccessRefused:
            return None
