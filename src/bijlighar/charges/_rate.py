"""Rate one open day of many connections at once, by schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection

from bijlighar.charges.models import DayCharge
from bijlighar.charges.rules import Part, part_of_month
from bijlighar.connections import service as connections
from bijlighar.connections.values import Facts, Home, PaymentMode
from bijlighar.kernel.ist import days_in_month, month_starts
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings.values import DayUsage
from bijlighar.tariffs.orders import TariffGap, fppas_on, schedule_for
from bijlighar.tariffs.rating import BOUNDS, rate
from bijlighar.tariffs.values import Head, Rated, Schedule, Slices


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One open day of one connection, with everything that its charge depends on."""

    home: Home
    usage: DayUsage
    facts: Facts
    schedule: Schedule
    part: Part
    fppas_basis_points: int
    max_demand_w: int
    before: DayCharge | None
    """The charge of the day before in the same part of the month; None at its start."""

    @property
    def mtd_energy_wh(self) -> int:
        """Used in this part of the month, this day included."""
        return self.usage.energy_wh + (self.before.mtd_energy_wh if self.before else 0)

    @property
    def mtd_days(self) -> int:
        """Days charged in this part of the month, this one included."""
        return 1 + (self.before.mtd_days if self.before else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedDay:
    """A day's charge, not yet kept, with its own amounts by head."""

    charge: DayCharge
    heads_paise: Mapping[Head, int]


def days_of_wave(
    wave: Sequence[tuple[Home, DayUsage]], before: Mapping[int, DayCharge]
) -> tuple[list[Day], dict[int, str]]:
    """What each day's charge depends on, and the connections of which something is missing:
    an order for the category, or the category itself."""
    facts = _facts(wave)
    demand = _max_demands(wave)
    days: list[Day] = []
    rejected: dict[int, str] = {}
    for home, usage in wave:
        known = facts.get((home.connection_id, usage.day))
        if known is None:
            rejected[home.connection_id] = f"no category and load are known on {usage.day}"
            continue
        try:
            days.append(
                _day(
                    home,
                    usage,
                    known,
                    demand[home.meter_id],
                    before.get(home.connection_id),
                )
            )
        except TariffGap as gap:
            rejected[home.connection_id] = str(gap)
    for day in days:
        absurd = _absurd(day)
        if absurd:
            rejected[day.home.connection_id] = absurd
    return [day for day in days if day.home.connection_id not in rejected], rejected


def charges_of(days: Sequence[Day], *, now: datetime) -> list[RatedDay]:
    """The charges of these days, not yet kept: each schedule is rated in one call."""
    groups: dict[tuple[str, str], list[Day]] = {}
    for day in days:
        groups.setdefault((day.schedule.order_sha256, day.schedule.category), []).append(
            day
        )
    return [
        _charge(day, rated, row, now)
        for group in groups.values()
        for rated in [rate(group[0].schedule, _slices(group))]
        for row, day in enumerate(group)
    ]


def mtd_of(charge: DayCharge) -> dict[Head, int]:
    """The month-to-date amounts that a charge keeps."""
    return {head: getattr(charge, f"mtd_{head.value}_paise") for head in Head}


def _facts(wave: Sequence[tuple[Home, DayUsage]]) -> dict[tuple[int, date], Facts]:
    by_day: dict[date, list[int]] = {}
    for home, usage in wave:
        by_day.setdefault(usage.day, []).append(home.connection_id)
    return {
        (connection_id, day): facts
        for day, ids in by_day.items()
        for connection_id, facts in connections.known_facts_on(
            connection_ids=ids, day=day
        ).items()
    }


def _max_demands(wave: Sequence[tuple[Home, DayUsage]]) -> dict[int, int]:
    """The highest mean half-hour of the month so far, in W, by meter.

    From the blocks as heard: one that arrives late raises the month to date from then on.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.charges", "max_demands"),
            {
                "meters": [home.meter_id for home, _ in wave],
                "first": [month_starts(usage.day) for _, usage in wave],
                "last": [usage.day for _, usage in wave],
            },
        )
        return {row["meter_id"]: row["max_demand_w"] for row in rows(cursor)}


def _absurd(day: Day) -> str:
    """What no meter can have measured: one such home must not hold up the others."""
    values = {
        "energy_wh": day.mtd_energy_wh,
        "max_demand_w": day.max_demand_w,
        "sanctioned_load_w": day.facts.sanctioned_load_w,
    }
    for name, value in values.items():
        least, most = BOUNDS[name]
        if not least <= value <= most:
            return f"{name} on {day.usage.day} is {value}, outside {least} to {most}"
    return ""


def _day(
    home: Home, usage: DayUsage, facts: Facts, max_demand_w: int, before: DayCharge | None
) -> Day:
    schedule = schedule_for(facts.category, usage.day)
    fppas = fppas_on(schedule, usage.day)
    part = part_of_month(
        day=usage.day, schedule=schedule, facts_from=facts.splits_month_from, fppas=fppas
    )
    is_prepaid = facts.payment_mode is PaymentMode.PREPAID
    in_part = (
        before is not None
        and before.part_from == part.starts
        and before.order_sha256 == schedule.order_sha256
        and before.category == schedule.category
        and before.sanctioned_load_w == facts.sanctioned_load_w
        and before.is_prepaid == is_prepaid
    )
    return Day(
        home=home,
        usage=usage,
        facts=facts,
        schedule=schedule,
        part=part,
        fppas_basis_points=fppas.basis_points,
        max_demand_w=max_demand_w,
        before=before if in_part else None,
    )


def _slices(days: Sequence[Day]) -> Slices:
    def column(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    return Slices(
        energy_wh=column([day.mtd_energy_wh for day in days]),
        billed_days=column([day.mtd_days for day in days]),
        days_in_month=column([days_in_month(day.usage.day) for day in days]),
        slab_days=column([day.part.days for day in days]),
        sanctioned_load_w=column([day.facts.sanctioned_load_w for day in days]),
        max_demand_w=column([day.max_demand_w for day in days]),
        fppas_basis_points=column([day.fppas_basis_points for day in days]),
        fppas_carried_microrupees=column([0 for _ in days]),
        is_prepaid=column(
            [int(day.facts.payment_mode is PaymentMode.PREPAID) for day in days]
        ),
    )


def _charge(day: Day, rated: Rated, row: int, now: datetime) -> RatedDay:
    mtd = {head: int(rated.paise[head][row]) for head in Head}
    earlier = mtd_of(day.before) if day.before else dict.fromkeys(Head, 0)
    heads = {head: mtd[head] - earlier[head] for head in Head}
    charge = DayCharge(
        connection_id=day.home.connection_id,
        meter_id=day.home.meter_id,
        day=day.usage.day,
        charged_at=now,
        entry_source=f"{day.home.connection_id}:{day.usage.day}",
        energy_wh=day.usage.energy_wh,
        opening_register_wh=day.usage.opening_register_wh,
        closing_register_wh=day.usage.closing_register_wh,
        is_estimated=day.usage.is_estimated,
        category=day.schedule.category,
        order_sha256=day.schedule.order_sha256,
        part_from=day.part.starts,
        part_days=day.part.days,
        mtd_energy_wh=day.mtd_energy_wh,
        mtd_days=day.mtd_days,
        sanctioned_load_w=day.facts.sanctioned_load_w,
        max_demand_w=day.max_demand_w,
        fppas_basis_points=day.fppas_basis_points,
        is_prepaid=day.facts.payment_mode is PaymentMode.PREPAID,
        total_paise=sum(heads.values()),
        **{f"mtd_{head.value}_paise": amount for head, amount in mtd.items()},
    )
    return RatedDay(charge=charge, heads_paise=heads)
