"""Operators under watch: one that is silent, refuses, does not deliver, or costs too much.

An alarm is a row that officers see and a line of the log; it ends by itself once the
channel does what it should again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.notices import _settings
from bijlighar.notices.channels.table import CHANNELS
from bijlighar.notices.models import ChannelAlarm, ChannelDay
from bijlighar.notices.values import AlarmKind

log = structlog.get_logger()

LATELY = timedelta(minutes=10)
RIPE = timedelta(minutes=15)
"""After so long a receipt should have come."""
SINCE = timedelta(hours=2)
MOST_LOOKED_AT = 5_000
"""Of each channel, the newest: after a million warnings a look takes as long as after ten
thousand, and senders do not wait for it."""
FEWEST = 5
"""Fewer attempts than this prove nothing."""
IN_A_ROW = 10
"""An operator that took none of the newest so many is silent, whatever it took before."""
FEWEST_DELIVERED_PERCENT = 50


def watch(*, now: datetime) -> tuple[tuple[str, AlarmKind], ...]:
    """Raise what has gone wrong, end what is right again; the alarms that are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.notices", "watch"),
            {
                "channels": sorted(CHANNELS),
                "lately": now - LATELY,
                "ripe": now - RIPE,
                "since": now - SINCE,
                "most": MOST_LOOKED_AT,
                "in_a_row": IN_A_ROW,
            },
        )
        seen = {row["channel"]: row for row in rows(cursor)}
    wrong = {(name, kind): said for name, row in seen.items() for kind, said in _wrong(row)}
    wrong |= _spent(now)
    with transaction.atomic():
        return _keep(wrong, set(seen), now)


def _wrong(row: Mapping[str, Any]) -> Iterator[tuple[AlarmKind, str]]:
    handed = row["handed"]
    last = row["last_handed"]
    if last >= FEWEST and row["last_silent"] == last:
        silent = row["silent"]
        yield AlarmKind.SILENT, f"{silent} of {handed} not taken in ten minutes"
    if handed >= FEWEST and row["refused"] * 2 > handed:
        yield AlarmKind.REFUSING, f"{row['refused']} of {handed} refused in ten minutes"
    channel = CHANNELS.get(row["channel"])
    if channel is None or not channel.has_receipts or row["ripe"] < FEWEST:
        return
    if row["delivered"] * 100 < row["ripe"] * FEWEST_DELIVERED_PERCENT:
        yield (
            AlarmKind.NOT_DELIVERING,
            f"{row['delivered']} of {row['ripe']} taken are known to have arrived",
        )


def _spent(now: datetime) -> dict[tuple[str, AlarmKind], str]:
    today = ChannelDay.objects.filter(day=supply_day_of(now)).order_by("channel")
    found = {}
    for held in today:
        cap = _settings.cap_paise(held.channel)
        if cap is not None and held.paise >= cap:
            found[held.channel, AlarmKind.SPENT] = f"{held.paise} of {cap} paise"
    return found


def _keep(
    wrong: Mapping[tuple[str, AlarmKind], str], seen: set[str], now: datetime
) -> tuple[tuple[str, AlarmKind], ...]:
    open_now = {
        (row.channel, AlarmKind(row.kind)): row
        for row in ChannelAlarm.objects.select_for_update()
        .filter(ended_at=None)
        .order_by("id")
    }
    for key, row in open_now.items():
        if key in wrong:
            row.said, row.seen_at = wrong[key], now
        elif row.channel in seen or row.kind == AlarmKind.SPENT:
            # Silence of ours proves nothing: without attempts an alarm stays open.
            row.ended_at = now
            log.info("notices.channel.right_again", channel=row.channel, kind=row.kind)
    ChannelAlarm.objects.bulk_update(open_now.values(), ["said", "seen_at", "ended_at"])
    new = tuple(key for key in wrong if key not in open_now)
    for channel, kind in new:
        log.critical(
            "notices.channel.alarm",
            channel=channel,
            kind=kind.value,
            said=wrong[channel, kind],
        )
    ChannelAlarm.objects.bulk_create(
        ChannelAlarm(
            channel=channel,
            kind=kind.value,
            said=wrong[channel, kind],
            began_at=now,
            seen_at=now,
        )
        for channel, kind in new
    )
    return new
