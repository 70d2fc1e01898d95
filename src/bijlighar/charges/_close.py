"""Close supply days, one calendar day after another, for many connections at once.

Where a day's own register has been heard, one query brings all that the day rests on and
nothing is touched one by one. Only where a register is missing are a meter's registers
looked at each for itself: days whose register is lost share what a later one shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from django.db import connection

from bijlighar.charges._ahead import thresholds_ahead
from bijlighar.charges._open_day import (
    Columns,
    column,
    day_number,
    day_of_number,
    fetch,
    open_day,
    take,
)
from bijlighar.charges._post import first_versions, keep
from bijlighar.charges._rate import RatedDays, rate_day
from bijlighar.charges.rules import FIRST, REASON
from bijlighar.charges.values import ThresholdAhead
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.readings import service as readings
from bijlighar.readings.values import ClosedUntil, DayUsage
from bijlighar.tariffs.values import IntArray


@dataclass(slots=True, kw_only=True)
class Closing:
    """What closing brought so far: per connection the days and what they cost."""

    totals: dict[int, int] = field(default_factory=dict)
    days: dict[int, list[date]] = field(default_factory=dict)
    rejected: dict[int, str] = field(default_factory=dict)
    ahead: list[ThresholdAhead] = field(default_factory=list)

    def add(self, rated: RatedDays) -> None:
        """Count the days of one schedule in."""
        ids = rated.columns["connection_id"].tolist()
        for connection_id, paise in zip(ids, rated.total_paise.tolist(), strict=True):
            self.totals[connection_id] = self.totals.get(connection_id, 0) + paise
            self.days.setdefault(connection_id, []).append(rated.day)
        self.ahead += thresholds_ahead(rated)

    def join(self, more: Closing) -> None:
        """Count another closing in."""
        for connection_id, paise in more.totals.items():
            self.totals[connection_id] = self.totals.get(connection_id, 0) + paise
        for connection_id, days in more.days.items():
            self.days.setdefault(connection_id, []).extend(days)
        self.rejected |= more.rejected
        self.ahead += more.ahead


def close(*, connection_ids: Sequence[int], now: datetime) -> Closing:
    """Charge every day that can be closed; the caller holds the wallets' locks."""
    closing = Closing()
    today = supply_day_of(now)
    categories = categories_of()
    due = fetch(
        "next_days",
        {"ids": list(connection_ids)},
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
    return closing


def categories_of() -> list[str]:
    """Every category that a connection has or had: columns name one by its place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive found as ("
            " (select category from connections_connectionfact order by category limit 1)"
            " union all"
            " select (select fact.category from connections_connectionfact as fact"
            "  where fact.category > found.category order by fact.category limit 1)"
            " from found where found.category is not null)"
            " select category from found where category is not null"
        )
        return [row[0] for row in cursor.fetchall()]


def usage_columns(columns: Columns, usages: Mapping[int, DayUsage]) -> Columns:
    """Columns whose registers and marks are those of the given usage, by connection."""
    ids = columns["connection_id"].tolist()
    found = [usages[one] for one in ids]
    return columns | {
        "opening_register_wh": column([one.opening_register_wh for one in found]),
        "closing_register_wh": column([one.closing_register_wh for one in found]),
        "energy_wh": column([one.energy_wh for one in found]),
        "is_estimated": column([int(one.is_estimated) for one in found]),
        "is_provisional": column([0] * len(found)),
    }


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
    columns = open_day(connection_ids=ids, day=day, categories=categories)
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
    nothing = np.zeros_like(energy)
    measured = columns | {
        "energy_wh": energy,
        "is_estimated": nothing,
        "is_provisional": nothing,
    }
    parts = [take(measured, np.flatnonzero(plain))]
    if usages:
        rows = np.isin(columns["connection_id"], column(list(usages)))
        parts.append(usage_columns(take(columns, np.flatnonzero(rows)), usages))
    wave = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rated, rejected = rate_day(columns=wave, day=day, categories=categories)
    closing.rejected |= rejected
    keep(
        postings=[first_versions(one) for one in rated],
        day=day,
        because=FIRST,
        reason=REASON,
        now=now,
    )
    for one in rated:
        closing.add(one)
    charged = [one.columns["connection_id"] for one in rated]
    return np.concatenate(charged) if charged else column([])


def _ask_registers(
    connection_ids: Sequence[int], day: date, today: date, closing: Closing
) -> dict[int, dict[date, DayUsage]]:
    """What the registers of each of these meters say of its days from `day` on."""
    if not connection_ids:
        return {}
    homes = {
        home.meter_id: home for home in connections.homes(connection_ids=connection_ids)
    }
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


def registers_before(connection_ids: Sequence[int], *, day: date) -> dict[int, int]:
    """The register that each connection's charge of the day before ended with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct on (connection_id) connection_id, closing_register_wh"
            " from charges_daycharge"
            " where connection_id = any(%s) and day = %s"
            " order by connection_id, version desc",
            [list(connection_ids), day - ONE_DAY],
        )
        return dict(cursor.fetchall())
