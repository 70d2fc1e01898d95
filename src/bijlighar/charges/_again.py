"""Charge days once more with what is known now, and post the difference, whichever way.

Late, corrected and estimated readings, a fact that changed, an order that came later: each
is the same thing. A day that comes out as it was gets no new version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np
from django.db import connection

from bijlighar.charges._closing import (
    Closing,
    categories_of,
    registers_before,
    usage_columns,
)
from bijlighar.charges._open_day import Columns, column, fetch, open_day, take
from bijlighar.charges._post import Posting, keep
from bijlighar.charges._rate import RatedDays, rate_day
from bijlighar.charges._schedules import replaced
from bijlighar.charges.rules import CORRECTION, REPLACED, SETTLED
from bijlighar.connections import service as connections
from bijlighar.kernel.ist import ONE_DAY, days_between, month_starts, supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings import service as readings
from bijlighar.readings.values import ClosedUntil, DayUsage
from bijlighar.tariffs.reading_charges import MOST_WINDOWS
from bijlighar.tariffs.values import Head

_MTD = tuple(f"mtd_{head.value}_paise" for head in Head)
_WINDOWS = tuple(f"window_{place}_wh" for place in range(1, MOST_WINDOWS + 1))
_CHARGED_DAY = (
    "connection_id",
    "version",
    "meter_id",
    "energy_wh",
    "opening_register_wh",
    "closing_register_wh",
    "is_estimated",
    "is_provisional",
    "schedule_id",
    "part_from",
    "part_days",
    "mtd_energy_wh",
    "selecting_wh",
    "mtd_days",
    "sanctioned_load_w",
    "max_demand_w",
    "fppas_basis_points",
    "fppas_carried_micropaise",
    "is_prepaid",
    *_MTD,
    "total_paise",
    "demand_excused",
    *_WINDOWS,
)
_PART = ("part_from", "schedule_id", "sanctioned_load_w", "is_prepaid", "meter_id")


def charge_again(
    *,
    connection_ids: Sequence[int],
    first: date,
    because: str,
    closing: Closing,
    now: datetime,
) -> None:
    """Rate the charged days of these connections from the month of `first` on again.

    The days that came out otherwise and what was posted for them are counted into
    `closing`.
    """
    ids = sorted(set(connection_ids))
    begins, ends = month_starts(first), _last_day(ids)
    if not ids or ends is None or ends < begins:
        return
    categories = categories_of()
    usages = _usages(ids, begins, supply_day_of(now))
    before: Columns | None = None
    for day in days_between(begins, ends + ONE_DAY):
        before = _day_again(ids, day, categories, usages, before, because, closing, now)


def settle(*, connection_ids: Sequence[int], closing: Closing, now: datetime) -> None:
    """Replace estimates of silent meters by what they have told since."""
    for day, ids in sorted(_by_day(_settled_from(connection_ids)).items()):
        charge_again(
            connection_ids=ids, first=day, because=SETTLED, closing=closing, now=now
        )


def follow_orders(
    *, connection_ids: Sequence[int], closing: Closing, now: datetime
) -> list[int]:
    """Where the order of the month that runs was put right, charge the month again by it.

    Without that the next day would begin the month anew, with all its slabs. Answers whose
    days can be charged on: all but those whose month could not be charged again.
    """
    gone = replaced()
    left = list(connection_ids)
    if gone:
        since = _charged_by(left, gone)
        for first, ids in sorted(_by_day(since).items()):
            charge_again(
                connection_ids=ids, first=first, because=REPLACED, closing=closing, now=now
            )
        still = _charged_by(list(since), gone) if since else {}
        for one in still:
            closing.rejected.setdefault(one, "its month is still charged by an old order")
        left = [one for one in left if one not in still]
    return left


def charged_day(connection_ids: Sequence[int], day: date) -> Columns:
    """One charged day of connections as it holds now."""
    return fetch(
        "charged_day",
        {"ids": list(connection_ids), "day": day},
        _CHARGED_DAY,
        dates={"part_from"},
    )


def _settled_from(connection_ids: Sequence[int]) -> dict[int, date]:
    """Connections whose estimates a reading can replace, and since when they run."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.charges", "settled_from"), {"ids": list(connection_ids)}
        )
        return {row["connection_id"]: row["first_day"] for row in rows(cursor)}


def _by_day(since: Mapping[int, date]) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for one, day in since.items():
        days.setdefault(day, []).append(one)
    return days


