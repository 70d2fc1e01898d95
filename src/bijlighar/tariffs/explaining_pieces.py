"""Pieces: parts of a head's amount before rounding, between two months so far.

The pieces of a head add up to the difference of its exact amounts, by construction: each is
a difference of sums that rating itself has, or what the others leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.money import divide_half_up, format_rupees
from bijlighar.tariffs.costs import SHARE_PLACES
from bijlighar.tariffs.exact import MICROPAISE_PER_PAISA
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.heads import Month
from bijlighar.tariffs.scaling import cap_upto_wh
from bijlighar.tariffs.values import (
    FixedBand,
    Head,
    Ladder,
    Measured,
    PayableCap,
    Schedule,
    Slices,
    Unit,
)

_PLACES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One line before its amount is rounded: what it says and by which rule."""

    reason: Reason
    micropaise: int
    rate: str
    source: str
    parameters: dict[str, str]
    quantity: int = 0
    unit: Unit = Unit.NOTHING
    funded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Two months so far of one connection, and the later one for the earlier one's days.

    `then` tells what has become of the days that were charged before.
    """

    schedule: Schedule
    was: Month
    then: Month
    now: Month

    @classmethod
    def of(cls, schedule: Schedule, was: Slices, now: Slices) -> Between:
        """Rate all three."""
        then = replace(now, billed_days=was.billed_days)
        months = (Month(schedule, slices) for slices in (was, then, now))
        first, middle, last = months
        return cls(schedule=schedule, was=first, then=middle, now=last)

    @property
    def new_days(self) -> int:
        """How many days are charged anew; below zero where some are taken back."""
        return one(self.now.slices.billed_days) - self.days_before

    @property
    def days_before(self) -> int:
        """How many days had been charged before."""
        return one(self.was.slices.billed_days)

    @property
    def load_unit(self) -> str:
        """What the schedule measures loads in."""
        return "kVA" if self.schedule.measured_in is Measured.KVAH else "kW"

    @property
    def lost_cap(self) -> int:
        """1 where the cap of a scheme held before and holds no longer, -1 the other way."""
        was, now = (one(month.is_capped()) for month in (self.was, self.now))
        return int(was) - int(now) if one(self.was.used) else 0

    def grown(self, head: Head) -> int:
        """By how much a head has grown, in micropaise."""
        return one(self.now.heads[head]) - one(self.was.heads[head])


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A threshold that a month is taken to have passed, or not to have passed after all."""

    is_up: bool
    is_expected: bool
    threshold_units: str

    def reason(self, *, crossed: Reason, expected: Reason, back: Reason) -> Reason:
        """Which of three reasons holds."""
        if not self.is_up:
            return back
        return expected if self.is_expected else crossed


def crossing(
    between: Between, upto_wh: int, *, is_up: bool, whole: bool = False
) -> Crossing:
    """The crossing of a month's limit; `whole` where it is rounded to whole units."""
    scale = between.now.scale
    limit = one(scale.whole_units(upto_wh) if whole else scale.limit(upto_wh))
    return Crossing(
        is_up=is_up,
        is_expected=one(between.now.used) <= limit,
        threshold_units=units(limit, one(scale.times)),
    )


def crossing_of_cap(between: Between, cap: PayableCap, *, is_up: bool) -> Crossing:
    """The crossing of the limit within which a cap holds."""
    slices = between.now.slices
    upto_wh = one(cap_upto_wh(cap, between.now.scale, slices.slab_days))
    return Crossing(
        is_up=is_up,
        is_expected=one(slices.energy_wh) <= upto_wh,
        threshold_units=units(upto_wh),
    )


def chosen(month: Month, choices: Sequence[Ladder | FixedBand]) -> int:
    """Which ladder or band the month's use chooses."""
    for index, choice in enumerate(choices):
        if one(month.is_within(choice.upto_wh)):
            return index
    raise AssertionError("the last choice has no end")


def one(value: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | int) -> int:
    """The number that a column of one row holds."""
    return value if isinstance(value, int) else int(value.reshape(-1)[0])


def plain(numerator: int, denominator: int = 1) -> str:
    """A decimal without trailing zeros, to five places: `3`, `6.2`, `0.75`."""
    digits = Decimal(divide_half_up(numerator * 10**_PLACES, denominator)).scaleb(-_PLACES)
    return f"{digits:f}".rstrip("0").rstrip(".")


def units(wh: int, times: int = 1) -> str:
    """Energy as people say it, to the Wh; `wh` may be held `times` as large."""
    return plain(divide_half_up(wh, times), WH_PER_KWH)


def rupees(micropaise: int) -> str:
    """An amount to the paisa, as people write it."""
    return format_rupees(divide_half_up(micropaise, MICROPAISE_PER_PAISA))


def percent(share: Decimal) -> str:
    """A printed share in percent."""
    return plain(int(share.scaleb(SHARE_PLACES)) * 100, 10**SHARE_PLACES)
