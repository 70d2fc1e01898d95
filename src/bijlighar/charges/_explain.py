"""Why a day cost what it cost: the kept basis, explained by the order it was rated with."""

from __future__ import annotations

import numpy as np

from bijlighar.charges.models import DayCharge
from bijlighar.charges.values import ChargeLineText, DayExplained
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import days_in_month
from bijlighar.tariffs.explaining import explain
from bijlighar.tariffs.orders import catalogue
from bijlighar.tariffs.values import Head, Line, Order, Schedule, Slices
from bijlighar.tariffs.wording import sentence

PART_OF_MONTH = (
    "part_from",
    "order_sha256",
    "category",
    "sanctioned_load_w",
    "is_prepaid",
)
"""What two days share if the later one is the difference of two totals of one part."""


class OrderGone(BijligharError):
    """The order file that a day was rated with is no longer part of this installation."""


def explained(charge: DayCharge, *, before: DayCharge | None) -> DayExplained:
    """A charged day, line by line; the lines add up to its total.

    `before` is the charge of the day before, if there is one. Raises OrderGone.
    """
    if before is not None and any(
        getattr(charge, name) != getattr(before, name) for name in PART_OF_MONTH
    ):
        before = None
    order, schedule = _rated_with(charge)
    lines = explain(schedule, _slices(charge, before), _slices(charge, charge))
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
        lines=tuple(_text(line) for line in lines),
        is_estimated=charge.is_estimated,
        order_name_en=order.name.en,
        order_name_hi=order.name.hi,
        charged_at=charge.charged_at,
        entry_source=charge.entry_source,
    )


def _rated_with(charge: DayCharge) -> tuple[Order, Schedule]:
    for order in catalogue():
        if order.sha256 == charge.order_sha256:
            return order, order.schedules[charge.category]
    raise OrderGone(f"{charge.day} was rated with an order of hash {charge.order_sha256}.")


def _slices(charge: DayCharge, until: DayCharge | None) -> Slices:
    """The month so far up to and including `until`; nothing yet where that is None."""

    def one(value: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([value], dtype=np.int64)

    shown = until or charge
    return Slices(
        energy_wh=one(until.mtd_energy_wh if until else 0),
        billed_days=one(until.mtd_days if until else 0),
        days_in_month=one(days_in_month(charge.day)),
        slab_days=one(charge.part_days),
        sanctioned_load_w=one(charge.sanctioned_load_w),
        max_demand_w=one(shown.max_demand_w),
        fppas_basis_points=one(shown.fppas_basis_points),
        fppas_carried_microrupees=one(0),
        is_prepaid=one(int(charge.is_prepaid)),
    )


def _heads(charge: DayCharge, before: DayCharge | None) -> dict[str, int]:
    names = {head.value: f"mtd_{head.value}_paise" for head in Head}
    return {
        head: getattr(charge, name) - (getattr(before, name) if before else 0)
        for head, name in names.items()
    }


def _text(line: Line) -> ChargeLineText:
    return ChargeLineText(
        head=line.head.value,
        text_en=sentence(line, "en"),
        text_hi=sentence(line, "hi"),
        amount_paise=line.amount_paise,
        source=line.source,
    )
