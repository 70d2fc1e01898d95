"""Billing periods, and what flows now: rows read column by column. Pure.

Columns are those of the meter itself, and so are the scalers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.headend.layouts import Layout
from bijlighar.headend.rows import (
    CLOCK_MAY_DIFFER,
    MeterRefused,
    is_energy,
    power_of,
    scaled,
)
from bijlighar.headend.rows import MOST_WH as MOST
from bijlighar.kernel.ist import day_starts, supply_day_of
from bijlighar.readings.values import BillingReading, InstantReading

_TIME_OF_DEMAND = 5
_NO_YEAR = b"\xff\xff"
"""How a date that is left open begins."""


def billing(
    meter_id: int, layout: Layout, buffer: axdr.Data, *, until: datetime
) -> tuple[BillingReading, ...]:
    """The ended periods in a billing profile; the one that is running is left out.

    A meter dates that one by its clock, by its end to come, or not at all. Columns are
    found by name and attribute: a maximum demand is captured twice under one name, its
    value and its time. Raises DecodeError and MeterRefused.
    """
    found = []
    for row in axdr.elements(buffer):
        cells = _Cells(layout, axdr.elements(row, len(layout.captures)))
        dated = cells.of(is15959.BILLING_DATE) or cells.of(is15959.CLOCK)
        billed_at, register = _instant(dated), cells.energy_wh(is15959.WH_IMPORT)
        if _is_running(dated, billed_at, until):
            continue
        if billed_at is None or not is_energy(register, MOST):
            raise MeterRefused("A billing row without its date or its register.")
        found.append(
            BillingReading(
                meter_id=meter_id,
                billed_at=billed_at,
                register_wh=register,
                max_demand_w=cells.whole(is15959.MAX_DEMAND_W),
                max_demand_at=_instant(cells.of(is15959.MAX_DEMAND_W, _TIME_OF_DEMAND)),
            )
        )
    return tuple(found)


def instant(
    meter_id: int, layout: Layout, buffer: axdr.Data, *, at: datetime
) -> InstantReading:
    """What flows now, from the instantaneous profile's one row. Raises DecodeError."""
    (row,) = axdr.elements(buffer, 1)
    cells = _Cells(layout, axdr.elements(row, len(layout.captures)))
    relay = cells.of(is15959.DISCONNECT_CONTROL)
    return InstantReading(
        meter_id=meter_id,
        at=at,
        voltage_mv=cells.scaled(is15959.VOLTAGE, thousandths=True),
        current_ma=cells.scaled(is15959.PHASE_CURRENT, thousandths=True),
        power_w=cells.scaled(is15959.ACTIVE_POWER),
        register_wh=cells.scaled(is15959.WH_IMPORT),
        is_closed=relay.value if relay and isinstance(relay.value, bool) else None,
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """A row's cells, found by what its meter captures in them."""

    layout: Layout
    cells: Sequence[axdr.Data]

    def of(self, name: Obis, attribute: int = 2) -> axdr.Data | None:
        place = self.layout.place_of(name, attribute)
        return None if place is None else self.cells[place]

    def energy_wh(self, name: Obis) -> object:
        """A register in Wh; raw where the meter says no scaler. Raises MeterRefused."""
        place = self.layout.place_of(name)
        power = 0 if place is None else power_of(self.layout.scalers[place])
        return scaled(_number(self.of(name)), power)

    def whole(self, name: Obis) -> int | None:
        """A number by its scaler where the meter says one, else as it is."""
        place = self.layout.place_of(name)
        if place is None or self.layout.scalers[place] is None:
            return _number(self.of(name))
        return self.scaled(name)

    def scaled(self, name: Obis, *, thousandths: bool = False) -> int | None:
        """A number by its scaler; None where either is missing."""
        place = self.layout.place_of(name)
        scaler = None if place is None else self.layout.scalers[place]
        number = _number(self.of(name))
        if number is None or scaler is None:
            return None
        amount = int(scaler.scaled(number) * (1000 if thousandths else 1))
        return amount if abs(amount) <= MOST else None


def _is_running(dated: axdr.Data | None, at: datetime | None, now: datetime) -> bool:
    """Whether a billing row is dated by the meter's clock, to come, or not at all."""
    if at is None:
        return dated is not None and axdr.octets(dated).startswith(_NO_YEAR)
    is_midnight = at == day_starts(supply_day_of(at))
    return at > now or (now - at <= CLOCK_MAY_DIFFER and not is_midnight)


def _number(cell: axdr.Data | None) -> int | None:
    value = None if cell is None else cell.value
    return value if type(value) is int and abs(value) <= MOST else None


def _instant(cell: axdr.Data | None) -> datetime | None:
    if cell is None:
        return None
    try:
        return cosem_time.decode(axdr.octets(cell))
    except DecodeError:
        return None
