"""Rating once more with `Fraction`, one row at a time, as plainly as an order reads.

Whatever is divided, by days or as a percentage, is rounded to whole micropaise, halves away
from zero; each head is then rounded once to the order's step of paise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from bijlighar.tariffs.values import FixedBand, Head, On, Per, Schedule, Slab, When

from .rows import Row, with_defaults

MICROPAISE_PER_RUPEE = 10**8
HEADS_IN_ORDER = tuple(Head)


def rated_paise(schedule: Schedule, row: Row) -> dict[Head, int]:
    """Paise per head, to the order's step, halves away from zero."""
    step = schedule.rounding.line_paise
    return {
        head: half_up(Fraction(amount, step * 10**6)) * step
        for head, amount in rated_micropaise(schedule, row).items()
    }


def rated_micropaise(schedule: Schedule, row: Row) -> dict[Head, int]:
    """Micropaise per head; a head that the schedule does not have is nothing."""
    home = Home(schedule, row)
    rules: dict[Head, Callable[[], int]] = {
        Head.ENERGY: lambda: home.energy(home.used),
        Head.TIME_OF_DAY: lambda: home.time_of_day(home.heads[Head.ENERGY]),
        Head.FIXED: home.fixed,
        Head.EXCESS_DEMAND: home.excess_demand,
        Head.SUBSIDY: lambda: -home.subsidy(home.used),
        Head.SCHEME: home.scheme,
        Head.FPPAS: home.fppas,
        Head.DUTY: home.duty,
        Head.REBATE: home.rebates,
        Head.MINIMUM: home.minimum,
    }
    for head in HEADS_IN_ORDER:
        home.heads[head] = rules[head]()
    return home.heads