def _charged_by(
    connection_ids: Sequence[int], schedule_ids: Sequence[int]
) -> dict[int, date]:
    """Connections whose last charged day is by one of these schedules and is not the last
    of its month: the month's first day."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.charges", "charged_by"),
            {"ids": list(connection_ids), "schedules": list(schedule_ids)},
        )
        return {row["connection_id"]: row["month"] for row in rows(cursor)}


def _last_day(connection_ids: Sequence[int]) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(day) from charges_daycharge where connection_id = any(%s)",
            [list(connection_ids)],
        )
        found: date | None = cursor.fetchone()[0]
        return found


def _day_again(
    ids: Sequence[int],
    day: date,
    categories: Sequence[str],
    usages: Mapping[tuple[int, date], DayUsage],
    before: Columns | None,
    because: str,
    closing: Closing,
    now: datetime,
) -> Columns:
    """Rate one day again; answer it as it was, for the day after."""
    was = charged_day(ids, day)
    if not len(was["connection_id"]):
        return was
    columns = open_day(
        connection_ids=was["connection_id"],
        day=day,
        categories=categories,
        is_charged=True,
    )
    was = take(was, np.isin(was["connection_id"], columns["connection_id"]))
    if before is None:
        before = charged_day(ids, day - ONE_DAY)
    wave = _with_usage(columns, was, day, usages)
    rated, rejected = rate_day(columns=wave, day=day, categories=categories)
    closing.rejected |= rejected
    postings = [_difference(one, was, before) for one in rated]
    changed = [_changed(posting, was) for posting in postings]
    kept = [one for one in changed if len(one.version)]
    keep(
        postings=kept,
        day=day,
        because=because,
        reason=CORRECTION,
        wallets=closing.wallets,
        now=now,
    )
    for posting in kept:
        closing.add(posting.rated.columns["connection_id"], day, posting.posted_paise)
    return was


def _with_usage(
    columns: Columns, was: Columns, day: date, usages: Mapping[tuple[int, date], DayUsage]
) -> Columns:
    """What is known of the day now; where nothing is, it is as it was, moved along."""
    found: dict[int, DayUsage] = {}
    for row, connection_id in enumerate(columns["connection_id"].tolist()):
        known = usages.get((connection_id, day))
        if known is not None and known.meter_id == int(columns["meter_id"][row]):
            found[connection_id] = known
            continue
        opening = int(columns["opening_register_wh"][row])
        energy = int(was["energy_wh"][row])
        found[connection_id] = DayUsage(
            meter_id=int(was["meter_id"][row]),
            day=day,
            energy_wh=energy,
            opening_register_wh=opening,
            closing_register_wh=opening + energy,
            is_estimated=bool(was["is_estimated"][row]),
        )
    held = usage_columns(columns, found)
    still = [
        int(was["is_provisional"][row]) if (one, day) not in usages else 0
        for row, one in enumerate(columns["connection_id"].tolist())
    ]
    return held | {"is_provisional": column(still)}


def _difference(rated: RatedDays, was: Columns, before: Columns) -> Posting:
    """What a day costs now less what it cost, by head."""
    old = take(was, np.searchsorted(was["connection_id"], rated.columns["connection_id"]))
    start = _month_before(old, before)
    return Posting(
        rated=rated,
        version=old["version"] + 1,
        posted={
            head: rated.heads[head] - (old[name] - start[name])
            for head, name in zip(Head, _MTD, strict=True)
        },
        posted_wh=rated.columns["energy_wh"] - old["energy_wh"],
    )


def _month_before(old: Columns, before: Columns) -> Columns:
    """The month to date of the day before, where it lay in the same part; else nothing."""
    rows = len(old["connection_id"])
    if not len(before["connection_id"]):
        return {name: np.zeros(rows, dtype=np.int64) for name in _MTD}
    place = np.searchsorted(before["connection_id"], old["connection_id"])
    earlier = take(before, np.minimum(place, len(before["connection_id"]) - 1))
    follows = earlier["connection_id"] == old["connection_id"]
    for name in _PART:
        follows &= earlier[name] == old[name]
    return {name: np.where(follows, earlier[name], 0) for name in _MTD}


def _changed(posting: Posting, was: Columns) -> Posting:
    """Only the rows that came out otherwise than they are kept."""
    rated = posting.rated
    old = take(was, np.searchsorted(was["connection_id"], rated.columns["connection_id"]))
    now = {
        **{
            name: rated.columns[name]
            for name in (
                "meter_id",
                "energy_wh",
                "opening_register_wh",
                "closing_register_wh",
                "is_estimated",
                "is_provisional",
            )
        },
        "part_from": rated.part_from,
        "part_days": rated.slices.slab_days,
        "mtd_energy_wh": rated.slices.energy_wh,
        "selecting_wh": rated.slices.selecting_wh,
        "mtd_days": rated.slices.billed_days,
        "sanctioned_load_w": rated.slices.sanctioned_load_w,
        "max_demand_w": rated.slices.max_demand_w,
        "fppas_basis_points": rated.slices.fppas_basis_points,
        "fppas_carried_micropaise": rated.slices.fppas_carried_micropaise,
        "is_prepaid": rated.slices.is_prepaid,
        **{f"mtd_{head.value}_paise": rated.mtd[head] for head in Head},
        "total_paise": rated.total_paise,
        "demand_excused": rated.slices.demand_excused,
        **{
            f"window_{place}_wh": wh
            for place, wh in enumerate(rated.slices.windows_wh.T, start=1)
        },
    }
    differs = old["schedule_id"] != rated.schedule_id
    for name, value in now.items():
        differs |= old[name] != value
    return posting if differs.all() else posting.rows(np.flatnonzero(differs))


def _usages(
    ids: Sequence[int], begins: date, today: date
) -> dict[tuple[int, date], DayUsage]:
    """What the present meters' registers say now of the days from `begins` on."""
    homes = {home.meter_id: home for home in connections.homes(connection_ids=ids)}
    known = registers_before(ids, day=begins)
    meters = {}
    for meter_id, home in homes.items():
        if home.installed_on >= begins:
            meters[meter_id] = ClosedUntil(
                day=home.installed_on - ONE_DAY, register_wh=home.initial_register_wh
            )
        elif home.connection_id in known:
            meters[meter_id] = ClosedUntil(
                day=begins - ONE_DAY, register_wh=known[home.connection_id]
            )
    found = readings.usage_after(meters=meters, until=today)
    return {
        (homes[meter_id].connection_id, usage.day): usage
        for meter_id, closable in found.items()
        for usage in closable.days
    }
