"""What is said to a meter when its keys change. Knows no Django and no clock."""

from __future__ import annotations

from enum import Enum

from bijlighar.dlms import is15959, key_transfer
from bijlighar.dlms.errors import AccessRefused, ActionRefused
from bijlighar.dlms.key_transfer import KeyId
from bijlighar.headend.association import conversation
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.values import KeysToSend, MeterAccess
from bijlighar.kernel.errors import TemporaryError


class Sent(Enum):
    """What is known of new keys after a conversation."""

    TAKEN = "taken"
    """The meter says that it holds them; only a conversation under them proves it."""
    NOT_SENT = "not sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """They went out, and no answer came."""


async def send_new_keys(*, order: KeysToSend, timeout_s: float) -> tuple[Sent, str]:
    """Send both new keys in one invocation; what is known then, and why."""
    method = key_transfer.method_for(is15959.UTILITY_SETTING)
    parameter = key_transfer.parameter(
        master_key=order.master_key,
        keys={
            KeyId.UNICAST_ENCRYPTION: order.new.encryption_key,
            KeyId.AUTHENTICATION: order.new.authentication_key,
        },
    )
    is_out = False
    try:
        async with conversation(order.access, timeout_s) as (client, line):
            is_out = True
            await line.run(client.invoke(method, parameter))
    except MeterRefused as error:
        if isinstance(error.__cause__, ActionRefused | AccessRefused) and is_out:
            return Sent.REFUSED, str(error)
        return (Sent.UNKNOWN if is_out else Sent.NOT_SENT), str(error)
    except TemporaryError as error:
        return (Sent.UNKNOWN if is_out else Sent.NOT_SENT), str(error)
    return Sent.TAKEN, ""


async def prove_keys(*, access: MeterAccess, timeout_s: float) -> int:
    """Hold a conversation under these keys; the meter's last counter.

    Both sides prove their keys when they associate. Raises MeterSilent, MeterRefused.
    """
    async with conversation(access, timeout_s) as (client, line):
        await line.run(client.get(is15959.CLOCK_TIME))
        return client.last_meter_counter or 0