def half_up(number: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    magnitude = int(abs(number) + Fraction(1, 2))
    return magnitude if number >= 0 else -magnitude


def micropaise(rupees: Fraction) -> int:
    """Rupees in whole micropaise."""
    return half_up(rupees * MICROPAISE_PER_RUPEE)


class Home:
    """One home's month so far, and the heads that have been worked out."""

    def __init__(self, schedule: Schedule, row: Row) -> None:
        self.order = schedule
        self.row: dict[str, Any] = with_defaults(schedule, row)
        self.used = Fraction(self.row["energy_wh"])
        self.selecting = Fraction(self.row["selecting_wh"])
        self.heads: dict[Head, int] = {}

    def limit(self, wh: int) -> Fraction:
        """A limit of a month, for this home's period."""
        rule = self.order.slab_limits
        if rule is None:
            return Fraction(wh * self.row["slab_days"], self.row["days_in_month"])
        places = 10**rule.months_places
        months = Fraction(half_up(Fraction(self.row["slab_days"] * places, 30)), places)
        return Fraction(half_up(months * wh / 1000) * 1000)

    def of_month(self, rupees: Fraction) -> int:
        """The part of a month's rupees that the billed days have."""
        return micropaise(rupees * self.row["billed_days"] / self.row["days_in_month"])

    def within(self, upto_wh: int | None) -> bool:
        return upto_wh is None or self.selecting <= self.limit(upto_wh)

    # What is charged.

    def energy(self, wh: Fraction) -> int:
        ladder = next(one for one in self.order.energy if self.within(one.upto_wh))
        return self.by_slab(ladder.slabs, wh)

    def by_slab(self, slabs: Sequence[Slab], wh: Fraction) -> int:
        rupees = Fraction(0)
        for slab in slabs:
            upto = wh if slab.upto_wh is None else min(wh, self.limit(slab.upto_wh))
            inside = max(upto - self.limit(slab.above_wh), Fraction(0))
            rupees += inside / 1000 * Fraction(slab.rupees_per_kwh)
        return micropaise(rupees)

    def time_of_day(self, energy: int) -> int:
        """Each window's share of an energy charge."""
        total = 0
        for window, inside in zip(self.order.windows, self.row["windows_wh"], strict=True):
            if self.used:
                part = min(Fraction(inside), self.used) / self.used
                in_window = half_up(energy * part)
                total += half_up(in_window * Fraction(window.share))
        return total

    def band(self) -> FixedBand:
        return next(one for one in self.order.fixed if self.within(one.upto_wh))

    def fixed(self) -> int:
        if not self.order.fixed:
            return 0
        band = self.band()
        times = Fraction(1)
        if band.per is Per.KW:
            times = self.billable_kw()
        if band.per is Per.STEP:
            step = self.limit(band.step_wh) or Fraction(1000)  # nothing left: a unit
            times = Fraction(ceil(self.selecting / step))
        return self.of_month(Fraction(band.rupees) * times)

    def billable_kw(self) -> Fraction:
        rule = self.order.billable_load
        least = self.row["sanctioned_load_w"] * Fraction(rule.least_share_of_sanctioned)
        watts = max(Fraction(self.row["max_demand_w"]), least)
        if rule.round_up_to_w:
            watts = Fraction(ceil(watts / rule.round_up_to_w) * rule.round_up_to_w)
        return watts / 1000

    def excess_demand(self) -> int:
        rule = self.order.excess_demand
        above_w = max(self.row["max_demand_w"] - self.row["sanctioned_load_w"], 0)
        if rule is None or self.row["demand_excused"] or self.band().per is not Per.KW:
            return 0
        once = self.of_month(Fraction(above_w, 1000) * Fraction(self.band().rupees))
        return half_up(once * Fraction(rule.times_fixed_rate))

    # What is given back or added on top.

    def subsidy(self, wh: Fraction) -> int:
        return self.by_slab(self.order.subsidy, wh)

    def free_limit(self) -> Fraction:
        return Fraction(half_up(self.limit(self.order.free_units.free_wh) / 1000) * 1000)

    def within_free(self) -> bool:
        return self.order.free_units is not None and self.selecting <= self.free_limit()

    def is_capped(self) -> bool:
        cap = self.order.payable_cap
        if cap is None or cap.per_days is None:
            return cap is not None and self.within(cap.upto_wh)
        per_day = Fraction(cap.upto_wh, cap.per_days)
        return self.selecting <= per_day * self.row["slab_days"]

    def covered(self) -> Fraction:
        """The units that a scheme pays for."""
        if self.order.free_units is not None:
            return min(self.used, self.free_limit())
        if self.is_capped():
            return min(self.used, self.limit(self.order.payable_cap.first_wh))
        return Fraction(0)

    def scheme(self) -> int:
        cap = self.order.payable_cap
        if self.is_capped():
            beyond = sum(self.above()[head] for head in cap.of if head in self.above())
            held = sum(self.heads[head] for head in cap.of) - beyond
            month = Fraction(self.row["slab_days"], self.row["days_in_month"])
            return -max(held - micropaise(Fraction(cap.rupees) * month), 0)
        if self.within_free():
            return -sum(self.heads.values())
        return sum(self.above()[head] - self.heads[head] for head in self.above())

    def above(self) -> dict[Head, int]:
        """What goes by the unit, of the units that no scheme pays for."""
        energy = self.energy(self.used) - self.energy(self.covered())
        return {
            Head.ENERGY: energy,
            Head.TIME_OF_DAY: self.time_of_day(energy),
            Head.SUBSIDY: self.subsidy(self.covered()) - self.subsidy(self.used),
        }

    def counted(self, of: Sequence[Head], on: On) -> int:
        """The sum of some heads, for all units or those that no scheme pays for."""
        has_scheme = self.order.free_units or self.order.payable_cap
        if on is On.ALL_UNITS or not has_scheme:
            return sum(self.heads[head] for head in of)
        chargeable = dict(self.heads)
        if self.within_free():
            chargeable = dict.fromkeys(chargeable, 0)
        chargeable |= self.above()
        return sum(chargeable[head] for head in of)

    def fppas(self) -> int:
        rule = self.order.fppas
        if rule is None:
            return 0
        share = Fraction(self.row["fppas_basis_points"], 10_000)
        added = half_up(self.counted(rule.of, rule.on) * share)
        return added + self.row["fppas_carried_micropaise"]

    def duty(self) -> int:
        duty = self.order.duty
        if duty is None:
            return 0
        if len(duty.slabs) == 1:
            share = Fraction(duty.slabs[0].share)
            return half_up(self.counted(duty.of, duty.on) * share)
        free = self.covered() if duty.on is On.CHARGEABLE_UNITS else Fraction(0)
        total = 0
        for slab in duty.slabs:
            upto = self.used
            if slab.upto_wh is not None:
                upto = min(upto, self.limit(slab.upto_wh))
            above = min(self.used, self.limit(slab.above_wh))
            upto, above = max(upto, free), max(above, free)
            charge = self.energy(upto) - self.energy(above)
            if Head.FPPAS in duty.of:
                charge += self.fppas_in(charge, half_up(upto) - half_up(above), free)
            total += half_up(charge * Fraction(slab.share))
        return total

    def fppas_in(self, charge: int, wh: int, free: Fraction) -> int:
        """FPPAS on a part of the energy; what is carried is spread evenly over the Wh."""
        share = Fraction(self.row["fppas_basis_points"], 10_000)
        every = max(half_up(max(self.used, free)) - half_up(free), 1)
        carried = Fraction(self.row["fppas_carried_micropaise"])
        return half_up(charge * share) + half_up(carried * wh / every)

    def rebates(self) -> int:
        total = 0
        for rule in self.order.rebates:
            if rule.when is When.PREPAID and not self.row["is_prepaid"]:
                continue
            total -= half_up(self.counted(rule.of, rule.on) * Fraction(rule.share))
            wh = self.used
            if rule.on is On.CHARGEABLE_UNITS:
                wh -= self.covered()
            total -= micropaise(wh / 1000 * Fraction(rule.rupees_per_kwh))
        return total

    def minimum(self) -> int:
        rule = self.order.minimum
        if rule is None:
            return 0
        times = self.billable_kw() if rule.per is Per.KW else Fraction(1)
        least = self.of_month(Fraction(rule.rupees) * times)
        return max(least - sum(self.heads[head] for head in rule.of), 0)
