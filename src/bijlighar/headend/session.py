"""What the head-end says to one meter: read its profiles, move its relay and read it back.

Knows no Django and no clock: `ask_time` is handed in. A conversation uses the utility
setting client with HLS GMAC; all frames are authenticated and encrypted.
Source: IS 15959 associations (requirements 3.1), Green Book 9.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeGuard

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.client import Authentication, Client, ClientSettings
from bijlighar.dlms.cosem import Attribute, CaptureObject, ClassId, RangeSelection
from bijlighar.dlms.errors import DecodeError, RefusedError
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import SecurityKeys
from bijlighar.headend.transport import Line, line_to
from bijlighar.headend.values import MeterAccess, ReadPlan, RelayWanted
from bijlighar.kernel.energy import BLOCK_MINUTES, BLOCKS_PER_DAY
from bijlighar.kernel.errors import TemporaryError
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.readings.values import Blocks, DailyRegister, Heard

SYSTEM_TITLE = b"BJLHES01"
CHALLENGE_BYTES = 16
RELEASE_TIMEOUT_S = 1.0
BLOCK = timedelta(minutes=BLOCK_MINUTES)
CLOCK_MAY_DIFFER = timedelta(minutes=10)


class MeterRefused(TemporaryError):
    """The meter answered, but not with what was asked."""


class TooLate(TemporaryError):
    """Opening the relay would come after the last moment that is allowed."""


class MeterClockWrong(TemporaryError):
    """The meter's clock is off: its midnights are not ours, so no register is taken."""


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
    most_wh=10**10,
)
HALF_HOURS = Profile(
    buffer=is15959.BLOCK_LOAD,
    captures=is15959.SINGLE_PHASE_BLOCK_LOAD,
    wanted=is15959.BLOCK_WH_IMPORT,
    most_wh=50_000,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What a reading conversation brought, and the meter's last counter."""

    heard: Heard
    meter_counter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRead:
    """The relay as it was read back, and when."""

    is_closed: bool
    at: datetime


async def read_meter(
    *,
    access: MeterAccess,
    plan: ReadPlan,
    ask_time: Callable[[], datetime],
    timeout_s: float,
) -> ReadResult:
    """Read the daily registers and half-hours that the plan asks for, up to now.

    Raises MeterSilent, MeterRefused, MeterClockWrong: all temporary.
    """
    async with conversation(access, timeout_s) as (client, line):
        await _check_clock(client, line, ask_time)
        now = ask_time()
        # The register that closes a day is stamped with the midnight after it.
        midnight = day_starts(plan.daily_from + ONE_DAY)
        daily = await _rows(client, line, MIDNIGHTS, midnight, now)
        block_start = day_starts(plan.blocks_from_day) + BLOCK * plan.blocks_from_block
        blocks = await _rows(client, line, HALF_HOURS, block_start, now)
        heard = Heard(
            meter_id=access.meter_id,
            daily=_daily_registers(access.meter_id, daily),
            blocks=_in_days(access.meter_id, blocks, block_start),
            daily_holds_from=supply_day_of(daily[0][0]) - ONE_DAY if daily else None,
        )
        return ReadResult(heard=heard, meter_counter=client.last_meter_counter or 0)


async def move_relay(
    *,
    access: MeterAccess,
    wanted: RelayWanted,
    open_before: datetime | None,
    ask_time: Callable[[], datetime],
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


@asynccontextmanager
async def conversation(
    access: MeterAccess, timeout_s: float
) -> AsyncIterator[tuple[Client, Line]]:
    """An associated, authenticated client on an open line; released at the end."""
    client = Client(
        settings=ClientSettings(
            client_sap=is15959.UTILITY_SETTING,
            authentication=Authentication.HLS_GMAC,
            system_title=SYSTEM_TITLE,
            keys=SecurityKeys(
                encryption_key=access.encryption_key,
                authentication_key=access.authentication_key,
            ),
            meter_title=access.system_title,
        ),
        next_counter=_leased(access),
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        known_meter_counter=access.known_meter_counter,
    )
    async with line_to(
        host=access.host,
        port=access.port,
        client_sap=is15959.UTILITY_SETTING,
        answer_timeout_s=timeout_s,
    ) as line:
        try:
            await line.run(client.associate())
            yield client, line
        except (DecodeError, RefusedError) as error:
            raise MeterRefused(f"Meter {access.serial}: {error}") from error
        # All that was asked is answered: a meter that hangs up here takes nothing back.
        with suppress(TemporaryError, DecodeError, RefusedError):
            await line.run(client.release(), within_s=RELEASE_TIMEOUT_S)


def _leased(access: MeterAccess) -> Callable[[], int]:
    counters = iter(
        range(access.first_counter, access.first_counter + access.leased_counters)
    )

    def next_counter() -> int:
        counter = next(counters, None)
        if counter is None:
            raise MeterRefused(f"Meter {access.serial}: one conversation, too many frames.")
        return counter

    return next_counter


async def _check_clock(
    client: Client, line: Line, ask_time: Callable[[], datetime]
) -> None:
    before = ask_time()
    shown = await line.run(client.get(is15959.CLOCK_TIME))
    meter_time = cosem_time.decode(_bytes(shown))
    after = ask_time()
    if not before - CLOCK_MAY_DIFFER <= meter_time <= after + CLOCK_MAY_DIFFER:
        raise MeterClockWrong(f"The meter's clock shows {meter_time:%Y-%m-%d %H:%M} UTC.")


async def _is_closed(client: Client, line: Line) -> bool:
    state = await line.run(client.get(is15959.OUTPUT_STATE))
    if not isinstance(state.value, bool):
        raise MeterRefused("The relay's output state is not a boolean.")
    return state.value


async def _rows(
    client: Client, line: Line, profile: Profile, starts: datetime, ends: datetime
) -> list[tuple[datetime, int]]:
    """(stamped at, Wh import) of a profile's rows in `[starts, ends]`, oldest first.

    Rows that were not asked for are passed over: some meters send all they hold.
    """
    if starts > ends:
        return []
    buffer = await line.run(
        client.get(
            Attribute(ClassId.PROFILE_GENERIC, profile.buffer, 2),
            RangeSelection(starts=starts, ends=ends),
        )
    )
    column = next(i for i, one in enumerate(profile.captures) if one.obis == profile.wanted)
    rows: list[tuple[datetime, int]] = []
    for row in profiles.parse_rows(buffer, profile.captures):
        stamp, value = row[0], row[column]
        if not isinstance(stamp, datetime) or not _is_energy(value, profile.most_wh):
            raise MeterRefused(f"A row of {profile.buffer} holds {value!r} for Wh.")
        if starts <= stamp <= ends:
            rows.append((stamp, value))
    return sorted(rows)


def _is_energy(value: object, most_wh: int) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= most_wh


def _daily_registers(
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


def _in_days(
    meter_id: int, rows: Sequence[tuple[datetime, int]], after: datetime
) -> tuple[Blocks, ...]:
    """Half-hours in unbroken runs, one value a run and day; a row is stamped at its end."""
    runs: list[Blocks] = []
    energies: list[int] = []
    run_day, run_first = date.min, 0
    for at, energy in rows:
        if at <= after:
            continue
        day, block = _block_of(at - BLOCK)
        if energies and (day, block) == (run_day, run_first + len(energies)):
            energies.append(energy)
            continue
        if energies:
            runs.append(_run(meter_id, run_day, run_first, energies))
        run_day, run_first, energies = day, block, [energy]
    if energies:
        runs.append(_run(meter_id, run_day, run_first, energies))
    return tuple(runs)


def _run(meter_id: int, day: date, first: int, energies: Sequence[int]) -> Blocks:
    return Blocks(
        meter_id=meter_id, day=day, first_block=first, energies_wh=tuple(energies)
    )


def _block_of(starts: datetime) -> tuple[date, int]:
    """Which supply day and which of its 48 half-hours starts at this instant."""
    day = supply_day_of(starts)
    block = (starts - day_starts(day)) // BLOCK
    assert 0 <= block < BLOCKS_PER_DAY
    return day, block


def _bytes(data: axdr.Data) -> bytes:
    if not isinstance(data.value, bytes):
        raise MeterRefused("The clock is not an octet string.")
    return data.value
