"""Close supply days, one calendar day after another, for many connections at once.

Where a day's own register has been heard, one query brings all that the day rests on and
nothing is touched one by one. Only where a register is missing are a meter's registers
looked at each for itself: days whose register is lost share what a later one shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np

from bijlighar.charges._again import charge_again, settle
from bijlighar.charges._ahead import thresholds_ahead
from bijlighar.charges._closing import (
    Closing,
    categories_of,
    registers_before,
    usage_columns,
)
from bijlighar.charges._open_day import (
    Columns,
    column,
    day_number,
    day_of_number,
    fetch,
    open_day,
    take,
)
from bijlighar.charges._percentages import charged_by_another
from bijlighar.charges._post import first_versions, keep
from bijlighar.charges._rate import rate_day
from bijlighar.charges.rules import FIRST, REASON, REPLACED
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.readings import service as readings
from bijlighar.readings.values import ClosedUntil, DayUsage
from bijlighar.tariffs.values import IntArray


def close(*, connection_ids: Sequence[int], closing: Closing, now: datetime) -> None:
    """Charge every day that can be closed, and count it into `closing`.

    Most connections of a night have one open day, yesterday, and its register: they are
    looked at once. Only the others are asked up to where they are charged.
    """
    today = supply_day_of(now)
    categories = categories_of()
    charged = _close_yesterday(connection_ids, today - ONE_DAY, categories, closing, now)
    asked = column(connection_ids)
    left = np.unique(asked[~np.isin(asked, charged)])
    if len(left):
        settle(connection_ids=left.tolist(), closing=closing, now=now)
        _close_others(left, today, categories, closing, now)


def _close_yesterday(
    connection_ids: Sequence[int],
    day: date,
    categories: Sequence[str],
    closing: Closing,
    now: datetime,
) -> IntArray:
    """Charge the last day of those for whom it is the only open one, on its register."""
    columns = _opened(connection_ids, day, categories, closing, now)
    energy = columns["closing_register_wh"] - columns["opening_register_wh"]
    plain = (columns["is_heard"] == 1) & (energy >= 0)
    plain &= columns["before_is_provisional"] == 0
    wave = take(_measured(columns, energy), np.flatnonzero(plain))
    return _charge(wave, day, categories, closing, now)


def _close_others(
    connection_ids: IntArray,
    today: date,
    categories: Sequence[str],
    closing: Closing,
    now: datetime,
) -> None:
    """One calendar day after another, whoever has it open."""
    due = fetch(
        "next_days",
        {"ids": connection_ids.tolist()},
        ("connection_id", "next_day"),
        dates={"next_day"},
    )
    shared: dict[int, dict[date, DayUsage]] = {}
    while len(due["connection_id"]):
        day = day_of_number(int(due["next_day"].min()))
        if day >= today:
            break
        is_now = due["next_day"] == day_number(day)
        ids = due["connection_id"][is_now]
        done = _close_day(ids, day, today, categories, shared, closing, now)
        goes_on = np.isin(due["connection_id"], done) | ~is_now
        due["next_day"] = due["next_day"] + is_now
        due = take(due, np.flatnonzero(goes_on))


def _close_day(
    ids: IntArray,
    day: date,
    today: date,
    categories: Sequence[str],
    shared: dict[int, dict[date, DayUsage]],
    closing: Closing,
    now: datetime,
) -> IntArray:
    """Charge one day of those for whom it can be closed; answer who they are."""
    columns = _opened(ids, day, categories, closing, now)
    energy = columns["closing_register_wh"] - columns["opening_register_wh"]
    plain = (columns["is_heard"] == 1) & (energy >= 0)
    if shared:  # the last day of a span whose registers are lost is shared with it
        plain &= ~np.isin(columns["connection_id"], column(list(shared)))
    asked = [one for one in columns["connection_id"][~plain].tolist() if one not in shared]
    shared |= _ask_registers(asked, day, today, closing)
    usages = {
        one: shared[one][day]
        for one in columns["connection_id"][~plain].tolist()
        if day in shared.get(one, {})
    }
    parts = [take(_measured(columns, energy), np.flatnonzero(plain))]
    if usages:
        rows = np.isin(columns["connection_id"], column(list(usages)))
        parts.append(usage_columns(take(columns, np.flatnonzero(rows)), usages))
    wave = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _charge(wave, day, categories, closing, now)


def _opened(
    ids: Sequence[int] | IntArray,
    day: date,
    categories: Sequence[str],
    closing: Closing,
    now: datetime,
) -> Columns:
    """What the day rests on; where the month so far was charged by a percentage that was
    put right since, it is charged again first."""
    columns = open_day(connection_ids=ids, day=day, categories=categories)
    late = charged_by_another(columns, day)
    if not len(late):
        return columns
    charge_again(
        connection_ids=late.tolist(),
        first=day,
        because=REPLACED,
        closing=closing,
        now=now,
    )
    return open_day(connection_ids=ids, day=day, categories=categories)


def _measured(columns: Columns, energy: IntArray) -> Columns:
    """Days charged on their own registers."""
    nothing = np.zeros_like(energy)
    return columns | {
        "energy_wh": energy,
        "is_estimated": nothing,
        "is_provisional": nothing,
    }


def _charge(
    wave: Columns,
    day: date,
    categories: Sequence[str],
    closing: Closing,
    now: datetime,
) -> IntArray:
    """Rate one day, keep it and post it; answer whose it is."""
    rated, rejected = rate_day(columns=wave, day=day, categories=categories)
    closing.rejected |= rejected
    keep(
        postings=[first_versions(one) for one in rated],
        day=day,
        because=FIRST,
        reason=REASON,
        wallets=closing.wallets,
        now=now,
    )
    for one in rated:
        closing.add(one.columns["connection_id"], day, one.total_paise)
        closing.ahead += thresholds_ahead(one)
    charged = [one.columns["connection_id"] for one in rated]
    return np.concatenate(charged) if charged else column([])


def _ask_registers(
    connection_ids: Sequence[int], day: date, today: date, closing: Closing
) -> dict[int, dict[date, DayUsage]]:
    """What the registers of each of these meters say of its days from `day` on."""
    if not connection_ids:
        return {}
    homes = {}
    for home in connections.homes(connection_ids=connection_ids):
        if home.installed_on > day:
            # Another meter's register says nothing of the days of the one before it.
            closing.rejected.setdefault(
                home.connection_id,
                f"the meter that hung here on {day} was taken away without its register",
            )
        else:
            homes[home.meter_id] = home
    found = readings.usage_after(
        meters={
            meter_id: ClosedUntil(day=day - ONE_DAY, register_wh=opening)
            for meter_id, opening in _openings(homes, day).items()
        },
        until=today,
    )
    for meter_id, closable in found.items():
        if closable.error:
            closing.rejected.setdefault(homes[meter_id].connection_id, closable.error)
    return {
        homes[meter_id].connection_id: {usage.day: usage for usage in closable.days}
        for meter_id, closable in found.items()
    }


def _openings(homes: Mapping[int, Home], day: date) -> dict[int, int]:
    """The register of each meter at the beginning of a day."""
    before = registers_before([home.connection_id for home in homes.values()], day=day)
    return {
        meter_id: (
            home.initial_register_wh
            if home.installed_on == day
            else before[home.connection_id]
        )
        for meter_id, home in homes.items()
        if home.installed_on == day or home.connection_id in before
    }
