"""What a push brings, as readings: pure.

A push is a structure of device id, name of the push setup, the meter's clock and what is
pushed: the event status word, or rows of a profile.
Source: requirements of IS 15959-2 for push setups (0.x.25.9.0.255).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bijlighar.dlms import apdu as apdus
from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.apdu.notification import DataNotification, EventNotification
from bijlighar.dlms.axdr import Tag
from bijlighar.dlms.cosem import Attribute, ClassId
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.headend import alerts, rows
from bijlighar.headend.layouts import kept_layout
from bijlighar.headend.rows import (
    CLOCK_MAY_DIFFER,
    HALF_HOURS,
    MIDNIGHTS,
    MeterRefused,
    Profile,
)
from bijlighar.headend.values import Configuration, PushAccess, Pushed
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.readings.values import Heard

ALERT_PUSH = Obis.parse("0.4.25.9.0.255")
BLOCK_PUSH = Obis.parse("0.5.25.9.0.255")
DAILY_PUSH = Obis.parse("0.6.25.9.0.255")
ALERT_WORD = Attribute(ClassId.DATA, is15959.EVENT_STATUS_WORD, 2)

MOST_DAYS_BACK = timedelta(days=35)
_PARTS = 4


def read_push(plain: bytes, *, access: PushAccess, counter: int, now: datetime) -> Pushed:
    """What an opened push says. Raises DecodeError, MeterRefused.

    Rows of a meter whose clock is off are not believed: its midnights are not ours. An
    alert is, with our own time.
    """
    notification = apdus.decode(plain)
    nothing = Pushed(
        heard=Heard(meter_id=access.meter_id, daily=(), blocks=(), daily_holds_from=None),
        counter=counter,
        at=now,
    )
    if isinstance(notification, EventNotification):
        if notification.attribute != ALERT_WORD:
            return nothing
        return replace(nothing, alert_word=_word(notification.value))
    if not isinstance(notification, DataNotification):
        raise MeterRefused("A push is a data notification or an event notification.")
    return _of_setup(notification.body, nothing, access.known, now)


def _of_setup(
    body: axdr.Data, nothing: Pushed, known: Configuration | None, now: datetime
) -> Pushed:
    parts = axdr.elements(body)
    if len(parts) < _PARTS:
        raise MeterRefused(f"A push of {len(parts)} parts.")
    setup = Obis.from_bytes(axdr.octets(parts[1]))
    clock = cosem_time.decode(axdr.octets(parts[2]))
    if setup == ALERT_PUSH:
        return replace(nothing, alert_word=_word(parts[3]))
    if setup not in (BLOCK_PUSH, DAILY_PUSH):
        return nothing
    if abs(clock - now) > CLOCK_MAY_DIFFER:
        raise MeterRefused(f"A push of rows, and the clock shows {clock:%Y-%m-%d %H:%M}.")
    profile = MIDNIGHTS if setup == DAILY_PUSH else HALF_HOURS
    profile = rows.as_kept(profile, kept_layout(known, profile.buffer))
    found = _energies(parts[3], profile, now)
    heard = nothing.heard
    if setup == DAILY_PUSH:
        daily = rows.daily_registers(heard.meter_id, found)
        # Today's first instant closes yesterday; nothing can close a day that runs.
        today = supply_day_of(now)
        daily = tuple(one for one in daily if one.day <= today - ONE_DAY)
        return replace(nothing, heard=replace(heard, daily=daily))
    blocks = rows.in_days(heard.meter_id, found, now - MOST_DAYS_BACK)
    return replace(nothing, heard=replace(heard, blocks=blocks))


def _energies(buffer: axdr.Data, profile: Profile, now: datetime) -> list[rows.Row]:
    """A buffer's rows; one row may come without its array."""
    cells = axdr.elements(buffer)
    table = buffer if cells and cells[0].tag is Tag.STRUCTURE else axdr.array([buffer])
    return rows.energies(
        table, profile, starts=now - MOST_DAYS_BACK, ends=now + CLOCK_MAY_DIFFER
    )


def _word(value: axdr.Data) -> str:
    word = value.value
    if value.tag is not Tag.BIT_STRING or not isinstance(word, str):
        raise MeterRefused("The event status word is no bit string.")
    if len(word) != alerts.BITS:
        raise DecodeError("128 bits expected", offset=0, data=axdr.encode(value))
    return word
