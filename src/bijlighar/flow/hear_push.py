"""A meter said something unasked: kept like what it is asked for, each push once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bijlighar.flow.hear_meter import charge_what_came, take_up_again
from bijlighar.headend import service as headend
from bijlighar.headend.values import Pushed
from bijlighar.readings import service as readings


def hear_pushes(*, pushed: Sequence[Pushed], now: datetime) -> int:
    """Keep what genuine pushes brought, replays left out; answer how many rows are new.

    A meter that speaks has power: what waits for it is sent at once.
    """
    if not pushed:
        return 0
    with transaction.atomic(durable=True):
        fresh = headend.take_pushes(pushed=pushed, now=now)
        heard = [one.heard for one in fresh]
        meter_ids = sorted({one.meter_id for one in heard})
        known = readings.last_register_days(meter_ids=meter_ids)
        stored = readings.store(heard=heard, now=now)
        charge_what_came(heard=heard, known=known)
    take_up_again(meter_ids=meter_ids, now=now)
    return stored
