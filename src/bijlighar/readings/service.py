"""Keep what meters said, and answer what was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import ONE_DAY, day_ends
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings import _more, rules
from bijlighar.readings._delivered import half_hours_held as half_hours_held
from bijlighar.readings._delivered import registers_around as registers_around
from bijlighar.readings._delivered import store_delivered as store_delivered
from bijlighar.readings._more import billing_since as billing_since
from bijlighar.readings._more import block_gaps as block_gaps
from bijlighar.readings._more import events_of as events_of
from bijlighar.readings._more import last_instant as last_instant
from bijlighar.readings.models import Correction
from bijlighar.readings.values import (
    Blocks,
    Closable,
    ClosedUntil,
    DailyRegister,
    Heard,
    Missing,
    ReadingSource,
)


class WrongRegister(BijligharError):
    """A register that no meter can have shown there."""


class FutureDay(BijligharError):
    """A register of a day that has not ended yet."""


PROFILE_DAYS = timedelta(days=35)
"""How far back a meter is asked: what an IS 15959 meter holds at least."""


def store(*, heard: Sequence[Heard], now: datetime) -> int:
    """Keep what was heard, once each; answer how many rows are new."""
    with transaction.atomic():
        stored = _store_registers(
            [register for one in heard for register in one.daily],
            source=ReadingSource.DAILY_PROFILE,
            now=now,
        )
        stored += _store_blocks([blocks for one in heard for blocks in one.blocks], now)
        _keep_depths({h.meter_id: h.daily_holds_from for h in heard if h.daily_holds_from})
        stored += _more.store(heard=heard, now=now)
    return stored


def store_initial(*, registers: Sequence[DailyRegister], now: datetime) -> int:
    """Keep the registers that meters showed when they were installed.

    `day` is the day before the installation: its end is the installation's 00:00.
    """
    with transaction.atomic():
        return _store_registers(registers, source=ReadingSource.INSTALLATION, now=now)


def correct(
    *, meter_id: int, day: date, register_wh: int, why: str, made_by: str, now: datetime
) -> None:
    """A person puts the register at the end of a day right; what was heard is kept.

    The caller lets the days be charged again (charges.charge_again). Raises FutureDay, and
    WrongRegister where the register is negative or does not lie between its neighbours.
    """
    if day_ends(day) > now:
        raise FutureDay(f"The day {day} has not ended: it has no register yet.")
    if register_wh < 0:
        raise WrongRegister(f"A register of {register_wh} Wh is negative.")
    with transaction.atomic():
        before, after = _neighbours(meter_id, day)
        if (before or 0) > register_wh or (after is not None and after < register_wh):
            raise WrongRegister(
                f"A register of {register_wh} Wh on {day} does not lie between"
                f" {before} before and {after} after it: a register only grows."
            )
        Correction.objects.create(
            meter_id=meter_id,
            day=day,
            register_wh=register_wh,
            why=why,
            made_by=made_by,
            made_at=now,
        )


def last_register_days(*, meter_ids: Sequence[int]) -> dict[int, date]:
    """The last supply day of which each meter's register is known, where one is."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "last_register_days"), {"ids": list(meter_ids)}
        )
        return {row["meter_id"]: row["day"] for row in rows(cursor)}


