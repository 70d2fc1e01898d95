"""What a connection used, half-hour by half-hour and day by day, across its meters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from bijlighar.charges import service as charges
from bijlighar.dashboards._asking import all_of, one_of
from bijlighar.dashboards.values import DayLine, HalfHours
from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.ist import days_between
from bijlighar.tariffs.values import Head


def half_hours(*, connection_id: int, first: date, until: date) -> Iterator[HalfHours]:
    """As `service.half_hours` says."""
    asked = {"id": connection_id, "first": first, "until": until}
    heard: dict[date, list[int | None]] = {}
    for day, rows in groupby(all_of("half_hours", asked), key=lambda row: row["day"]):
        blocks = heard[day] = [None] * BLOCKS_PER_DAY
        for row in rows:
            for place, energy in enumerate(row["energies_wh"], start=row["first_block"]):
                if blocks[place] is None:
                    blocks[place] = energy
    nothing: list[int | None] = [None] * BLOCKS_PER_DAY
    for day in days_between(first, until):
        yield HalfHours(day=day, energies_wh=tuple(heard.get(day, nothing)))


def use_since(*, connection_id: int) -> date:
    """As `service.use_since` says."""
    day = one_of("use_since", {"id": connection_id})["day"]
    assert isinstance(day, date), "a home has a meter"
    return day


def day_lines(*, connection_id: int, first: date, until: date) -> tuple[DayLine, ...]:
    """As `service.day_lines` says."""
    asked = {
        "id": connection_id,
        "first": first,
        "until": until,
        "reasons": [charges.REASON, charges.CORRECTION],
    }
    return tuple(
        DayLine(
            day=row["day"],
            opening_register_wh=row["opening_register_wh"],
            closing_register_wh=row["closing_register_wh"],
            energy_wh=row["energy_wh"],
            is_estimated=row["is_estimated"],
            is_provisional=row["is_provisional"],
            heads_paise={head.value: row[f"{head.value}_paise"] for head in Head},
            total_paise=row["total_paise"],
            balance_paise=row["balance_paise"],
        )
        for row in all_of("day_lines", asked)
    )
