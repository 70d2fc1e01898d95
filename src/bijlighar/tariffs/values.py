"""What tariffs say and what rating returns: plain values that any other package may hold.

What an order prints is in `printed`, its words are in `terms`; here are the months that are
rated by it, and what comes out. Amounts are paise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bijlighar.kernel.money import Paise
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.printed import (
    BalanceInterest,
    BillableLoad,
    Cliff,
    Duty,
    DutySlab,
    Eligible,
    ExcessDemand,
    FixedBand,
    FppasRule,
    FppasSeries,
    FppasValue,
    FreeUnits,
    Ladder,
    LatePayment,
    Minimum,
    Name,
    Order,
    PayableCap,
    Rebate,
    Rounding,
    Schedule,
    Slab,
    SlabLimits,
    Window,
)
from bijlighar.tariffs.terms import (
    CliffPolicy,
    Confidence,
    Head,
    Measured,
    On,
    Per,
    When,
)

__all__ = [
    "BalanceInterest",
    "BillableLoad",
    "Cliff",
    "CliffPolicy",
    "Confidence",
    "Duty",
    "DutySlab",
    "Eligible",
    "ExcessDemand",
    "FixedBand",
    "FppasRule",
    "FppasSeries",
    "FppasValue",
    "FreeUnits",
    "Head",
    "IntArray",
    "Ladder",
    "LatePayment",
    "Line",
    "Measured",
    "Minimum",
    "Name",
    "On",
    "Order",
    "PayableCap",
    "Per",
    "Rated",
    "Reason",
    "Rebate",
    "Rounding",
    "Schedule",
    "Slab",
    "SlabLimits",
    "Slices",
    "Unit",
    "When",
    "Window",
]

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """The month so far of many connections under one schedule: one row per connection.

    All columns are int64 arrays of one length.

    energy_wh                  used so far in this month under this schedule, in Wh; in VAh
                               where the schedule charges kVAh
    selecting_wh               by which bands, ladders and schemes are chosen: `energy_wh`,
                               or what is expected by the end of the period if more
    windows_wh                 of it in each window of the schedule: rows by windows
    billed_days                days charged so far in this month under this schedule
    days_in_month              of the calendar month, 28 to 31; 30 for a period that runs
                               from reading to reading
    slab_days                  days that limits are scaled by: `days_in_month`, or the days
                               of the part where a new order or category splits it, or of
                               the period from reading to reading
    sanctioned_load_w          as sanctioned, in W; in VA where the schedule charges kVAh
    max_demand_w               the highest recorded so far in this month
    demand_excused             1 while excess demand costs nothing, else 0
    fppas_basis_points         signed; 124 is 1.24 %
    fppas_carried_micropaise   signed amount brought into FPPAS, by notification or because
                               the percentage changed inside the month; normally 0
    is_prepaid                 1 or 0
    """

    energy_wh: IntArray
    selecting_wh: IntArray
    windows_wh: IntArray
    billed_days: IntArray
    days_in_month: IntArray
    slab_days: IntArray
    sanctioned_load_w: IntArray
    max_demand_w: IntArray
    demand_excused: IntArray
    fppas_basis_points: IntArray
    fppas_carried_micropaise: IntArray
    is_prepaid: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Paise per head and in all, one row per connection; reliefs are negative.

    A head that the schedule does not have is zero in each row.
    """

    paise: Mapping[Head, IntArray]
    total_paise: IntArray


class Unit(StrEnum):
    """What a line's quantity counts."""

    WH = "wh"
    DAYS = "days"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a charge: how much of what, at which printed rate, by which rule.

    `parameters` fill the reason's sentence; `rate` is rupees or percent as printed.
    `funded_by` is who pays a relief; empty where the consumer pays.
    """

    head: Head
    reason: Reason
    quantity: int
    unit: Unit
    rate: str
    amount_paise: Paise
    parameters: Mapping[str, str]
    source: str
    funded_by: str
