"""What an order prints, as plain values: its rules, a schedule, an order, a series.

Rates are `Decimal` rupees exactly as printed, limits are Wh. Each value keeps its printed
source and how far that source can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bijlighar.tariffs.terms import CliffPolicy, Confidence, Head, Measured, On, Per, When


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
