"""A meter's relay: read, moved where it must be, and read back. Knows no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bijlighar.dlms import axdr, is15959
from bijlighar.dlms.client import Client
from bijlighar.headend.association import AskTime, conversation
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.transport import Line
from bijlighar.headend.values import MeterAccess, RelayWanted
from bijlighar.kernel.errors import TemporaryError


class TooLate(TemporaryError):
    """Opening the relay would come after the last moment that is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRead:
    """The relay as it was read back, and when."""

    is_closed: bool
    at: datetime


async def move_relay(
    *,
    access: MeterAccess,
    wanted: RelayWanted,
    open_before: datetime | None,
    ask_time: AskTime,
    timeout_s: float,
) -> RelayRead:
    """Ask the relay to open or close, then read it.

    The relay is read first: a command whose answer was lost is not sent twice. The clock
    is asked once more right before it would open.
    Raises MeterSilent, MeterRefused, TooLate.
    """
    async with conversation(access, timeout_s) as (client, line):
        is_closed = await _is_closed(client, line)
        if is_closed is not (wanted is RelayWanted.CLOSED):
            is_opening = wanted is RelayWanted.OPEN
            if is_opening and open_before is not None and ask_time() >= open_before:
                raise TooLate("The hours for disconnections are over.")
            method = (
                is15959.REMOTE_RECONNECT
                if wanted is RelayWanted.CLOSED
                else is15959.REMOTE_DISCONNECT
            )
            await line.run(client.invoke(method, axdr.integer(0)))
            is_closed = await _is_closed(client, line)
        return RelayRead(is_closed=is_closed, at=ask_time())


async def _is_closed(client: Client, line: Line) -> bool:
    state = await line.run(client.get(is15959.OUTPUT_STATE))
    if not isinstance(state.value, bool):
        raise MeterRefused("The relay's output state is not a boolean.")
    return state.value
