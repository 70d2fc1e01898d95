"""Each head of a month so far, in micropaise: the order's own arithmetic, on arrays.

Source: the order of calculation is energy, time of day, fixed, excess demand, subsidy,
scheme, FPPAS on these, then duty and rebates, each on the sum that the order names, and the
minimum last (tariffs reference 5.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.tariffs.costs import CW_PER_KW, per_cw, per_wh, share, slab_cost
from bijlighar.tariffs.exact import MICROPAISE_PER_RUPEE, Whole, nearest, part
from bijlighar.tariffs.scaling import cap_upto_wh, scale_of
from bijlighar.tariffs.values import (
    FixedBand,
    Head,
    IntArray,
    On,
    Per,
    Schedule,
    Slices,
    When,
)

BoolArray = npt.NDArray[np.bool_]

BASIS_POINTS = 10_000
CW_PER_W = 100
_BY_UNIT = (Head.ENERGY, Head.TIME_OF_DAY, Head.SUBSIDY)
"""Heads of which each unit has its part; the others are of the whole month."""


def heads_of(schedule: Schedule) -> frozenset[Head]:
    """The heads that a schedule has; every other is nothing for everybody."""
    there = {
        Head.ENERGY: True,
        Head.TIME_OF_DAY: bool(schedule.windows),
        Head.FIXED: bool(schedule.fixed),
        Head.EXCESS_DEMAND: schedule.excess_demand is not None,
        Head.SUBSIDY: bool(schedule.subsidy),
        Head.SCHEME: bool(schedule.free_units or schedule.payable_cap),
        Head.FPPAS: schedule.fppas is not None,
        Head.DUTY: schedule.duty is not None,
        Head.REBATE: bool(schedule.rebates),
        Head.MINIMUM: schedule.minimum is not None,
    }
    return frozenset(head for head, is_there in there.items() if is_there)


class Month:
    """The heads of one month so far under one schedule; micropaise, reliefs negative.

    The slices must have been checked (`rating.check`).
    """

    def __init__(self, schedule: Schedule, slices: Slices) -> None:
        self.schedule = schedule
        self.slices = slices
        self.scale = scale_of(
            schedule, days_in_month=slices.days_in_month, slab_days=slices.slab_days
        )
        self.used = slices.energy_wh * self.scale.times
        self.selecting = slices.selecting_wh * self.scale.times
        self._covered: IntArray | None = None
        self._within: BoolArray | None = None
        self.heads: dict[Head, IntArray] = {Head.ENERGY: self.energy_at(self.used)}
        # In the order of calculation: what follows may be a share of what stands before.
        amounts = {
            Head.TIME_OF_DAY: lambda: self.time_of_day_of(self.heads[Head.ENERGY]),
            Head.FIXED: self._fixed,
            Head.EXCESS_DEMAND: self._excess,
            Head.SUBSIDY: self._subsidy,
            Head.SCHEME: self._scheme,
            Head.FPPAS: self._fppas,
            Head.DUTY: self._duty,
            Head.REBATE: self._rebate,
            Head.MINIMUM: self._minimum,
        }
        there = heads_of(schedule)
        for head, amount in amounts.items():
            if head in there:
                self.heads[head] = amount()

    def energy_at(self, used: IntArray) -> IntArray:
        """What so much energy (times the scale) costs on the ladder that is chosen."""
        ladders = self.schedule.energy
        found = slab_cost(ladders[-1].slabs, used, self.scale)
        for ladder in reversed(ladders[:-1]):
            cost = slab_cost(ladder.slabs, used, self.scale)
            found = np.where(self.is_within(ladder.upto_wh), cost, found)
        return found

    def is_within(self, upto_wh: int | None) -> BoolArray:
        """Whether the month counts as one of at most so much use."""
        if upto_wh is None:
            return np.ones(len(self.used), dtype=bool)
        return self.selecting <= self.scale.limit(upto_wh)

    def covered(self) -> IntArray:
        """The energy (times the scale) that a scheme pays for; the rest is chargeable."""
        if self._covered is None:
            self._covered = self._find_covered()
        return self._covered

    def within_free(self) -> BoolArray:
        """Whether nothing is to be paid, the month being within its free units."""
        free = self.schedule.free_units
        if free is None:
            return np.zeros(len(self.used), dtype=bool)
        if self._within is None:
            self._within = self.selecting <= self.scale.whole_units(free.free_wh)
        return self._within

    def is_capped(self) -> BoolArray:
        """Whether the cap on what is payable holds this month."""
        cap = self.schedule.payable_cap
        if cap is None:
            return np.zeros(len(self.used), dtype=bool)
        upto_wh = cap_upto_wh(cap, self.scale, self.slices.slab_days)
        return self.slices.selecting_wh <= upto_wh

    def base(self, of: Sequence[Head], on: On) -> IntArray:
        """The sum of some heads; those the schedule does not have are nothing."""
        total = np.zeros_like(self.used)
        for head in of:
            if head in self.heads:
                total = total + self._counted(head, on)
        return total

    def billable_load_cw(self) -> IntArray:
        """The billable load in hundredths of a W."""
        rule = self.schedule.billable_load
        assert rule is not None, "the loader wants one where a charge is by load"
        least = self.slices.sanctioned_load_w * int(
            rule.least_share_of_sanctioned * CW_PER_W
        )
        load = np.maximum(self.slices.max_demand_w * CW_PER_W, least)
        if rule.round_up_to_w:
            step = rule.round_up_to_w * CW_PER_W
            load = -(-load // step) * step
        return load

    def steps(self, band: FixedBand) -> IntArray:
        """How many steps a month of this use has, a part counting as a whole one.

        In a part of a month so short that nothing is left of a step, it is a unit.
        """
        whole = self.scale.limit(band.step_wh)
        return -(-self.selecting // np.maximum(whole, WH_PER_KWH))

    def band(self, band: FixedBand) -> IntArray:
        """What a band of the fixed charge comes to for the days so far."""
        rupees = int(band.rupees * MICROPAISE_PER_RUPEE)
        counted: IntArray = np.ones_like(self.used)
        if band.per is Per.KW:
            counted, rupees = self.billable_load_cw(), rupees // CW_PER_KW
        elif band.per is Per.STEP:
            counted = self.steps(band)
        return nearest(
            counted * rupees * self.slices.billed_days, self.slices.days_in_month
        )

    def cap(self) -> IntArray:
        """What the capped part of this period costs at most."""
        cap = self.schedule.payable_cap
        assert cap is not None
        rupees = int(cap.rupees * MICROPAISE_PER_RUPEE)
        return nearest(self.slices.slab_days * rupees, self.slices.days_in_month)

    def duty_of_slabs(self) -> list[IntArray]:
        """What lies in each slab of the duty: its energy charge and the FPPAS on that.

        FPPAS that is carried is spread evenly over the energy.
        """
        duty = self.schedule.duty
        assert duty is not None
        least = (
            self.covered() if duty.on is On.CHARGEABLE_UNITS else np.zeros_like(self.used)
        )
        limits = [0, *(slab.upto_wh for slab in duty.slabs)]
        ends = [np.maximum(self._upto(limit), least) for limit in limits]
        costs = [self.energy_at(end) for end in ends]
        found = [end - start for start, end in pairwise(costs)]
        if Head.FPPAS in duty.of:
            inside = [self._wh(end) - self._wh(start) for start, end in pairwise(ends)]
            found = [
                a + self._fppas_in(a, wh, sum(inside))
                for a, wh in zip(found, inside, strict=True)
            ]
        return found

    def _counted(self, head: Head, on: On) -> IntArray:
        amount = self.heads[head]
        if on is On.ALL_UNITS or not self._has_scheme:
            return amount
        if head is Head.ENERGY:
            return self._chargeable_energy()
        if head is Head.TIME_OF_DAY:
            return self.time_of_day_of(self._chargeable_energy())
        if head is Head.SUBSIDY:
            return amount + slab_cost(self.schedule.subsidy, self.covered(), self.scale)
        return np.where(self.within_free(), 0, amount)

    @property
    def _has_scheme(self) -> bool:
        return bool(self.schedule.free_units or self.schedule.payable_cap)

    def _chargeable_energy(self) -> IntArray:
        return self.heads[Head.ENERGY] - self.energy_at(self.covered())

    def _upto(self, upto_wh: int | None) -> IntArray:
        if upto_wh is None:
            return self.used
        within: IntArray = np.minimum(self.used, self.scale.limit(upto_wh))
        return within

    def _find_covered(self) -> IntArray:
        free, cap = self.schedule.free_units, self.schedule.payable_cap
        if free is not None:
            within: IntArray = np.minimum(self.used, self.scale.whole_units(free.free_wh))
            return within
        if cap is not None:
            return np.where(self.is_capped(), self._upto(cap.first_wh), 0)
        return np.zeros_like(self.used)

    def time_of_day_of(self, energy: IntArray) -> IntArray:
        """Each window's share of an energy charge, spread evenly over the energy."""
        used = np.maximum(self.slices.energy_wh, 1)
        total = np.zeros_like(energy)
        for column, window in enumerate(self.schedule.windows):
            inside = np.minimum(self.slices.windows_wh[:, column], self.slices.energy_wh)
            total += share(part(energy, numerator=inside, denominator=used), window.share)
        return total

    def _fixed(self) -> IntArray:
        bands = self.schedule.fixed
        found = self.band(bands[-1])
        for band in reversed(bands[:-1]):
            found = np.where(self.is_within(band.upto_wh), self.band(band), found)
        return found

    def _excess(self) -> IntArray:
        rule, slices = self.schedule.excess_demand, self.slices
        assert rule is not None
        above = np.maximum(slices.max_demand_w - slices.sanctioned_load_w, 0) * CW_PER_W
        bands = self.schedule.fixed
        rate: Whole = per_cw(bands[-1])
        for band in reversed(bands[:-1]):
            rate = np.where(self.is_within(band.upto_wh), per_cw(band), rate)
        once = nearest(above * rate * slices.billed_days, slices.days_in_month)
        return np.where(slices.demand_excused == 1, 0, share(once, rule.times_fixed_rate))

    def _subsidy(self) -> IntArray:
        return -slab_cost(self.schedule.subsidy, self.used, self.scale)

    def _scheme(self) -> IntArray:
        cap = self.schedule.payable_cap
        if cap is not None:
            by_unit = [head for head in cap.of if head in _BY_UNIT]
            above = self.base(by_unit, On.CHARGEABLE_UNITS)
            held = self.base(cap.of, On.ALL_UNITS) - above - self.cap()
            return -np.where(self.is_capped(), np.maximum(held, 0), 0)
        every = sum(self.heads.values(), np.zeros_like(self.used))
        return -np.where(self.within_free(), every, self.covered_cost())

    def covered_cost(self) -> IntArray:
        """What the energy that a scheme pays for costs, net of what goes with its units."""
        return self.base(_BY_UNIT, On.ALL_UNITS) - self.base(_BY_UNIT, On.CHARGEABLE_UNITS)

    def _fppas(self) -> IntArray:
        rule = self.schedule.fppas
        assert rule is not None
        base = self.base(rule.of, rule.on)
        percent = part(
            base, numerator=self.slices.fppas_basis_points, denominator=BASIS_POINTS
        )
        return percent + self.slices.fppas_carried_micropaise

    def _fppas_in(self, energy: IntArray, inside_wh: IntArray, of_wh: Whole) -> IntArray:
        slices = self.slices
        percent = part(
            energy, numerator=slices.fppas_basis_points, denominator=BASIS_POINTS
        )
        return percent + part(
            slices.fppas_carried_micropaise,
            numerator=inside_wh,
            denominator=np.maximum(of_wh, 1),
        )

    def _wh(self, scaled: IntArray) -> IntArray:
        return nearest(scaled, self.scale.times)

    def _duty(self) -> IntArray:
        duty = self.schedule.duty
        assert duty is not None
        if len(duty.slabs) == 1:
            return share(self.base(duty.of, duty.on), duty.slabs[0].share)
        total = np.zeros_like(self.used)
        for slab, energy in zip(duty.slabs, self.duty_of_slabs(), strict=True):
            total += share(energy, slab.share)
        return total

    def rebate(self, index: int) -> IntArray:
        """What one of the rebates gives back."""
        rule, slices = self.schedule.rebates[index], self.slices
        found = share(self.base(rule.of, rule.on), rule.share)
        if rule.rupees_per_kwh:
            found = found + nearest(
                self.rebated_units(index) * per_wh(rule.rupees_per_kwh), self.scale.times
            )
        if rule.when is When.PREPAID:
            found = found * slices.is_prepaid
        return -found

    def rebated_units(self, index: int) -> IntArray:
        """The energy (times the scale) that a rebate per unit counts."""
        if self.schedule.rebates[index].on is On.CHARGEABLE_UNITS:
            return self.used - self.covered()
        return self.used

    def _rebate(self) -> IntArray:
        return sum(
            (self.rebate(index) for index in range(len(self.schedule.rebates))),
            np.zeros_like(self.used),
        )

    def least(self) -> IntArray:
        """What the heads of the minimum come to at least for the days so far."""
        rule, slices = self.schedule.minimum, self.slices
        assert rule is not None
        counted, rupees = np.ones_like(self.used), int(rule.rupees * MICROPAISE_PER_RUPEE)
        if rule.per is Per.KW:
            counted, rupees = self.billable_load_cw(), rupees // CW_PER_KW
        return nearest(counted * rupees * slices.billed_days, slices.days_in_month)

    def _minimum(self) -> IntArray:
        rule = self.schedule.minimum
        assert rule is not None
        missing: IntArray = self.least() - self.base(rule.of, On.ALL_UNITS)
        return missing * (missing > 0)
