"""What a meter's profiles say, as readings: pure, shared by conversations and pushes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeGuard

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
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

_MOST = 10**10
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
    buffer: axdr.Data, profile: Profile, *, starts: datetime, ends: datetime
) -> list[tuple[datetime, int]]:
    """(stamped at, Wh import) of the rows in `[starts, ends]`, oldest first.

    Rows that were not asked for are passed over: some meters send all they hold. Raises
    MeterRefused for what is no energy, DecodeError for what are no rows.
    """
    column = next(i for i, one in enumerate(profile.captures) if one.obis == profile.wanted)
    found: list[tuple[datetime, int]] = []
    for row in profiles.parse_rows(buffer, profile.captures):
        stamp, value = row[0], row[column]
        if not isinstance(stamp, datetime) or not is_energy(value, profile.most_wh):
            raise MeterRefused(f"A row of {profile.buffer} holds {value!r} for Wh.")
        if starts <= stamp <= ends:
            found.append((stamp, value))
    return sorted(found)


def is_energy(value: object, most_wh: int) -> TypeGuard[int]:
    """Whether this can be a register or a half-hour in Wh."""
    return type(value) is int and 0 <= value <= most_wh


def daily_registers(
    meter_id: int, rows: Sequence[tuple[datetime, int]]
) -> tuple[DailyRegister, ...]:
    """A row stamped 00:00 of D is the end of D-1: converted here, once, and never again."""
    return tuple(
        DailyRegister(
            meter_id=meter_id, day=supply_day_of(at) - ONE_DAY, register_wh=register
        )
        for at, register in rows
        if at == day_starts(supply_day_of(at))
    )


def in_days(
    meter_id: int, rows: Sequence[tuple[datetime, int]], after: datetime
) -> tuple[Blocks, ...]:
    """Half-hours in unbroken runs, one value a run and day; a row is stamped at its end."""
    return tuple(
        Blocks(meter_id=meter_id, day=day, first_block=first, energies_wh=tuple(run))
        for day, first, run in _runs(rows, after)
    )


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


def _runs(
    rows: Sequence[tuple[datetime, int]], after: datetime
) -> Iterator[tuple[date, int, list[int]]]:
    day, first, run = date.min, 0, list[int]()
    for at, energy in rows:
        if at <= after:
            continue
        its_day, block = _block_of(at - BLOCK)
        if run and (its_day, block) == (day, first + len(run)):
            run.append(energy)
            continue
        if run:
            yield day, first, run
        day, first, run = its_day, block, [energy]
    if run:
        yield day, first, run


def _block_of(starts: datetime) -> tuple[date, int]:
    """Which supply day and which of its 48 half-hours starts at this instant."""
    day = supply_day_of(starts)
    block = (starts - day_starts(day)) // BLOCK
    assert 0 <= block < BLOCKS_PER_DAY
    return day, block


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
