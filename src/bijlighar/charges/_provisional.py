"""Days of a silent meter: charged by estimate, marked as such, and taken back by what the
meter tells later.

An estimate never opens a relay: what a supply may be cut on is the last measured day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np

from bijlighar.charges._closing import Closing, categories_of
from bijlighar.charges._open_day import (
    column,
    day_number,
    day_of_number,
    fetch,
    open_day,
    take,
)
from bijlighar.charges._post import first_versions, keep
from bijlighar.charges._rate import rate_day
from bijlighar.charges.policy import ChargingPolicy, SilentMeter
from bijlighar.charges.rules import PROVISIONAL, REASON
from bijlighar.kernel.ist import supply_day_of


def estimate_silent(
    *,
    connection_ids: Sequence[int],
    policy: ChargingPolicy,
    closing: Closing,
    now: datetime,
) -> None:
    """Charge by estimate what silent meters have not told; nothing where policy says so.

    The days up to today less `estimate_after_days` may still arrive by themselves.
    """
    if policy.silent_meter is SilentMeter.NOTHING:
        return
    until = day_number(supply_day_of(now)) - policy.estimate_after_days
    silent = _silent(connection_ids, policy)
    categories = categories_of()
    due = {one: row for one, row in silent.items() if row["next_day"] < until}
    while due:
        number = min(row["next_day"] for row in due.values())
        now_due = {one: row for one, row in due.items() if row["next_day"] == number}
        _estimate_day(now_due, day_of_number(number), categories, closing, now)
        for one, row in now_due.items():
            row["next_day"] += 1
            row["estimated_days"] += 1
            over = row["estimated_days"] >= policy.estimate_most_days
            if row["next_day"] >= until or over or one in closing.rejected:
                del due[one]


def _silent(
    connection_ids: Sequence[int], policy: ChargingPolicy
) -> dict[int, dict[str, int]]:
    found = fetch(
        "silent_meters",
        {"ids": list(connection_ids), "days": policy.estimate_from_days},
        ("connection_id", "next_day", "usual_wh", "estimated_days"),
        dates={"next_day"},
    )
    names = list(found)
    return {
        row[0]: dict(zip(names, row, strict=True))
        for row in zip(*(found[name].tolist() for name in names), strict=True)
        if row[3] < policy.estimate_most_days
    }


def _estimate_day(
    silent: Mapping[int, Mapping[str, int]],
    day: date,
    categories: Sequence[str],
    closing: Closing,
    now: datetime,
) -> None:
    columns = open_day(connection_ids=sorted(silent), day=day, categories=categories)
    columns = take(columns, np.flatnonzero(columns["has_before"] == 1))
    ids = columns["connection_id"].tolist()
    energy = column([silent[one]["usual_wh"] for one in ids])
    ones = np.ones_like(energy)
    wave = columns | {
        "energy_wh": energy,
        "closing_register_wh": columns["opening_register_wh"] + energy,
        "peak_wh": np.zeros_like(energy),
        "is_estimated": ones,
        "is_provisional": ones,
    }
    rated, rejected = rate_day(columns=wave, day=day, categories=categories)
    closing.rejected |= rejected
    closing.rejected |= {
        one: f"nothing is known before {day} to estimate from"
        for one in silent
        if one not in ids
    }
    keep(
        postings=[first_versions(one) for one in rated],
        day=day,
        because=PROVISIONAL,
        reason=REASON,
        wallets=closing.wallets,
        now=now,
    )
    for one in rated:
        closing.add(one.columns["connection_id"], day, one.total_paise)
