"""Rate one supply day of many connections at once: columns in, columns out, by schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from bijlighar.charges import _schedules
from bijlighar.charges._open_day import Columns, day_number, take, windows_of
from bijlighar.kernel.ist import days_in_month, month_starts, next_month_starts
from bijlighar.tariffs.cliffs import shock_of
from bijlighar.tariffs.exact import nearest
from bijlighar.tariffs.orders import TariffGap, fits_load, fppas_on, schedules_for
from bijlighar.tariffs.projecting import expected_wh
from bijlighar.tariffs.rating import BOUNDS, fppas_carried, rate, rows_of
from bijlighar.tariffs.values import (
    CliffPolicy,
    Head,
    IntArray,
    Schedule,
    Slices,
)

W_PER_WH_OF_A_BLOCK = 2
"""A half-hour's mean power in W is twice its energy in Wh."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedDays:
    """One supply day of the connections of one schedule, rated: a row each.

    `columns` are those that it was rated from (`open_day`, with `energy_wh`,
    `is_estimated` and `is_provisional`), `slices` the month to date, `mtd` its heads,
    `heads` the day's own, `shock_paise` what of the day is owed to a threshold.
    """

    schedule: Schedule
    schedule_id: int
    day: date
    columns: Columns
    slices: Slices
    part_from: IntArray
    mtd: Mapping[Head, IntArray]
    heads: Mapping[Head, IntArray]
    total_paise: IntArray
    shock_paise: IntArray

    def rows(self, rows: IntArray) -> RatedDays:
        """Some rows of it."""
        return RatedDays(
            schedule=self.schedule,
            schedule_id=self.schedule_id,
            day=self.day,
            columns=take(self.columns, rows),
            slices=rows_of(self.slices, rows),
            part_from=self.part_from[rows],
            mtd={head: paise[rows] for head, paise in self.mtd.items()},
            heads={head: paise[rows] for head, paise in self.heads.items()},
            total_paise=self.total_paise[rows],
            shock_paise=self.shock_paise[rows],
        )


def rate_day(
    *, columns: Columns, day: date, categories: Sequence[str]
) -> tuple[list[RatedDays], dict[int, str]]:
    """The day's charges by schedule, not yet kept, and the connections that cannot be
    charged: no facts, no order for them, or a value that no meter can have measured."""
    rejected = _unknown(columns, day)
    rated: list[RatedDays] = []
    for place, category in enumerate(categories, start=1):
        rows = np.flatnonzero(columns["category_place"] == place)
        if len(rows):
            for schedule, found in _by_load(category, day, take(columns, rows), rejected):
                kept = _sane(found, day, rejected)
                if len(kept["connection_id"]) and _has_fppas(schedule, day, kept, rejected):
                    rated.append(_rate(schedule, day, kept))
    return rated, rejected


def _has_fppas(
    schedule: Schedule, day: date, columns: Columns, rejected: dict[int, str]
) -> bool:
    """A series that ends must not hold up homes of other orders."""
    try:
        fppas_on(schedule, day)
    except TariffGap as error:
        rejected |= dict.fromkeys(columns["connection_id"].tolist(), str(error))
        return False
    return True


def _unknown(columns: Columns, day: date) -> dict[int, str]:
    without = columns["connection_id"][columns["category_place"] == 0]
    return {int(one): f"no category and load are known on {day}" for one in without}


def _by_load(
    category: str, day: date, columns: Columns, rejected: dict[int, str]
) -> Iterator[tuple[Schedule, Columns]]:
    left = np.ones(len(columns["connection_id"]), dtype=bool)
    for schedule in schedules_for(category, day):
        load = columns["sanctioned_load_w"]
        fits = load > schedule.eligible.above_w
        if schedule.eligible.upto_w is not None:
            fits &= load <= schedule.eligible.upto_w
        left &= ~fits
        yield schedule, take(columns, np.flatnonzero(fits))
    for row in np.flatnonzero(left):
        load_w = int(columns["sanctioned_load_w"][row])
        rejected[int(columns["connection_id"][row])] = _gap(category, day, load_w)


