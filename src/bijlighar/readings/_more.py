"""Events, billing readings and instants as received, and half-hours that lack between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from bijlighar.kernel.energy import BLOCK_MINUTES
from bijlighar.kernel.ist import day_starts
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings.models import BillingNote, InstantNote, MeterEventNote
from bijlighar.readings.values import (
    BillingReading,
    BlockGap,
    Heard,
    InstantReading,
    MeterEvent,
    ReadingSource,
)

_BLOCK = timedelta(minutes=BLOCK_MINUTES)


def store(*, heard: Sequence[Heard], now: datetime) -> int:
    """Keep events, billing readings and instants, once each; answer how many are new."""
    events = [event for one in heard for event in one.events]
    billing = [bill for one in heard for bill in one.billing]
    instants = [one.instant for one in heard if one.instant is not None]
    stored = _store_events(events, now) if events else 0
    stored += _store_billing(billing, now) if billing else 0
    if instants:
        _keep_instants(instants, now)
    return stored


def block_gaps(*, since: Mapping[int, date]) -> tuple[BlockGap, ...]:
    """Half-hours that never came, though later ones of the same meter did; oldest first.

    `since` is the first day to look at, by meter; nothing is missing before a meter was
    installed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.readings", "block_gaps"),
            {"meters": list(since), "since": list(since.values())},
        )
        return tuple(
            BlockGap(
                meter_id=row["meter_id"],
                starts=day_starts(row["first_day"]) + _BLOCK * row["first_block"],
                ends=day_starts(row["last_day"]) + _BLOCK * row["last_block"],
            )
            for row in rows(cursor)
        )


def events_of(*, meter_id: int, limit: int) -> tuple[MeterEvent, ...]:
    """The latest events of a meter, the newest first."""
    found = MeterEventNote.objects.filter(meter_id=meter_id).order_by("-at", "-pk")[:limit]
    return tuple(
        MeterEvent(
            meter_id=row.meter_id,
            code=row.code,
            at=row.at,
            source=ReadingSource(row.source),
        )
        for row in found
    )


def billing_since(*, meter_id: int, since: datetime) -> tuple[BillingReading, ...]:
    """A meter's own billing readings from an instant on, in order."""
    found = BillingNote.objects.filter(meter_id=meter_id, billed_at__gte=since)
    return tuple(
        BillingReading(
            meter_id=row.meter_id,
            billed_at=row.billed_at,
            register_wh=row.register_wh,
            max_demand_w=row.max_demand_w,
            max_demand_at=row.max_demand_at,
        )
        for row in found.order_by("billed_at", "pk")
    )


def last_instant(*, meter_id: int) -> InstantReading | None:
    """What flowed when a meter was last asked; None where it never was."""
    row = InstantNote.objects.filter(pk=meter_id).first()
    if row is None:
        return None
    return InstantReading(
        meter_id=row.meter_id,
        at=row.at,
        voltage_mv=row.voltage_mv,
        current_ma=row.current_ma,
        power_w=row.power_w,
        register_wh=row.register_wh,
        is_closed=row.is_closed,
    )


def _store_events(events: Sequence[MeterEvent], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into readings_metereventnote (meter_id, code, at, source, received_at)"
            " select *, %s from unnest(%s::bigint[], %s::int[], %s::timestamptz[],"
            " %s::text[]) on conflict do nothing",
            [
                now,
                [one.meter_id for one in events],
                [one.code for one in events],
                [one.at for one in events],
                [one.source.value for one in events],
            ],
        )
        return int(cursor.rowcount)


def _store_billing(billing: Sequence[BillingReading], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into readings_billingnote (meter_id, billed_at, register_wh,"
            " max_demand_w, max_demand_at, received_at)"
            " select *, %s from unnest(%s::bigint[], %s::timestamptz[], %s::bigint[],"
            " %s::bigint[], %s::timestamptz[]) on conflict do nothing",
            [
                now,
                [one.meter_id for one in billing],
                [one.billed_at for one in billing],
                [one.register_wh for one in billing],
                [one.max_demand_w for one in billing],
                [one.max_demand_at for one in billing],
            ],
        )
        return int(cursor.rowcount)


def _keep_instants(instants: Sequence[InstantReading], now: datetime) -> None:
    newest = {one.meter_id: one for one in sorted(instants, key=lambda one: one.at)}
    with connection.cursor() as cursor:
        cursor.executemany(
            statement("bijlighar.readings", "keep_instant"),
            [
                {
                    "meter": one.meter_id,
                    "at": one.at,
                    "voltage": one.voltage_mv,
                    "current": one.current_ma,
                    "power": one.power_w,
                    "register": one.register_wh,
                    "closed": one.is_closed,
                    "now": now,
                }
                for one in newest.values()
            ],
        )
