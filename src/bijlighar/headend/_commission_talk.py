"""What a meter is asked once: its relay's control mode, its columns and their scalers.

Knows no Django and no clock. Kept by `_commission_kept`.
"""

from __future__ import annotations

from bijlighar.dlms import axdr, is15959
from bijlighar.dlms.client import Client
from bijlighar.dlms.cosem import Attribute, ClassId
from bijlighar.dlms.errors import AccessRefused
from bijlighar.dlms.obis import Obis
from bijlighar.headend.association import conversation
from bijlighar.headend.layouts import SCALERS, ask_layout, passes
from bijlighar.headend.transport import Line
from bijlighar.headend.values import Configuration, MeterAccess, ProfileSaid

MANUFACTURER = Attribute(ClassId.DATA, is15959.MANUFACTURER, 2)
MOST_LETTERS = 100


async def read_configuration(
    *, access: MeterAccess, timeout_s: float
) -> tuple[Configuration, int]:
    """What the meter is, and its last counter. Raises MeterSilent, MeterRefused."""
    async with conversation(access, timeout_s) as (client, line):
        asked = _Asked(client, line)
        said = {str(name): await asked.profile(name) for name in SCALERS}
        found = Configuration(
            meter_id=access.meter_id,
            control_mode=await asked.number(is15959.CONTROL_MODE),
            columns={name: one.columns for name, one in said.items()},
            scalers={
                key: held for one in said.values() for key, held in one.scalers.items()
            },
            capture_period_s=await asked.number(
                Attribute(ClassId.PROFILE_GENERIC, is15959.BLOCK_LOAD, 4)
            ),
            manufacturer=await asked.text(MANUFACTURER),
        )
        return found, client.last_meter_counter or 0


class _Asked:
    """Questions of which a meter may refuse each: not every make has every object.

    What it refuses only just now ends the conversation: nothing half said is kept.
    """

    def __init__(self, client: Client, line: Line) -> None:
        self._client, self._line = client, line

    async def number(self, attribute: Attribute) -> int | None:
        held = await self._get(attribute)
        return None if held is None else axdr.whole(held)

    async def text(self, attribute: Attribute) -> str:
        held = await self._get(attribute)
        value = b"" if held is None else held.value
        if isinstance(value, bytes):
            value = value.decode("ascii", errors="replace")
        if not isinstance(value, str):
            return ""
        # A zero octet, which no table takes, would keep the meter from ever being kept.
        return value.replace("\0", " ").strip()[:MOST_LETTERS]

    async def profile(self, name: Obis) -> ProfileSaid:
        try:
            return (await ask_layout(self._attribute, name)).said()
        except AccessRefused as error:
            if passes(error):
                raise
            return ProfileSaid(columns=(), scalers={})

    async def _attribute(self, name: Obis, index: int) -> axdr.Data:
        asked = Attribute(ClassId.PROFILE_GENERIC, name, index)
        return await self._line.run(self._client.get(asked))

    async def _get(self, attribute: Attribute) -> axdr.Data | None:
        try:
            return await self._line.run(self._client.get(attribute))
        except AccessRefused as error:
            if passes(error):
                raise
            return None
