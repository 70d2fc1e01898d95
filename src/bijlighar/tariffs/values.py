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
from bijlighar.tariffs.explaining_reasons import Reason as Reason

IntArray = npt.NDArray[np.int64]


class Head(StrEnum):
    """What an amount is for, in the order in which people read a bill."""

    ENERGY = "energy"
    TIME_OF_DAY = "time_of_day"
    FIXED = "fixed"
    EXCESS_DEMAND = "excess_demand"
    SUBSIDY = "subsidy"
    SCHEME = "scheme"
    """A government scheme beside the subsidy per unit: free units, a capped bill."""
    FPPAS = "fppas"
    DUTY = "duty"
    REBATE = "rebate"
    MINIMUM = "minimum"


class Confidence(StrEnum):
    """How far a printed value can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class When(StrEnum):
    """Whom a relief applies to."""

    ALWAYS = "always"
    PREPAID = "prepaid"


class On(StrEnum):
    """Which units count: all of them, or those that a scheme does not pay for."""

    ALL_UNITS = "all_units"
    CHARGEABLE_UNITS = "chargeable_units"


class Measured(StrEnum):
    """Which energy and load are charged."""

    KWH = "kwh"
    KVAH = "kvah"


class Per(StrEnum):
    """What a fixed charge or a minimum is counted by."""

    KW = "kw"
    CONNECTION = "connection"
    STEP = "step"


class CliffPolicy(StrEnum):
    """What a day does on which a threshold makes the whole month dearer."""

    POST = "post"
    ACCRUE = "accrue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """A rate for the part of a month's energy in `[above_wh, upto_wh)`; no end if None."""

    above_wh: int
    upto_wh: int | None
    rupees_per_kwh: Decimal
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The slabs of a month whose use is at most `upto_wh`; no end if None."""

    upto_wh: int | None
    slabs: tuple[Slab, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlabLimits:
    """How limits fit a period that is not one whole calendar month.

    Without `months_places` they are scaled exactly, by the days of the calendar month. With
    it, by the number of 30-day months rounded to so many places, and then to whole units.
    """

    months_places: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A share of the energy charge for what is used between two clock times of each day.

    `first_block` and `until_block` count half-hours from midnight.
    """

    first_block: int
    until_block: int
    share: Decimal
    source: str
    confidence: Confidence

    @property
    def clock(self) -> str:
        """As people say it: `09:00-17:00`."""
        ends = (self.first_block, self.until_block)
        return "-".join(f"{block // 2:02d}:{block % 2 * 30:02d}" for block in ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBand:
    """Rupees a month for a use of at most `upto_wh`, spread evenly over the month's days.

    Counted per kW (or kVA) of billable load, per connection, or per step of `step_wh` or a
    part of it (a load that is derived from the use).
    """

    upto_wh: int | None
    rupees: Decimal
    per: Per
    step_wh: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableLoad:
    """The recorded maximum demand, but no less than this share of the sanctioned load.

    Rounded up to the next `round_up_to_w`; 0 leaves it as it is.
    """

    least_share_of_sanctioned: Decimal
    round_up_to_w: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcessDemand:
    """What demand above the sanctioned load costs besides, in times of the fixed rate.

    Not in the first `excused_days` after a smart meter was installed.
    """

    times_fixed_rate: Decimal
    excused_days: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeUnits:
    """So much energy a month is free: within it nothing at all is to be paid."""

    free_wh: int
    source: str
    confidence: Confidence
    funded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableCap:
    """In a month of at most `upto_wh`, the first `first_wh` cost no more than `rupees`.

    The heads of `of`, less what of them is for the energy above `first_wh`, are what the
    cap holds down. Above `upto_wh` there is nothing of it in that month.

    With `per_days`, `upto_wh` is for so many days, whatever the calendar month has: at 150
    units per 30 days a month of 31 may have 155, February 140. Without, it is for a month.
    """

    upto_wh: int
    per_days: int | None = None
    first_wh: int
    rupees: Decimal
    of: tuple[Head, ...]
    source: str
    confidence: Confidence
    funded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FppasRule:
    """Which dated series of percentages applies, and to the sum of which heads."""

    series: str
    of: tuple[Head, ...]
    on: On
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySlab:
    """The duty's share for the part of a month's energy in `[above_wh, upto_wh)`."""

    above_wh: int
    upto_wh: int | None
    share: Decimal
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Electricity duty: one share of some heads, or shares by slab of the energy charge."""

    slabs: tuple[DutySlab, ...]
    of: tuple[Head, ...]
    on: On


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebate:
    """A share of some heads, or so many rupees a unit; the other of the two is zero."""

    share: Decimal
    of: tuple[Head, ...]
    rupees_per_kwh: Decimal
    when: When
    on: On
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """What some heads come to at least in a month; the rest is topped up."""

    rupees: Decimal
    per: Per
    of: tuple[Head, ...]
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Steps, in paise, that each line and the whole bill are rounded to, half up."""

    line_paise: int
    bill_paise: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePayment:
    """What overdue dues cost: a share a month, by days of 30; from `later_after_months` on,
    another."""

    share_per_month: Decimal
    later_share_per_month: Decimal
    later_after_months: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceInterest:
    """What a prepaid balance earns a year that stayed above a sum for some months."""

    above_rupees: Decimal
    months: int
    share_per_year: Decimal
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Cliff:
    """What to do about thresholds that make a whole month dearer at once."""

    policy: CliffPolicy
    warn_at_share: Decimal
    no_disconnection_days: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What something is called."""

    en: str
    hi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """Whom a schedule is for: loads in `(above_w, upto_w]`, use up to `upto_wh` a month."""

    text: str
    above_w: int
    upto_w: int | None
    upto_wh: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All that is needed to rate one category while one order is in force.

    What an order does not have is empty or None. `order_sha256` is the hash of the file
    that it was read from: a charge keeps it.
    """

    category: str
    name: Name
    eligible: Eligible
    measured_in: Measured
    slab_limits: SlabLimits | None
    energy: tuple[Ladder, ...]
    windows: tuple[Window, ...]
    fixed: tuple[FixedBand, ...]
    billable_load: BillableLoad | None
    excess_demand: ExcessDemand | None
    subsidy: tuple[Slab, ...]
    subsidy_funded_by: str
    free_units: FreeUnits | None
    payable_cap: PayableCap | None
    fppas: FppasRule | None
    duty: Duty | None
    rebates: tuple[Rebate, ...]
    minimum: Minimum | None
    rounding: Rounding
    late_payment: LatePayment | None
    balance_interest: BalanceInterest | None
    cliff: Cliff | None
    order: Name
    order_sha256: str
    in_force_from: date
    in_force_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of a commission, in force from a day until (excluding) another.

    `file` and `line` say where its first day is written, so that a refusal can point there.
    A category may have several schedules, for loads that do not overlap. `after_a_gap` says
    why no order is known for the days just before; empty where the order follows another.
    """

    discom: str
    state: str
    name: Name
    in_force_from: date
    in_force_until: date | None
    source: str
    schedules: tuple[Schedule, ...]
    sha256: str
    file: str
    line: int
    after_a_gap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FppasValue:
    """The percentage of the fuel and power purchase adjustment in `[starts, ends)`.

    `basis_points` are charged; `carried_basis_points` are what the cap left for later.
    """

    starts: date | None
    ends: date | None
    basis_points: int
    carried_basis_points: int
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