def _gap(category: str, day: date, load_w: int) -> str:
    found = schedules_for(category, day)
    if not found:
        return f"no tariff order is known for category {category} on {day}"
    assert not any(fits_load(schedule, load_w) for schedule in found)
    loads = "; ".join(schedule.eligible.text for schedule in found)
    return f"{category} is not for a load of {load_w} W on {day}: {loads}"


def _sane(columns: Columns, day: date, rejected: dict[int, str]) -> Columns:
    """What no meter can have measured: one such home must not hold up the others."""
    month_wh = columns["before_energy_wh"] + columns["energy_wh"]
    values = {
        "energy_wh": month_wh,
        "max_demand_w": columns["peak_wh"] * W_PER_WH_OF_A_BLOCK,
        "sanctioned_load_w": columns["sanctioned_load_w"],
    }
    is_sane = np.ones(len(month_wh), dtype=bool)
    for name, value in values.items():
        least, most = BOUNDS[name]
        for row in np.flatnonzero((value < least) | (value > most)):
            reason = f"{name} on {day} is {value[row]}, outside {least} to {most}"
            rejected.setdefault(int(columns["connection_id"][row]), reason)
            is_sane[row] = False
    return columns if is_sane.all() else take(columns, np.flatnonzero(is_sane))


def _rate(schedule: Schedule, day: date, columns: Columns) -> RatedDays:
    schedule_id = _schedules.id_of(schedule)
    part_from, part_until = _part(schedule, day, columns)
    in_part = _in_part(columns, schedule_id, part_from)
    slices = _slices(schedule, day, columns, in_part, part_from, part_until)
    now = rate(schedule, slices)
    before = {
        head: np.where(in_part, columns[f"before_{head.value}_paise"], 0) for head in Head
    }
    heads = {head: now.paise[head] - before[head] for head in Head}
    total = now.total_paise - sum(before.values(), np.zeros_like(now.total_paise))
    return RatedDays(
        schedule=schedule,
        schedule_id=schedule_id,
        day=day,
        columns=columns,
        slices=slices,
        part_from=part_from,
        mtd=now.paise,
        heads=heads,
        total_paise=total,
        shock_paise=_shock(schedule, day, columns, slices, in_part),
    )


def _part(schedule: Schedule, day: date, columns: Columns) -> tuple[IntArray, IntArray]:
    """First day and end of the part of the month in which one order, category, load, meter
    and payment mode hold: limits are scaled by its length.

    A fact that begins with the connection itself does not split the month: a new consumer
    has the whole month's slabs. Source: tariffs 5.1 (calendar-month slabs).
    """
    order_until = schedule.in_force_until
    starts = max(month_starts(day), schedule.in_force_from)
    ends = next_month_starts(day)
    if order_until is not None:
        ends = min(ends, order_until)
    return (
        np.maximum(columns["holds_from"], day_number(starts)),
        np.minimum(columns["holds_until"], day_number(ends)),
    )


def _in_part(columns: Columns, schedule_id: int, part_from: IntArray) -> Mask:
    """Whether the day before lies in the same part, so that the day is a difference."""
    found: Mask = (
        (columns["has_before"] == 1)
        & (columns["before_part_from"] == part_from)
        & (columns["before_schedule_id"] == schedule_id)
        & (columns["before_load_w"] == columns["sanctioned_load_w"])
        & (columns["before_is_prepaid"] == columns["is_prepaid"])
        & (columns["before_meter_id"] == columns["meter_id"])
    )
    return found


def _slices(
    schedule: Schedule,
    day: date,
    columns: Columns,
    in_part: Mask,
    part_from: IntArray,
    part_until: IntArray,
) -> Slices:
    """The month to date, this day included."""
    energy = np.where(in_part, columns["before_energy_wh"], 0) + columns["energy_wh"]
    days = np.where(in_part, columns["before_days"], 0) + 1
    percent = fppas_on(schedule, day).basis_points
    return Slices(
        energy_wh=energy,
        selecting_wh=_selecting(schedule, day, energy, days, part_until),
        windows_wh=_windows(schedule, day, columns, in_part),
        billed_days=days,
        days_in_month=np.full_like(energy, days_in_month(day)),
        slab_days=part_until - part_from,
        sanctioned_load_w=columns["sanctioned_load_w"],
        max_demand_w=_demand(day, columns),
        demand_excused=_excused(schedule, day, columns),
        fppas_basis_points=np.full_like(energy, percent),
        fppas_carried_micropaise=_carried(schedule, day, columns, in_part, percent),
        is_prepaid=columns["is_prepaid"],
    )


