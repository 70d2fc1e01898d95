"""What a meter's profiles say, as readings: pure, shared by conversations and pushes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias, TypeGuard

from bijlighar.dlms import axdr, cosem_time, grid, is15959, profiles
from bijlighar.dlms.cosem import CLOCK_TIME, CaptureObject, ScalerUnit, Unit
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.headend.layouts import Layout
from bijlighar.kernel.energy import BLOCK_MINUTES, BLOCKS_PER_DAY
from bijlighar.kernel.errors import TemporaryError
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.readings.values import (
    Blocks,
    DailyRegister,
    MeterEvent,
    ReadingSource,
)

BLOCK = timedelta(minutes=BLOCK_MINUTES)
CLOCK_MAY_DIFFER = timedelta(minutes=10)
"""A clock that is off by more is not believed."""

MOST_EVENTS = 1_000
"""Rows taken from one event log in one conversation."""

WORTH_BULK = 400
"""Octets from which on reading in bulk is faster than one by one."""

_LEAST_OCTETS = 2
_NO_ROWS = axdr.array([])

Row: TypeAlias = tuple[int, int]
"""A row's stamp, in seconds since 1970, and its energy in Wh."""

MOST_WH = 10**10
_MOST_SCALER = 6
_BLOCK_S = BLOCK_MINUTES * 60
_IST_S = 19_800
"""India's clock is 5 hours and a half ahead of UTC, all the year."""

_EPOCH_DAY = date(1970, 1, 1)


class MeterRefused(TemporaryError):
    """The meter answered, but not with what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile, its columns as single-phase meters capture them, and the one wanted.

    `scaler` is the power of ten by which the wanted one is more than Wh.
    """

    buffer: Obis
    captures: tuple[CaptureObject, ...]
    wanted: Obis
    most_wh: int
    """More than this is no measurement, and would not fit where it is kept."""
    scaler: int = 0


MIDNIGHTS = Profile(
    buffer=is15959.DAILY_LOAD,
    captures=is15959.SINGLE_PHASE_DAILY_LOAD,
    wanted=is15959.WH_IMPORT,
    most_wh=MOST_WH,
)
HALF_HOURS = Profile(
    buffer=is15959.BLOCK_LOAD,
    captures=is15959.SINGLE_PHASE_BLOCK_LOAD,
    wanted=is15959.BLOCK_WH_IMPORT,
    most_wh=50_000,
)
EVENT_LOGS = (
    is15959.POWER_EVENTS,
    is15959.CONTROL_EVENTS,
    is15959.VOLTAGE_EVENTS,
    is15959.CURRENT_EVENTS,
    is15959.OTHER_EVENTS,
    is15959.NON_ROLLOVER_EVENTS,
    is15959.TRANSACTION_EVENTS,
)


def as_kept(profile: Profile, layout: Layout | None) -> Profile:
    """The profile as one meter has it; as it is to be expected where nothing is kept.

    Raises MeterRefused for a meter that captures no energy, or counts it in other units.
    """
    if layout is None:
        return profile
    place = layout.place_of(profile.wanted)
    if place is None or layout.place_of(CLOCK_TIME.obis) is None:
        raise MeterRefused(f"{profile.buffer} captures no clock or no {profile.wanted}.")
    return replace(
        profile, captures=layout.captures, scaler=power_of(layout.scalers[place])
    )


def energies(
    buffer: bytes | axdr.Data, profile: Profile, *, starts: datetime, ends: datetime
) -> list[Row]:
    """The rows of a buffer, encoded or not, that lie in `[starts, ends]`, oldest first.

    Rows that were not asked for are passed over: some meters send all they hold. Rows that
    all have one shape are read in bulk. Raises MeterRefused for what is no energy,
    DecodeError for what are no rows.
    """
    first, last = starts.timestamp(), ends.timestamp()
    if isinstance(buffer, bytes):
        found = _in_bulk(buffer, profile, first, last)
        if found is not None:
            return found
        buffer = axdr.decode(buffer)
    rows = _one_by_one(buffer, profile)
    return sorted(row for row in rows if first <= row[0] <= last)


def _one_by_one(buffer: axdr.Data, profile: Profile) -> list[Row]:
    """The rows by the general decoder, whatever they look like."""
    clock, column = _places(profile)
    found = []
    for row in profiles.parse_rows(buffer, profile.captures):
        stamp, value = row[clock], row[column]
        energy = scaled(value, profile.scaler)
        if not isinstance(stamp, datetime) or not is_energy(energy, profile.most_wh):
            raise MeterRefused(f"A row of {profile.buffer} holds {value!r} for Wh.")
        found.append((int(stamp.timestamp()), energy))
    return found


