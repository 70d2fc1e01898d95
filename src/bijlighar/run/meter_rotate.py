"""One meter's keys change, step by step; each step is committed before the next begins.

Killed between any two lines, the change stands in the database as prepared or sent, and
the same call goes on from there: a change that was sent is first proved, under the new keys
and then the old ones, and only then sent again where the meter never took it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bijlighar.headend import service as headend
from bijlighar.headend.values import KeyChange, KeyChangeState
from bijlighar.kernel.errors import TemporaryError

log = structlog.get_logger()

AskTime = Callable[[], datetime]


def change_keys(
    change: KeyChange, *, ask_time: AskTime, timeout_s: float
) -> KeyChangeState:
    """Go on with a change as far as the meter lets us; how far it got.

    The caller has claimed the meter: nobody else talks to it meanwhile.
    """
    if change.state is KeyChangeState.SENT:
        state = prove(change, ask_time=ask_time, timeout_s=timeout_s)
        if state is not KeyChangeState.PREPARED:
            return state
    return send(change, ask_time=ask_time, timeout_s=timeout_s)


def send(change: KeyChange, *, ask_time: AskTime, timeout_s: float) -> KeyChangeState:
    """Send the new keys, and prove which ones the meter then holds."""
    order = headend.keys_to_send(
        change_id=change.change_id, meter_id=change.meter_id, now=ask_time()
    )
    if order is None:
        return change.state
    # Committed: from here on the meter may hold the new keys, whatever becomes of us.
    sent, why = asyncio.run(headend.send_new_keys(order=order, timeout_s=timeout_s))
    if sent in (headend.Sent.NOT_SENT, headend.Sent.REFUSED):
        return headend.not_taken(
            change_id=change.change_id,
            error=why,
            is_refusal=sent is headend.Sent.REFUSED,
            now=ask_time(),
        )
    return prove(change, ask_time=ask_time, timeout_s=timeout_s)


def prove(change: KeyChange, *, ask_time: AskTime, timeout_s: float) -> KeyChangeState:
    """Hold a conversation under the new keys, else under the old ones, and say which hold.

    Where the meter answers under neither, the change stays sent and is proved another time.
    """
    why = ""
    for is_new in (True, False):
        order = headend.lease_to_prove(
            change_id=change.change_id, meter_id=change.meter_id, is_new=is_new
        )
        try:
            counter = asyncio.run(headend.prove(order=order, timeout_s=timeout_s))
        except TemporaryError as error:
            why = str(error)
            continue
        return headend.end_doubt(
            change_id=change.change_id,
            is_new=is_new,
            meter_counter=counter,
            now=ask_time(),
        )
    headend.still_in_doubt(change_id=change.change_id, error=why)
    log.warning("headend.keys.in_doubt", meter_id=change.meter_id, why=why)
    return KeyChangeState.SENT


def configure(meter_id: int, *, ask_time: AskTime, timeout_s: float) -> str:
    """Ask a meter what it is and keep it; empty, or what is wrong with its relay.

    Raises MeterSilent, MeterRefused.
    """
    (access,) = headend.lease(meter_ids=[meter_id])
    found, counter = asyncio.run(
        headend.read_configuration(access=access, timeout_s=timeout_s)
    )
    now = ask_time()
    alarm = headend.keep_configuration(found=found, now=now)
    headend.heard(meter_counters={meter_id: counter}, now=now)
    headend.read_soon(meter_ids=[meter_id], now=now)
    return alarm.value if alarm else ""
