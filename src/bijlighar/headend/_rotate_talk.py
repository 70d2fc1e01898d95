"""What is said to a meter when its keys change. Knows no Django and no clock."""

from __future__ import annotations

from enum import Enum

from bijlighar.dlms import axdr, is15959, key_transfer
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.errors import AccessRefused, ActionRefused
from bijlighar.dlms.key_transfer import KeyId
from bijlighar.headend.association import conversation
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.values import (
    KeyPart,
    KeysToProve,
    KeysToSend,
    MeterAccess,
    MeterKeys,
)
from bijlighar.kernel.errors import TemporaryError

TRANSFER = key_transfer.method_for(is15959.UTILITY_SETTING)
PASSWORD = is15959.password_of(is15959.METER_READER)


class Sent(Enum):
    """What is known of new keys after a conversation."""

    TAKEN = "taken"
    """The meter says that it holds them; only a conversation under them proves it."""
    NOT_SENT = "not sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """They went out, and no answer came."""


async def send_new_keys(*, order: KeysToSend, timeout_s: float) -> tuple[Sent, str]:
    """Send what is new in one invocation, or one SET; what is known then, and why."""
    is_out = False
    try:
        async with conversation(order.access, timeout_s) as (client, line):
            is_out = True
            if order.part is KeyPart.LLS:
                password = axdr.octet_string(order.new.lls_secret)
                await line.run(client.set(PASSWORD, password))
            else:
                await line.run(
                    client.invoke(TRANSFER, _keys(order.part, order.new, order.master_key))
                )
    except MeterRefused as error:
        if isinstance(error.__cause__, ActionRefused | AccessRefused) and is_out:
            return Sent.REFUSED, str(error)
        return (Sent.UNKNOWN if is_out else Sent.NOT_SENT), str(error)
    except TemporaryError as error:
        return (Sent.UNKNOWN if is_out else Sent.NOT_SENT), str(error)
    return Sent.TAKEN, ""


async def prove(*, order: KeysToProve, timeout_s: float) -> int:
    """Find out whether a meter holds these keys; its last counter if it does.

    Raises MeterSilent, MeterRefused: then nothing is known, or it holds others.
    """
    if order.part is KeyPart.MASTER:
        return await _prove_master(order, timeout_s)
    if order.part is KeyPart.LLS and order.is_new:
        password = order.keys.lls_secret
        return await prove_keys(
            access=order.access, timeout_s=timeout_s, reader_password=password
        )
    # Without the new password there is nothing to lose: an ordinary conversation will do.
    return await prove_keys(access=order.access, timeout_s=timeout_s)


async def prove_keys(
    *, access: MeterAccess, timeout_s: float, reader_password: bytes | None = None
) -> int:
    """Hold a conversation under these keys; the meter's last counter.

    Both sides prove their keys when they associate; with a password it is the meter
    reader's association. Raises MeterSilent, MeterRefused.
    """
    async with conversation(access, timeout_s, reader_password) as (client, line):
        await line.run(client.get(is15959.CLOCK_TIME))
        return client.last_meter_counter or 0


async def _prove_master(order: KeysToProve, timeout_s: float) -> int:
    """Send a master key under itself: a meter that holds another cannot open it.

    The global keys stay out of it, since with them a meter may begin to count anew.
    """
    again = _keys(order.part, order.keys, order.keys.master_key)
    async with conversation(order.access, timeout_s) as (client, line):
        await line.run(client.invoke(TRANSFER, again))
        return client.last_meter_counter or 0


def _keys(part: KeyPart, new: MeterKeys, master_key: bytes) -> Data:
    sent = (
        {KeyId.MASTER: new.master_key}
        if part is KeyPart.MASTER
        else {
            KeyId.UNICAST_ENCRYPTION: new.encryption_key,
            KeyId.AUTHENTICATION: new.authentication_key,
        }
    )
    return key_transfer.parameter(master_key=master_key, keys=sent)
