"""What tariffs say and what rating returns: plain values that any other package may hold.

Rates are `Decimal` rupees exactly as printed, limits are Wh, amounts are paise. Each value
that came from an order keeps its printed source and how far that source can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bijlighar.kernel.money import Paise

IntArray = npt.NDArray[np.int64]


class Head(StrEnum):
    """What an amount is for, in the order in which people read a bill."""

    ENERGY = "energy"
    FIXED = "fixed"
    SUBSIDY = "subsidy"
    FPPAS = "fppas"
    DUTY = "duty"
    REBATE = "rebate"


class Confidence(StrEnum):
    """How far a printed value can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class When(StrEnum):
    """Whom a share applies to."""

    ALWAYS = "always"
    PREPAID = "prepaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """A rate for the part of a month's energy in `[above_wh, upto_wh)`; no end if None."""

    above_wh: int
    upto_wh: int | None
    rupees_per_kwh: Decimal
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCharge:
    """Rupees for each kW of billable load and month, spread evenly over its days."""

    rupees_per_kw_month: Decimal
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableLoad:
    """The recorded maximum demand, but no less than this share of the sanctioned load."""

    least_share_of_sanctioned: Decimal
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class FppasRule:
    """Which dated series of percentages applies, and to the sum of which heads."""

    series: str
    of: tuple[Head, ...]
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the exact, unrounded sum of other heads."""

    share: Decimal
    of: tuple[Head, ...]
    when: When
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a category is called."""

    en: str
    hi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All that is needed to rate one category while one order is in force.

    `order_sha256` is the hash of the file that it was read from: a charge keeps it.
    """

    category: str
    name: Name
    eligible: str
    energy: tuple[Slab, ...]
    subsidy: tuple[Slab, ...]
    subsidy_funded_by: str
    fixed: FixedCharge
    billable_load: BillableLoad
    fppas: FppasRule
    duty: Share
    rebate: Share
    order: Name
    order_sha256: str
    in_force_from: date
    in_force_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of a commission, in force from a day until (excluding) another.

    `file` and `line` say where its first day is written, so that a refusal can point there.
    """

    discom: str
    state: str
    name: Name
    in_force_from: date
    in_force_until: date | None
    source: str
    schedules: Mapping[str, Schedule]
    sha256: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FppasValue:
    """The percentage of the fuel and power purchase adjustment in `[starts, ends)`."""

    starts: date | None
    ends: date | None
    basis_points: int
    source: str
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FppasSeries:
    """Every known percentage in the order of time, without gap or overlap."""

    series: str
    values: tuple[FppasValue, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """The month so far of many connections under one schedule: one row per connection.

    All columns are int64 arrays of one length.

    energy_wh                   used so far in this month under this schedule
    billed_days                 days charged so far in this month under this schedule
    days_in_month               of the calendar month, 28 to 31
    slab_days                   days that slab limits are scaled by: `days_in_month`, or the
                                length of the part where a new order or category splits it
    sanctioned_load_w           as sanctioned
    max_demand_w                the highest recorded so far in this month
    fppas_basis_points          signed; 124 is 1.24 %
    fppas_carried_microrupees   signed amount brought into FPPAS by notification; normally 0
    is_prepaid                  1 or 0
    """

    energy_wh: IntArray
    billed_days: IntArray
    days_in_month: IntArray
    slab_days: IntArray
    sanctioned_load_w: IntArray
    max_demand_w: IntArray
    fppas_basis_points: IntArray
    fppas_carried_microrupees: IntArray
    is_prepaid: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Paise per head and in all, one row per connection; reliefs are negative."""

    paise: Mapping[Head, IntArray]
    total_paise: IntArray


class Reason(StrEnum):
    """Why a line stands on a day's charge; the key of its sentence."""

    ENERGY = "energy"
    ENERGY_ABOVE = "energy_above"
    ENERGY_CORRECTED = "energy_corrected"
    FIXED = "fixed"
    FIXED_LOAD_CHANGED = "fixed_load_changed"
    SUBSIDY = "subsidy"
    SUBSIDY_ABOVE = "subsidy_above"
    SUBSIDY_CORRECTED = "subsidy_corrected"
    FPPAS = "fppas"
    FPPAS_REVISED = "fppas_revised"
    FPPAS_CARRIED = "fppas_carried"
    DUTY = "duty"
    REBATE = "rebate"


class Unit(StrEnum):
    """What a line's quantity counts."""

    WH = "wh"
    DAYS = "days"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a day's charge: how much of what, at which printed rate, by which rule.

    `parameters` fill the reason's sentence; `rate` is rupees or percent as printed.
    """

    head: Head
    reason: Reason
    quantity: int
    unit: Unit
    rate: str
    amount_paise: Paise
    parameters: Mapping[str, str]
    source: str
