"""COSEM dates and times, and the instants they mean.

A COSEM time is twelve octets of local time and its deviation, which counts *from* local
time *to* UTC: -330 minutes for India. Many Indian meters leave it unspecified (0x8000);
their clocks show Indian time.

Source: IEC 62056-6-2, 4.1.6.1; IS 15959 (Indian time).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from struct import Struct

from bijlighar.dlms.errors import DecodeError, EncodeError

SIZE = 12
IST_DEVIATION_MINUTES = -330
UNSPECIFIED_DEVIATION = -0x8000
INVALID_VALUE = 0x01
DOUBTFUL_VALUE = 0x02

# year, month, day, day of week, hour, minute, second, hundredths, deviation, status
_FORM = Struct(">HBBBBBBBhB")
_NO_HUNDREDTHS = 0xFF
_MAX_HUNDREDTHS = 99
_DEVIATIONS = range(-840, 841)


def encode(
    instant_utc: datetime,
    deviation_minutes: int = IST_DEVIATION_MINUTES,
    *,
    deviation_is_sent: bool = True,
    status: int = 0,
) -> bytes:
    """The twelve octets of an aware instant, as local time under this deviation.

    With `deviation_is_sent=False` the deviation field says "unspecified", as many Indian
    meters and their readers do.
    """
    assert instant_utc.tzinfo is not None, "a naive datetime has no place here"
    if deviation_minutes not in _DEVIATIONS:
        raise EncodeError(f"{deviation_minutes} minutes is no deviation from UTC")
    local = instant_utc.astimezone(UTC) - timedelta(minutes=deviation_minutes)
    return _FORM.pack(
        local.year,
        local.month,
        local.day,
        local.isoweekday(),
        local.hour,
        local.minute,
        local.second,
        local.microsecond // 10_000,
        deviation_minutes if deviation_is_sent else UNSPECIFIED_DEVIATION,
        status,
    )


def decode(data: bytes) -> datetime:
    """The instant, in UTC, to a hundredth of a second.

    Raises `DecodeError` when a part that the instant needs is unspecified or impossible.
    The day of the week and the status are not looked at: see `status_of`.
    """
    if len(data) != SIZE:
        raise DecodeError("a COSEM time has twelve octets", offset=0, data=data)
    year, month, day, _, hour, minute, second, hundredths, deviation, _ = _FORM.unpack(data)
    if hundredths == _NO_HUNDREDTHS:
        hundredths = 0
    elif hundredths > _MAX_HUNDREDTHS:
        raise DecodeError(f"{hundredths} hundredths", offset=8, data=data)
    if deviation == UNSPECIFIED_DEVIATION:
        deviation = IST_DEVIATION_MINUTES
    elif deviation not in _DEVIATIONS:
        raise DecodeError(f"deviation of {deviation} minutes", offset=9, data=data)
    try:
        local = datetime(year, month, day, hour, minute, second, hundredths * 10_000, UTC)
        return local + timedelta(minutes=deviation)
    except (ValueError, OverflowError) as error:
        raise DecodeError(f"no instant: {error}", offset=0, data=data) from error


def status_of(data: bytes) -> int:
    """The clock status of a COSEM time: see `INVALID_VALUE` and `DOUBTFUL_VALUE`."""
    if len(data) != SIZE:
        raise DecodeError("a COSEM time has twelve octets", offset=0, data=data)
    return data[-1]