def _in_bulk(
    buffer: bytes, profile: Profile, first: float, last: float
) -> list[Row] | None:
    """The wanted rows of many of one shape; None where they are to be read one by one.

    The energy must take more than one octet: one may as well be a boolean.
    """
    if len(buffer) < WORTH_BULK:
        return None
    clock, column = _places(profile)
    read = grid.read([buffer])
    columns = read.columns
    if read.odd or len(columns) != len(profile.captures):
        return None
    clocks, values = columns[clock], columns[column]
    if clocks.dtype.itemsize != cosem_time.SIZE or values.dtype.kind not in "iu":
        return None
    if values.dtype.itemsize < _LEAST_OCTETS:
        return None
    try:
        stamps = grid.instants(clocks).tolist()
    except DecodeError:
        return None
    energies = values.tolist()
    if profile.scaler:
        energies = [scaled(value, profile.scaler) for value in energies]
    for value in (min(energies), max(energies)):
        if not 0 <= value <= profile.most_wh:
            raise MeterRefused(f"A row of {profile.buffer} holds {value!r} for Wh.")
    found = list(zip(stamps, energies, strict=True))
    if not (first <= min(stamps) and max(stamps) <= last):
        found = [row for row in found if first <= row[0] <= last]
    found.sort()
    return found


def _places(profile: Profile) -> tuple[int, int]:
    """Where in a row its clock stands, and what is wanted of it."""
    names = [one.obis for one in profile.captures]
    return names.index(CLOCK_TIME.obis), names.index(profile.wanted)


def power_of(scaler: ScalerUnit | None) -> int:
    """The power of ten of an energy's scaler. Raises MeterRefused for what is no energy."""
    if scaler is None:
        return 0
    if scaler.unit != Unit.WATT_HOUR or abs(scaler.scaler) > _MOST_SCALER:
        raise MeterRefused(f"Energy in unit {scaler.unit} times 10^{scaler.scaler}.")
    return scaler.scaler


def scaled(value: object, power: int) -> object:
    """A raw count in Wh; what is less than one is left out. Others stay as they are."""
    if not power or type(value) is not int:
        return value
    return value * 10**power if power > 0 else value // 10**-power


def is_energy(value: object, most_wh: int) -> TypeGuard[int]:
    """Whether this can be a register or a half-hour in Wh."""
    return type(value) is int and 0 <= value <= most_wh


def daily_registers(meter_id: int, found: Sequence[Row]) -> tuple[DailyRegister, ...]:
    """A row stamped 00:00 of D is the end of D-1: converted here, once, and never again."""
    return tuple(
        DailyRegister(
            meter_id=meter_id, day=supply_day_of(at) - ONE_DAY, register_wh=register
        )
        for at, register in ((instant_of(stamp), register) for stamp, register in found)
        if at == day_starts(supply_day_of(at))
    )


def in_days(meter_id: int, found: Sequence[Row], after: datetime) -> tuple[Blocks, ...]:
    """Half-hours in unbroken runs, one value a run and day; a row is stamped at its end."""
    return tuple(
        Blocks(
            meter_id=meter_id,
            day=_EPOCH_DAY + number // BLOCKS_PER_DAY * ONE_DAY,
            first_block=number % BLOCKS_PER_DAY,
            energies_wh=tuple(run),
        )
        for number, run in _runs(found, int(after.timestamp()))
    )


def instant_of(stamp: int) -> datetime:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(stamp, UTC)


def events(meter_id: int, buffer: axdr.Data) -> tuple[MeterEvent, ...]:
    """The events in a log: each row begins with the clock and the event's number.

    What follows differs from log to log and from make to make. Raises DecodeError.
    Source: requirements of IS 15959-2 for event logs.
    """
    found = []
    for row in axdr.elements(buffer)[-MOST_EVENTS:]:
        at, code = axdr.elements(row)[:2]
        number = code.value
        if type(number) is not int or not 0 < number < 2**16:
            raise MeterRefused(f"An event log holds {number!r} for an event's number.")
        found.append(
            MeterEvent(
                meter_id=meter_id,
                code=number,
                at=cosem_time.decode(axdr.octets(at)),
                source=ReadingSource.EVENT_LOG,
            )
        )
    return tuple(found)


def _runs(found: Sequence[Row], after: int) -> Iterator[tuple[int, list[int]]]:
    """(the first half-hour's number since 1970 in Indian days, energies) of each run."""
    run: list[int] = []
    first = 0
    for stamp, energy in found:
        if stamp <= after:
            continue
        number = (stamp + _IST_S) // _BLOCK_S - 1
        if run and number == first + len(run) and number % BLOCKS_PER_DAY:
            run.append(energy)
            continue
        if run:
            yield first, run
        first, run = number, [energy]
    if run:
        yield first, run
