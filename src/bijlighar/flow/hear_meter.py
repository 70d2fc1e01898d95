"""A meter was heard: keep what it said, and close the days that can now be closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.flow import later
from bijlighar.flow.close_day import LATE
from bijlighar.flow.review_supply import take_back
from bijlighar.headend import service as headend
from bijlighar.ledger import service as ledger
from bijlighar.readings import service as readings
from bijlighar.readings.values import Heard


def hear_meter(
    *, heard: Sequence[Heard], meter_counters: Mapping[int, int], now: datetime
) -> int:
    """Keep what meters said; answer how many rows are new.

    Reconnections that wait for these meters are sent at once; disconnections that had
    been given up are taken back.
    """
    meter_ids = [one.meter_id for one in heard]
    with transaction.atomic(durable=True):
        # First: it locks the meters, so a push and a reading of one are kept in turn.
        headend.heard(meter_counters=meter_counters, now=now)
        known = readings.last_register_days(meter_ids=meter_ids)
        stored = readings.store(heard=heard, now=now)
        charge_what_came(heard=heard, known=known)
    take_up_again(meter_ids=meter_ids, now=now)
    return stored


def charge_what_came(*, heard: Sequence[Heard], known: Mapping[int, date]) -> None:
    """Let the days that can be closed now be charged, and those that were be looked at.

    `known` are the last days of which registers were known before. Joins the caller's
    transaction.
    """
    brought_a_day = [one.meter_id for one in heard if one.daily]
    if brought_a_day:
        places = connections.connections_of(meter_ids=brought_a_day)
        later.close_day(connection_ids=sorted(places.values()))
    _charge_late(heard, known)


def miss_meter(*, errors: Mapping[int, str], now: datetime) -> None:
    """Meters did not answer: they are asked again later, and shown as silent."""
    with transaction.atomic(durable=True):
        headend.not_heard(errors=errors, now=now)


def _charge_late(heard: Sequence[Heard], known: Mapping[int, date]) -> None:
    """Half-hours of days that are charged already: their demand and time of day count.

    Where a day's register was known before, the day may be being charged at this moment,
    without these half-hours and unseen: it is charged again after that, which does nothing
    where nothing is charged.
    """
    oldest = {one.meter_id: min(b.day for b in one.blocks) for one in heard if one.blocks}
    places = connections.connections_of(meter_ids=list(oldest))
    charged = charges.charged_through(connection_ids=list(places.values()))
    late: dict[date, list[int]] = {}
    for meter_id, connection_id in places.items():
        first = oldest[meter_id]
        closable = max(known.get(meter_id, date.min), charged.get(connection_id, date.min))
        if first <= closable:
            late.setdefault(first, []).append(connection_id)
    for first, connection_ids in sorted(late.items()):
        later.charge_again(connection_ids=sorted(connection_ids), first=first, because=LATE)


def take_up_again(*, meter_ids: Sequence[int], now: datetime) -> None:
    """Apart from the readings: what happens to one home must not lose others'."""
    headend.hurry(meter_ids=meter_ids, now=now)
    for command in headend.failed_disconnections(meter_ids=meter_ids):
        with transaction.atomic(durable=True):
            ledger.lock_balances(owner_ids=[command.connection_id])
            take_back(command=command, because="the meter had been silent", now=now)