def _selecting(
    schedule: Schedule, day: date, energy: IntArray, days: IntArray, part_until: IntArray
) -> IntArray:
    """By what thresholds are chosen: the month so far, or what is to be expected of it."""
    if schedule.cliff is None or schedule.cliff.policy is CliffPolicy.POST:
        return energy
    left = part_until - 1 - day_number(day)
    return np.maximum(energy, expected_wh(energy, days, days + left))


def _windows(schedule: Schedule, day: date, columns: Columns, in_part: Mask) -> IntArray:
    """Energy by clock window, month to date: the register's, shared as the half-hours that
    were heard. A day of which none was heard has nothing in any window yet."""
    count = len(schedule.windows)
    if not count:
        return np.zeros((len(in_part), 0), dtype=np.int64)
    heard = windows_of(schedule=schedule, meter_ids=columns["meter_id"], day=day)
    whole = np.maximum(heard["heard_wh"], 1)[:, None]
    inside = nearest(heard["windows_wh"] * columns["energy_wh"][:, None], whole)
    before = np.column_stack(
        [columns[f"before_window_{place}_wh"] for place in range(1, count + 1)]
    )
    return inside + np.where(in_part[:, None], before, 0)


def _demand(day: date, columns: Columns) -> IntArray:
    """The highest mean half-hour of the calendar month so far, in W."""
    today = columns["peak_wh"] * W_PER_WH_OF_A_BLOCK
    if day.day == 1:
        return today
    return np.maximum(today, columns["before_max_demand_w"])


def _excused(schedule: Schedule, day: date, columns: Columns) -> IntArray:
    rule = schedule.excess_demand
    if rule is None:
        return np.zeros_like(columns["installed_on"])
    until = columns["installed_on"] + rule.excused_days
    return (day_number(day) < until).astype(np.int64)


def _carried(
    schedule: Schedule, day: date, columns: Columns, in_part: Mask, percent: int
) -> IntArray:
    """What a percentage that changed inside the part carries on."""
    carried = np.where(in_part, columns["before_fppas_carried_micropaise"], 0)
    changed = np.flatnonzero(in_part & (columns["before_fppas_basis_points"] != percent))
    if len(changed):
        some = take(columns, changed)
        new = np.full(len(changed), percent, dtype=np.int64)
        carried[changed] = fppas_carried(schedule, _before(schedule, day, some), new)
    return carried


def _before(schedule: Schedule, day: date, columns: Columns) -> Slices:
    """The month up to and including the day before, as it was rated."""
    count = len(schedule.windows)
    windows = [columns[f"before_window_{place}_wh"] for place in range(1, count + 1)]
    energy = columns["before_energy_wh"]
    return Slices(
        energy_wh=energy,
        selecting_wh=columns["before_selecting_wh"],
        windows_wh=(
            np.column_stack(windows)
            if count
            else np.zeros((len(energy), 0), dtype=np.int64)
        ),
        billed_days=columns["before_days"],
        days_in_month=np.full_like(energy, days_in_month(day)),
        slab_days=columns["before_part_days"],
        sanctioned_load_w=columns["before_load_w"],
        max_demand_w=columns["before_max_demand_w"],
        demand_excused=columns["before_demand_excused"],
        fppas_basis_points=columns["before_fppas_basis_points"],
        fppas_carried_micropaise=columns["before_fppas_carried_micropaise"],
        is_prepaid=columns["before_is_prepaid"],
    )


def _shock(
    schedule: Schedule, day: date, columns: Columns, slices: Slices, in_part: Mask
) -> IntArray:
    """What of each day's charge is owed to a threshold that it crossed."""
    shock = np.zeros_like(slices.energy_wh)
    rows = np.flatnonzero(in_part)
    if schedule.cliff is not None and len(rows):
        before = _before(schedule, day, take(columns, rows))
        shock[rows] = shock_of(schedule, before, rows_of(slices, rows))
    return shock
