"""A meter was heard: keep what it said, and close the days that can now be closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.flow import later
from bijlighar.flow.review_supply import review_supply
from bijlighar.headend import service as headend
from bijlighar.headend.values import RelayWanted
from bijlighar.ledger import service as ledger
from bijlighar.readings import service as readings
from bijlighar.readings.values import Heard
from bijlighar.supply import service as supply


def hear_meter(
    *, heard: Sequence[Heard], meter_counters: Mapping[int, int], now: datetime
) -> int:
    """Keep what meters said; answer how many rows are new.

    A relay command that had been given up because its meter was silent is taken up again:
    a reconnection is sent once more, a disconnection is withdrawn and reviewed afresh.
    """
    with transaction.atomic(durable=True):
        stored = readings.store(heard=heard, now=now)
        headend.heard(meter_counters=meter_counters, now=now)
        _take_up_again([one.meter_id for one in heard], now)
        brought_a_day = [one.meter_id for one in heard if one.daily]
        if brought_a_day:
            places = connections.connections_of(meter_ids=brought_a_day)
            later.close_day(connection_ids=sorted(places.values()))
    return stored


def miss_meter(*, errors: Mapping[int, str], now: datetime) -> None:
    """Meters did not answer: they are asked again later, and shown as silent."""
    with transaction.atomic(durable=True):
        headend.not_heard(errors=errors, now=now)


def _take_up_again(meter_ids: Sequence[int], now: datetime) -> None:
    given_up = headend.connections_with_failed(meter_ids=meter_ids)
    if not given_up:
        return
    ledger.lock_balances(owner_ids=given_up)
    headend.retry_failed(meter_ids=meter_ids, wanted=RelayWanted.CLOSED, now=now)
    stale = headend.withdraw_failed_disconnections(meter_ids=meter_ids, now=now)
    for connection_id in stale:
        supply.cancelled(
            connection_id=connection_id, because="the meter had been silent", now=now
        )
    if stale:
        review_supply(connection_ids=stale, now=now)
