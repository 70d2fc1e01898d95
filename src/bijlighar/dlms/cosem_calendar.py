"""COSEM dates, times and date-times as they are written: any part may be left open.

A schedule says "every day at 00:00", a billing date "the 1st, whatever month", a clock may
not know its deviation. `cosem_time` makes instants of clocks; here nothing is made of
anything: each part is a number, a `Special` day or month, or None where it is unspecified,
and an instant is given only when every part that it needs is there or named by the caller.

Source: IEC 62056-6-2, 4.1.6.1 (date, time, date-time; not specified, last day of month).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, IntFlag
from struct import Struct
from typing import TypeAlias, TypeVar

from bijlighar.dlms import cosem_time
from bijlighar.dlms.errors import DecodeError, EncodeError

DATE_SIZE, TIME_SIZE = 5, 4
MAX_DEVIATION = 840

_NOT_SPECIFIED = 0xFF
_NO_YEAR = 0xFFFF
_DATE = Struct(">HBBB")
_TIME = Struct(">BBBB")
_TAIL = Struct(">hB")


class Special(IntEnum):
    """Days and months that are named by what they are."""

    DAYLIGHT_SAVING_ENDS = 0xFD
    DAYLIGHT_SAVING_BEGINS = 0xFE
    SECOND_LAST_DAY = 0x1FD
    LAST_DAY = 0x1FE


_Made = TypeVar("_Made")
Part: TypeAlias = "int | None"
Named: TypeAlias = "int | Special | None"

_SPECIAL_MONTHS = {
    0xFD: Special.DAYLIGHT_SAVING_ENDS,
    0xFE: Special.DAYLIGHT_SAVING_BEGINS,
}
_SPECIAL_DAYS = {0xFD: Special.SECOND_LAST_DAY, 0xFE: Special.LAST_DAY}


class ClockStatus(IntFlag):
    """What a clock says of itself; bits that the standard reserves are kept."""

    INVALID_VALUE = 0x01
    DOUBTFUL_VALUE = 0x02
    DIFFERENT_BASE = 0x04
    INVALID_STATUS = 0x08
    DAYLIGHT_SAVING = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class CosemDate:
    """A date; `week_day` is 1 for Monday to 7 for Sunday."""

    year: Part = None
    month: Named = None
    day: Named = None
    week_day: Part = None

    def __post_init__(self) -> None:
        _check("year", self.year, 0, _NO_YEAR - 1)
        _check_named("month", self.month, 12, _SPECIAL_MONTHS.values())
        _check_named("day", self.day, 31, _SPECIAL_DAYS.values())
        _check("week_day", self.week_day, 1, 7)

    def to_bytes(self) -> bytes:
        """Five octets."""
        return _DATE.pack(
            _NO_YEAR if self.year is None else self.year,
            _octet(self.month),
            _octet(self.day),
            _octet(self.week_day),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> CosemDate:
        """Read five octets; raises `DecodeError`."""
        _check_size(data, DATE_SIZE)
        year, month, day, week_day = _DATE.unpack(data)
        return _made(
            lambda: cls(
                year=None if year == _NO_YEAR else year,
                month=_SPECIAL_MONTHS.get(month, _part(month)),
                day=_SPECIAL_DAYS.get(day, _part(day)),
                week_day=_part(week_day),
            ),
            data,
        )

    def __str__(self) -> str:
        year = "****" if self.year is None else f"{self.year:04}"
        return f"{year}-{_shown(self.month)}-{_shown(self.day)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CosemTime:
    """A time of day."""

    hour: Part = None
    minute: Part = None
    second: Part = None
    hundredths: Part = None

    def __post_init__(self) -> None:
        _check("hour", self.hour, 0, 23)
        _check("minute", self.minute, 0, 59)
        _check("second", self.second, 0, 59)
        _check("hundredths", self.hundredths, 0, 99)

    def to_bytes(self) -> bytes:
        """Four octets."""
        return bytes(map(_octet, (self.hour, self.minute, self.second, self.hundredths)))

    @classmethod
    def from_bytes(cls, data: bytes) -> CosemTime:
        """Read four octets; raises `DecodeError`."""
        _check_size(data, TIME_SIZE)
        hour, minute, second, hundredths = map(_part, data)
        return _made(
            lambda: cls(hour=hour, minute=minute, second=second, hundredths=hundredths),
            data,
        )

    def __str__(self) -> str:
        return ":".join(map(_shown, (self.hour, self.minute, self.second)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CosemDateTime:
    """A date and a time of day, how far UTC is from it, and the clock's word on itself.

    `deviation_minutes` counts from local time to UTC: -330 in India. `status` is None where
    it is unspecified.
    """

    date: CosemDate
    time: CosemTime
    deviation_minutes: Part = None
    status: ClockStatus | None = None

    def __post_init__(self) -> None:
        _check("deviation", self.deviation_minutes, -MAX_DEVIATION, MAX_DEVIATION)
        _check("status", self.status, 0, _NOT_SPECIFIED - 1)

    def to_bytes(self) -> bytes:
        """Twelve octets."""
        deviation = self.deviation_minutes
        tail = _TAIL.pack(
            cosem_time.UNSPECIFIED_DEVIATION if deviation is None else deviation,
            _octet(self.status),
        )
        return self.date.to_bytes() + self.time.to_bytes() + tail

    @classmethod
    def from_bytes(cls, data: bytes) -> CosemDateTime:
        """Read twelve octets; raises `DecodeError`."""
        _check_size(data, cosem_time.SIZE)
        deviation, status = _TAIL.unpack(data[DATE_SIZE + TIME_SIZE :])
        date = CosemDate.from_bytes(data[:DATE_SIZE])
        time = CosemTime.from_bytes(data[DATE_SIZE : DATE_SIZE + TIME_SIZE])
        is_open = deviation == cosem_time.UNSPECIFIED_DEVIATION
        return _made(
            lambda: cls(
                date=date,
                time=time,
                deviation_minutes=None if is_open else deviation,
                status=None if status == _NOT_SPECIFIED else ClockStatus(status),
            ),
            data,
        )

    @classmethod
    def of_instant(cls, instant_utc: datetime, *, deviation_minutes: int) -> CosemDateTime:
        """An aware instant, as a clock with this deviation shows it, nothing left open."""
        return cls.from_bytes(cosem_time.encode(instant_utc, deviation_minutes))

    @property
    def unspecified(self) -> frozenset[str]:
        """The names of the parts that are left open."""
        parts = {
            "year": self.date.year,
            "month": self.date.month,
            "day": self.date.day,
            "week_day": self.date.week_day,
            "hour": self.time.hour,
            "minute": self.time.minute,
            "second": self.time.second,
            "hundredths": self.time.hundredths,
            "deviation_minutes": self.deviation_minutes,
            "status": self.status,
        }
        return frozenset(name for name, value in parts.items() if value is None)

    def instant(self, *, assumed_deviation_minutes: int | None = None) -> datetime:
        """The instant in UTC that is meant, to a hundredth of a second.

        `assumed_deviation_minutes` stands in where the clock gives none. Raises
        `DecodeError` naming the parts that are missing; hundredths alone may be, as clocks
        without them leave them open. Day of the week and status are not looked at.
        """
        deviation = self.deviation_minutes
        if deviation is None:
            deviation = assumed_deviation_minutes
        numbers = (
            self.date.year,
            self.date.month,
            self.date.day,
            self.time.hour,
            self.time.minute,
            self.time.second,
        )
        whole = [n for n in numbers if n is not None and not isinstance(n, Special)]
        if deviation is None or len(whole) != len(numbers):
            raise self._no_instant()
        year, month, day, hour, minute, second = whole
        microsecond = (self.time.hundredths or 0) * 10_000
        try:
            local = datetime(year, month, day, hour, minute, second, microsecond, UTC)
            return local + timedelta(minutes=deviation)
        except (ValueError, OverflowError) as error:
            raise DecodeError(
                f"no instant: {error}", offset=0, data=self.to_bytes()
            ) from error

    def _no_instant(self) -> DecodeError:
        needed = self.unspecified - {"week_day", "hundredths", "status"}
        missing = ", ".join(sorted(needed)) or "a day or month by number"
        return DecodeError(f"no instant without {missing}", offset=0, data=self.to_bytes())

    def __str__(self) -> str:
        deviation = self.deviation_minutes
        if deviation is None:
            return f"{self.date} {self.time}"
        hours, minutes = divmod(abs(deviation), 60)
        sign = "+" if deviation <= 0 else "-"
        return f"{self.date} {self.time} {sign}{hours:02}:{minutes:02}"


def _part(octet: int) -> Part:
    return None if octet == _NOT_SPECIFIED else octet


def _octet(value: Named) -> int:
    return _NOT_SPECIFIED if value is None else value & 0xFF


def _shown(value: Named) -> str:
    if value is None:
        return "**"
    return value.name.lower() if isinstance(value, Special) else f"{value:02}"


def _check(name: str, value: Part, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise EncodeError(f"{name} {value}: {least} to {most} expected")


def _check_named(name: str, value: Named, most: int, special: Collection[Special]) -> None:
    if isinstance(value, Special):
        if value not in special:
            raise EncodeError(f"{value.name} is no {name}")
    else:
        _check(name, value, 1, most)


def _check_size(data: bytes, size: int) -> None:
    if len(data) != size:
        raise DecodeError(f"{size} octets expected, not {len(data)}", offset=0, data=data)


def _made(make: Callable[[], _Made], data: bytes) -> _Made:
    try:
        return make()
    except EncodeError as error:
        raise DecodeError(str(error), offset=0, data=data) from error
