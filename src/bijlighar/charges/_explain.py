"""Why a day cost what it cost: the kept basis, explained by the order it was rated with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from bijlighar.charges._schedules import order_of
from bijlighar.charges.models import DayCharge
from bijlighar.charges.values import ChargeLineText, DayExplained, MonthSoFar, Shock
from bijlighar.kernel.ist import days_in_month
from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.values import Head, IntArray, Line, Slices
from bijlighar.tariffs.wording import sentence

PART_OF_MONTH = (
    "part_from",
    "schedule_id",
    "sanctioned_load_w",
    "is_prepaid",
    "meter_id",
)
"""What two days share if the later one is the difference of two totals of one part."""


def explain_day(*, connection_id: int, day: date) -> DayExplained | None:
    """A charged day as it holds now; None while it is open. Raises OrderGone."""
    charge = held(connection_id=connection_id, day=day)
    if charge is None:
        return None
    before = held(connection_id=connection_id, day=day - timedelta(days=1))
    return explained(charge, before=before)


def held(*, connection_id: int, day: date) -> DayCharge | None:
    """The version of a day that holds now."""
    return (
        DayCharge.objects.filter(connection_id=connection_id, day=day)
        .order_by("-version")
        .first()
    )


def explained(charge: DayCharge, *, before: DayCharge | None) -> DayExplained:
    """A charged day, line by line; the lines add up to its total.

    `before` is the charge of the day before, if there is one. Raises OrderGone.
    """
    if before is not None and any(
        getattr(charge, name) != getattr(before, name) for name in PART_OF_MONTH
    ):
        before = None
    order, schedule = order_of(charge.schedule_id)
    lines = explain(schedule, slices_of(charge, before), slices_of(charge, charge))
    assert sum(line.amount_paise for line in lines) == charge.total_paise
    return DayExplained(
        connection_id=charge.connection_id,
        day=charge.day,
        energy_wh=charge.energy_wh,
        opening_register_wh=charge.opening_register_wh,
        closing_register_wh=charge.closing_register_wh,
        month_energy_wh=charge.mtd_energy_wh,
        total_paise=charge.total_paise,
        heads_paise=_heads(charge, before),
        lines=tuple(text_of(line) for line in lines),
        is_estimated=charge.is_estimated,
        is_provisional=charge.is_provisional,
        version=charge.version,
        order_name_en=order.name.en,
        order_name_hi=order.name.hi,
        charged_at=charge.charged_at,
    )


def month_so_far(*, connection_id: int) -> MonthSoFar | None:
    """What the month so far rests on, by the last charged day."""
    charge = (
        DayCharge.objects.filter(connection_id=connection_id)
        .order_by("-day", "-version")
        .first()
    )
    if charge is None:
        return None
    _, schedule = order_of(charge.schedule_id)
    mtd = sum(getattr(charge, f"mtd_{head.value}_paise") for head in Head)
    return MonthSoFar(
        connection_id=connection_id,
        day=charge.day,
        ends=charge.part_from + timedelta(days=charge.part_days),
        schedule=schedule,
        slices=slices_of(charge, charge),
        total_paise=mtd,
        is_estimated=charge.is_estimated,
    )


def held_shocks(found: Sequence[Mapping[str, Any]], *, today: date) -> dict[int, Shock]:
    """Of shocks by day, those that the order still holds back from a disconnection."""
    held_back: dict[int, Shock] = {}
    for row in found:
        _, schedule = order_of(row["schedule_id"])
        if schedule.cliff is None:
            continue
        until = row["day"] + timedelta(days=1 + schedule.cliff.no_disconnection_days)
        if until <= today:
            continue
        known = held_back.get(row["connection_id"])
        held_back[row["connection_id"]] = Shock(
            paise=row["shock_paise"] + (known.paise if known else 0),
            held_until=max(until, known.held_until) if known else until,
        )
    return held_back


def slices_of(charge: DayCharge, until: DayCharge | None) -> Slices:
    """The month so far up to and including `until`; nothing yet where that is None."""
    shown = until or charge
    windows = list(charge.mtd_windows_wh)
    return Slices(
        energy_wh=_one(until.mtd_energy_wh if until else 0),
        selecting_wh=_one(until.selecting_wh if until else 0),
        windows_wh=np.array(
            [until.mtd_windows_wh if until else [0] * len(windows)], dtype=np.int64
        ).reshape(1, len(windows)),
        billed_days=_one(until.mtd_days if until else 0),
        days_in_month=_one(days_in_month(charge.day)),
        slab_days=_one(shown.part_days),
        sanctioned_load_w=_one(charge.sanctioned_load_w),
        max_demand_w=_one(shown.max_demand_w),
        demand_excused=_one(int(shown.demand_excused)),
        fppas_basis_points=_one(shown.fppas_basis_points),
        fppas_carried_micropaise=_one(until.fppas_carried_micropaise if until else 0),
        is_prepaid=_one(int(charge.is_prepaid)),
    )


def text_of(line: Line) -> ChargeLineText:
    """A line in both languages."""
    return ChargeLineText(
        head=line.head.value,
        text_en=sentence(line, "en"),
        text_hi=sentence(line, "hi"),
        amount_paise=line.amount_paise,
        source=line.source,
        funded_by=line.funded_by,
    )


def _heads(charge: DayCharge, before: DayCharge | None) -> dict[str, int]:
    names = {head.value: f"mtd_{head.value}_paise" for head in Head}
    return {
        head: getattr(charge, name) - (getattr(before, name) if before else 0)
        for head, name in names.items()
    }


def _one(value: int) -> IntArray:
    return np.array([value], dtype=np.int64)