def missing(*, meter_ids: Sequence[int], today: date) -> tuple[Missing, ...]:
    """What each meter still has to tell, up to today."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "heard_until"),
            {"meters": list(meter_ids), "oldest": today - PROFILE_DAYS},
        )
        found = {row["meter_id"]: row for row in rows(cursor)}
    return tuple(_missing(meter_id, found[meter_id], today) for meter_id in meter_ids)


def _missing(meter_id: int, row: Mapping[str, date | int | None], today: date) -> Missing:
    daily_day, installed_after = row["daily_day"], row["installed_after"]
    assert isinstance(daily_day, date), (
        "a meter is asked only after its installation reading"
    )
    assert isinstance(installed_after, date)
    block_day, next_block = row["block_day"], row["next_block"]
    if not isinstance(block_day, date) or not isinstance(next_block, int):
        block_day, next_block = installed_after + ONE_DAY, 0
    elif next_block >= BLOCKS_PER_DAY:
        block_day, next_block = block_day + ONE_DAY, 0
    oldest = today - PROFILE_DAYS
    if block_day < oldest:
        block_day, next_block = oldest, 0
    return Missing(
        meter_id=meter_id,
        daily_from=max(daily_day + ONE_DAY, oldest),
        blocks_from_day=block_day,
        blocks_from_block=next_block,
    )


def usage_after(*, meters: Mapping[int, ClosedUntil], until: date) -> dict[int, Closable]:
    """The closable days of each meter after those that are closed, in order.

    `until` is the first day not to look at: today, whose register can't exist yet.
    """
    registers: dict[int, dict[date, int]] = {meter_id: {} for meter_id in meters}
    lost: dict[int, date | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "registers_after"),
            {
                "meters": list(meters),
                "days": [closed.day for closed in meters.values()],
                "until": until,
            },
        )
        for row in rows(cursor):
            registers[row["meter_id"]][row["day"]] = row["register_wh"]
            lost[row["meter_id"]] = row["daily_holds_from"]
    return {
        meter_id: rules.closable(
            meter_id=meter_id,
            after=after,
            registers=registers[meter_id],
            lost_before=lost.get(meter_id),
            until=until,
        )
        for meter_id, after in meters.items()
    }


def blocks_of(*, meter_id: int, day: date) -> tuple[int | None, ...]:
    """The 48 half-hours of a supply day in Wh; None where not heard."""
    blocks: list[int | None] = [None] * BLOCKS_PER_DAY
    with connection.cursor() as cursor:
        cursor.execute(
            "select first_block, energies_wh from readings_blockreading"
            " where meter_id = %s and day = %s order by id",
            [meter_id, day],
        )
        for first_block, energies in cursor.fetchall():
            for offset, energy in enumerate(energies):
                if blocks[first_block + offset] is None:
                    blocks[first_block + offset] = energy
    return tuple(blocks)


def count_rows() -> int:
    """How many rows of readings are kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from readings_registerreading)"
            " + (select count(*) from readings_blockreading)"
        )
        return int(cursor.fetchone()[0])


def _neighbours(meter_id: int, day: date) -> tuple[int | None, int | None]:
    """The registers in force next before and next after a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select"
            " (select register_wh from readings_register where meter_id = %(meter)s"
            "  and day < %(day)s order by day desc limit 1),"
            " (select register_wh from readings_register where meter_id = %(meter)s"
            "  and day > %(day)s order by day limit 1)",
            {"meter": meter_id, "day": day},
        )
        before, after = cursor.fetchone()
        return before, after


def _store_registers(
    registers: Sequence[DailyRegister], *, source: ReadingSource, now: datetime
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "insert_registers"),
            {
                "meters": [one.meter_id for one in registers],
                "days": [one.day for one in registers],
                "registers": [one.register_wh for one in registers],
                "source": source.value,
                "now": now,
            },
        )
        return int(cursor.rowcount)


def _store_blocks(blocks: Sequence[Blocks], now: datetime) -> int:
    """Keep half-hours that are not held yet: none counts twice, whichever way it came."""
    if not blocks:
        return 0
    held = _held_blocks(blocks)
    new: list[Blocks] = []
    for one in blocks:
        new.extend(rules.unheld(one, held))
        known = held.setdefault((one.meter_id, one.day), set())
        known.update(range(one.first_block, one.first_block + len(one.energies_wh)))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into readings_blockreading"
            " (meter_id, day, first_block, energies_wh, peak_wh, source, received_at)"
            " values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict (meter_id, day, first_block) do nothing",
            [
                (
                    one.meter_id,
                    one.day,
                    one.first_block,
                    list(one.energies_wh),
                    max(one.energies_wh, default=0),
                    ReadingSource.BLOCK_PROFILE.value,
                    now,
                )
                for one in new
            ],
        )
        return max(int(cursor.rowcount), 0)


def _held_blocks(blocks: Sequence[Blocks]) -> dict[tuple[int, date], set[int]]:
    """Which half-hours are held of these meters' days."""
    days = sorted({(one.meter_id, one.day) for one in blocks})
    held: dict[tuple[int, date], set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select block.meter_id, block.day, block.first_block,"
            " cardinality(block.energies_wh)"
            " from unnest(%s::bigint[], %s::date[]) as wanted (meter_id, day)"
            " join readings_blockreading as block using (meter_id, day)",
            [[meter_id for meter_id, _ in days], [day for _, day in days]],
        )
        for meter_id, day, first, many in cursor.fetchall():
            held.setdefault((meter_id, day), set()).update(range(first, first + many))
    return held


def _keep_depths(depths: Mapping[int, date]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "keep_depths"),
            {"meters": list(depths), "days": list(depths.values())},
        )
