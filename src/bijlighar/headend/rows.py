"""What a meter's profiles say, as readings: pure, shared by conversations and pushes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias, TypeGuard

from bijlighar.dlms import axdr, cosem_time, grid, is15959, profiles
from bijlighar.dlms.cosem import CaptureObject, ClassId, ScalerUnit
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.kernel.energy import BLOCK_MINUTES, BLOCKS_PER_DAY
from bijlighar.kernel.errors import TemporaryError
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.readings.values import (
    BillingReading,
    Blocks,
    DailyRegister,
    InstantReading,
    MeterEvent,
    ReadingSource,
)

BLOCK = timedelta(minutes=BLOCK_MINUTES)
MOST_EVENTS = 1_000
"""Rows taken from one event log in one conversation."""

WORTH_BULK = 400
"""Octets from which on reading in bulk is faster than one by one."""

_LEAST_OCTETS = 2
_NO_ROWS = axdr.array([])

Row: TypeAlias = tuple[int, int]
"""A row's stamp, in seconds since 1970, and its energy in Wh."""

_MOST = 10**10
_BLOCK_S = BLOCK_MINUTES * 60
_IST_S = 19_800
"""India's clock is 5 hours and a half ahead of UTC, all the year."""

_EPOCH_DAY = date(1970, 1, 1)
_TIME_OF_DEMAND = 5


class MeterRefused(TemporaryError):
    """The meter answered, but not with what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile, its columns as single-phase meters capture them, and the one wanted."""

    buffer: Obis
    captures: tuple[CaptureObject, ...]
    wanted: Obis
    most_wh: int
    """More than this is no measurement, and would not fit where it is kept."""


MIDNIGHTS = Profile(
    buffer=is15959.DAILY_LOAD,
    captures=is15959.SINGLE_PHASE_DAILY_LOAD,
    wanted=is15959.WH_IMPORT,
    most_wh=_MOST,
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


def energies(
    buffer: bytes | axdr.Data, profile: Profile, *, starts: datetime, ends: datetime
) -> list[Row]:
    """The rows of a buffer, encoded or not, that lie in `[starts, ends]`, oldest first.

    Rows that were not asked for are passed over: some meters send all they hold. Rows that
    all have one shape are read in bulk. Raises MeterRefused for what is no energy,
    DecodeError for what are no rows.
    """
    column = next(i for i, one in enumerate(profile.captures) if one.obis == profile.wanted)
    found = None
    if isinstance(buffer, bytes):
        found = _in_bulk(buffer, column, len(profile.captures))
        buffer = axdr.decode(buffer) if found is None else _NO_ROWS
    if found is None:
        found = _one_by_one(buffer, profile, column)
    first, last = starts.timestamp(), ends.timestamp()
    for _, value in found:
        if not is_energy(value, profile.most_wh):
            raise MeterRefused(f"A row of {profile.buffer} holds {value!r} for Wh.")
    return sorted(row for row in found if first <= row[0] <= last)


def _one_by_one(buffer: axdr.Data, profile: Profile, column: int) -> list[Row]:
    """The same by the general decoder, whatever the rows look like."""
    found = []
    for row in profiles.parse_rows(buffer, profile.captures):
        stamp, value = row[0], row[column]
        if not isinstance(stamp, datetime) or not is_energy(value, profile.most_wh):
            raise MeterRefused(f"A row of {profile.buffer} holds {value!r} for Wh.")
        found.append((int(stamp.timestamp()), value))
    return found


def _in_bulk(buffer: bytes, column: int, many: int) -> list[Row] | None:
    """The same for many rows of one shape; None where they are to be read one by one.

    The energy must take more than one octet: one may as well be a boolean.
    """
    if len(buffer) < WORTH_BULK:
        return None
    read = grid.read([buffer])
    columns = read.columns
    if read.odd or len(columns) != many or columns[0].dtype.itemsize != cosem_time.SIZE:
        return None
    values = columns[column]
    if values.dtype.kind not in "iu" or values.dtype.itemsize < _LEAST_OCTETS:
        return None
    try:
        stamps = grid.instants(columns[0])
    except DecodeError:
        return None
    return list(zip(stamps.tolist(), values.tolist(), strict=True))


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


def billing(
    meter_id: int, captures: Sequence[CaptureObject], buffer: axdr.Data, *, until: datetime
) -> tuple[BillingReading, ...]:
    """The ended periods in a billing profile; the one that is running is left out.

    Columns are found by name and attribute: a maximum demand is captured twice under one
    name, its value and its time. Raises DecodeError and MeterRefused.
    """
    places = {
        (one.obis, one.attribute): i for i, one in reversed(list(enumerate(captures)))
    }
    found = []
    for row in axdr.elements(buffer):
        cells = axdr.elements(row, len(captures))

        def cell(
            name: Obis, attribute: int = 2, cells: Sequence[axdr.Data] = cells
        ) -> axdr.Data | None:
            place = places.get((name, attribute))
            return None if place is None else cells[place]

        date_cell = cell(is15959.BILLING_DATE)
        billed_at = _instant(cell(is15959.CLOCK) if date_cell is None else date_cell)
        register = _number(cell(is15959.WH_IMPORT))
        if billed_at is None or not is_energy(register, _MOST):
            raise MeterRefused("A billing row without its date or its register.")
        if billed_at > until:
            continue
        found.append(
            BillingReading(
                meter_id=meter_id,
                billed_at=billed_at,
                register_wh=register,
                max_demand_w=_number(cell(is15959.MAX_DEMAND_W)),
                max_demand_at=_instant(cell(is15959.MAX_DEMAND_W, _TIME_OF_DEMAND)),
            )
        )
    return tuple(found)


def instant(
    meter_id: int,
    captures: Sequence[CaptureObject],
    buffer: axdr.Data,
    scalers: dict[CaptureObject, ScalerUnit],
    *,
    at: datetime,
) -> InstantReading:
    """What flows now, from the instantaneous profile's one row. Raises DecodeError."""
    (row,) = axdr.elements(buffer, 1)
    cells = dict(zip(captures, axdr.elements(row, len(captures)), strict=True))

    def scaled(name: Obis, thousandths: bool) -> int | None:
        column = CaptureObject(ClassId.REGISTER, name, 2)
        number, scaler = _number(cells.get(column)), scalers.get(column)
        if number is None or scaler is None:
            return None
        amount = int(scaler.scaled(number) * (1000 if thousandths else 1))
        return amount if abs(amount) <= _MOST else None

    relay = cells.get(
        CaptureObject(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 2)
    )
    return InstantReading(
        meter_id=meter_id,
        at=at,
        voltage_mv=scaled(is15959.VOLTAGE, True),
        current_ma=scaled(is15959.PHASE_CURRENT, True),
        power_w=scaled(is15959.ACTIVE_POWER, False),
        register_wh=scaled(is15959.WH_IMPORT, False),
        is_closed=relay.value if relay and isinstance(relay.value, bool) else None,
    )


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


def _number(cell: axdr.Data | None) -> int | None:
    value = None if cell is None else cell.value
    return value if type(value) is int and abs(value) <= _MOST else None


def _instant(cell: axdr.Data | None) -> datetime | None:
    if cell is None:
        return None
    try:
        return cosem_time.decode(axdr.octets(cell))
    except DecodeError:
        return None
