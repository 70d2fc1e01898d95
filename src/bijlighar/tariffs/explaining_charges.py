"""The pieces of what is charged: energy by slab, time of day, minimum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bijlighar.kernel.money import divide_half_up
from bijlighar.tariffs.costs import share, slab_cost
from bijlighar.tariffs.exact import part
from bijlighar.tariffs.explaining_pieces import (
    Between,
    Crossing,
    Piece,
    chosen,
    crossing,
    one,
    percent,
    rupees,
    units,
)
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.heads import Month
from bijlighar.tariffs.values import Head, Ladder, On, Slab, Unit, Window

_CHEAPER = (Reason.TIME_OF_DAY, Reason.TIME_OF_DAY_CORRECTED)
_DEARER = (Reason.TIME_OF_DAY_DEARER, Reason.TIME_OF_DAY_DEARER_CORRECTED)
"""What more of it is called, and what less of it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InSlab:
    """What of a month so far lies in one slab."""

    wh: int
    micropaise: int


def slabs_of(month: Month, slabs: Sequence[Slab]) -> list[InSlab]:
    """What lies in each slab; both columns add up to the whole."""
    limits = [
        one(month.scale.limit(s.upto_wh)) for s in slabs[:-1] if s.upto_wh is not None
    ]
    used, times = one(month.used), one(month.scale.times)
    ends = [0, *(min(used, limit) for limit in limits), used]
    whole = [divide_half_up(end, times) for end in ends]
    costs = [one(slab_cost(slabs, np.array([end]), month.scale)) for end in ends]
    return [
        InSlab(wh=wh - wh_before, micropaise=cost - cost_before)
        for (wh_before, wh), (cost_before, cost) in zip(
            pairwise(whole), pairwise(costs), strict=True
        )
    ]


def slab_parameters(between: Between, slab: Slab, wh: int) -> dict[str, str]:
    """What a sentence about energy in a slab may say."""
    scale = between.now.scale
    return {
        "units": units(abs(wh)),
        "rate": str(slab.rupees_per_kwh),
        "above": units(one(scale.limit(slab.above_wh)), one(scale.times)),
    }


def energy_pieces(between: Between) -> Iterator[Piece]:
    """Energy by slab; all of it again where the month's use has chosen other slabs."""
    ladders = between.schedule.energy
    was, now = (chosen(month, ladders) for month in (between.was, between.now))
    parts_was = slabs_of(between.was, ladders[was].slabs)
    parts_now = slabs_of(between.now, ladders[now].slabs)
    if was == now or not one(between.was.used):
        nothing = [InSlab(wh=0, micropaise=0)] * len(parts_now)
        before = parts_was if was == now else nothing
        for slab, old, new in zip(ladders[now].slabs, before, parts_now, strict=True):
            yield _grown(between, ladders, now, slab, old, new)
        return
    for slab, old in zip(ladders[was].slabs, parts_was, strict=True):
        taken_back = InSlab(wh=-old.wh, micropaise=-old.micropaise)
        yield _energy(between, Reason.ENERGY_NO_LONGER, slab, taken_back)
    upto_wh = ladders[now if now < was else now - 1].upto_wh
    assert upto_wh is not None, "only the last ladder has no end"
    passed = crossing(between, upto_wh, is_up=now > was)
    for slab, new in zip(ladders[now].slabs, parts_now, strict=True):
        reason = _rerated(passed, is_one_rate=len(parts_now) == 1)
        yield _energy(between, reason, slab, new, threshold=passed.threshold_units)


def time_of_day_pieces(between: Between) -> Iterator[Piece]:
    """Each window's share of the energy charge that lies in it."""
    for column, window in enumerate(between.schedule.windows):
        (wh_was, base_was, was), (wh_now, base_now, now) = (
            _in_window(month, column, window) for month in (between.was, between.now)
        )
        base = base_now - base_was
        kinds = _DEARER if window.share > 0 else _CHEAPER
        yield Piece(
            reason=kinds[base < 0],
            micropaise=now - was,
            quantity=wh_now - wh_was,
            unit=Unit.WH,
            rate=percent(window.share),
            parameters={
                "clock": window.clock,
                "rate": percent(abs(window.share)),
                "base": rupees(abs(base)),
            },
            source=window.source,
        )


def minimum_pieces(between: Between) -> Iterator[Piece]:
    """What tops up the other heads to the minimum."""
    rule, grown = between.schedule.minimum, between.grown(Head.MINIMUM)
    assert rule is not None
    yield Piece(
        reason=Reason.MINIMUM if grown > 0 else Reason.MINIMUM_LESS,
        micropaise=grown,
        rate=str(rule.rupees),
        parameters={
            "days": str(one(between.now.slices.billed_days)),
            "least": rupees(one(between.now.least())),
            "others": rupees(one(between.now.base(rule.of, On.ALL_UNITS))),
        },
        source=rule.source,
    )


def _grown(
    between: Between,
    ladders: Sequence[Ladder],
    now: int,
    slab: Slab,
    old: InSlab,
    new: InSlab,
) -> Piece:
    grown = InSlab(wh=new.wh - old.wh, micropaise=new.micropaise - old.micropaise)
    below = ladders[now - 1].upto_wh if now else None
    if grown.micropaise < 0:
        return _energy(between, Reason.ENERGY_CORRECTED, slab, grown)
    if slab.above_wh:
        return _energy(between, Reason.ENERGY_ABOVE, slab, grown)
    if below is None:
        return _energy(between, Reason.ENERGY, slab, grown)
    threshold = crossing(between, below, is_up=True).threshold_units
    return _energy(between, Reason.ENERGY_MONTH_ABOVE, slab, grown, threshold=threshold)


def _energy(
    between: Between, reason: Reason, slab: Slab, parts: InSlab, *, threshold: str = ""
) -> Piece:
    return Piece(
        reason=reason,
        micropaise=parts.micropaise,
        quantity=parts.wh,
        unit=Unit.WH,
        rate=str(slab.rupees_per_kwh),
        parameters={**slab_parameters(between, slab, parts.wh), "threshold": threshold},
        source=slab.source,
    )


def _rerated(passed: Crossing, *, is_one_rate: bool) -> Reason:
    return passed.reason(
        crossed=Reason.ENERGY_RERATED if is_one_rate else Reason.ENERGY_RERATED_SLAB,
        expected=Reason.ENERGY_RERATED_EXPECTED,
        back=Reason.ENERGY_RERATED_BACK,
    )


def _in_window(month: Month, column: int, window: Window) -> tuple[int, int, int]:
    """The energy in a window, its part of the energy charge, and the share of that."""
    slices = month.slices
    inside = np.minimum(slices.windows_wh[:, column], slices.energy_wh)
    used = np.maximum(slices.energy_wh, 1)
    base = part(month.heads[Head.ENERGY], numerator=inside, denominator=used)
    return one(inside), one(base), one(share(base, window.share))
