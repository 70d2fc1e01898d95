"""Readings that another head-end delivers: compared with what is held, then kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings.values import Blocks, DailyRegister, ReadingSource

MeterDay = tuple[int, date]


def registers_around(
    *, keys: Collection[MeterDay]
) -> dict[MeterDay, tuple[int | None, int | None, int | None]]:
    """For each (meter, day) the registers in Wh before it, at its end, and after it."""
    ordered = sorted(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "registers_around"),
            {
                "meters": [meter_id for meter_id, _ in ordered],
                "days": [day for _, day in ordered],
            },
        )
        return {
            (row["meter_id"], row["day"]): (
                row["before_wh"],
                row["held_wh"],
                row["after_wh"],
            )
            for row in rows(cursor)
        }


def half_hours_held(
    *, keys: Collection[MeterDay]
) -> dict[MeterDay, tuple[int | None, ...]]:
    """The 48 half-hours of each (meter, day) in Wh; None where not heard."""
    ordered = sorted(keys)
    held: dict[MeterDay, list[int | None]] = {
        key: [None] * BLOCKS_PER_DAY for key in ordered
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select reading.meter_id, reading.day, first_block, energies_wh"
            " from unnest(%s::bigint[], %s::date[]) as asked (meter_id, day)"
            " join readings_blockreading as reading"
            " on reading.meter_id = asked.meter_id and reading.day = asked.day"
            " order by reading.id",
            [[meter_id for meter_id, _ in ordered], [day for _, day in ordered]],
        )
        for meter_id, day, first_block, energies in cursor.fetchall():
            blocks = held[meter_id, day]
            for offset, energy in enumerate(energies):
                if blocks[first_block + offset] is None:
                    blocks[first_block + offset] = energy
    return {key: tuple(blocks) for key, blocks in held.items()}


def store_delivered(
    *, registers: Sequence[DailyRegister], blocks: Sequence[Blocks], now: datetime
) -> int:
    """Keep what a vendor's head-end delivered, marked so; answer how many rows are new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "insert_registers"),
            {
                "meters": [one.meter_id for one in registers],
                "days": [one.day for one in registers],
                "registers": [one.register_wh for one in registers],
                "source": ReadingSource.VENDOR.value,
                "now": now,
            },
        )
        stored = int(cursor.rowcount)
        if not blocks:
            return stored
        cursor.executemany(
            statement("bijlighar.readings", "insert_delivered_blocks"),
            [
                {
                    "meter": one.meter_id,
                    "day": one.day,
                    "first": one.first_block,
                    "energies": list(one.energies_wh),
                    "peak": max(one.energies_wh, default=0),
                    "source": ReadingSource.VENDOR.value,
                    "now": now,
                }
                for one in blocks
            ],
        )
        return stored + max(int(cursor.rowcount), 0)
