"""The pieces of what a government pays: subsidy by slab, free units, a capped bill."""

from __future__ import annotations

from collections.abc import Iterator

from bijlighar.tariffs.explaining_charges import slab_parameters, slabs_of
from bijlighar.tariffs.explaining_pieces import (
    Between,
    Piece,
    crossing,
    crossing_of_cap,
    one,
    rupees,
    units,
)
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.heads import Month
from bijlighar.tariffs.values import FreeUnits, Head, PayableCap, Unit

_CAP = (
    Reason.PAYABLE_CAP,
    Reason.PAYABLE_CAP_LOST,
    Reason.PAYABLE_CAP_EXPECTED,
    Reason.PAYABLE_CAP_BACK,
)
_CAP_BY_DAYS = (
    Reason.PAYABLE_CAP_BY_DAYS,
    Reason.PAYABLE_CAP_BY_DAYS_LOST,
    Reason.PAYABLE_CAP_BY_DAYS_EXPECTED,
    Reason.PAYABLE_CAP_BY_DAYS_BACK,
)


def subsidy_pieces(between: Between) -> Iterator[Piece]:
    """What the government pays of each slab's energy."""
    slabs = between.schedule.subsidy
    was, now = (slabs_of(month, slabs) for month in (between.was, between.now))
    for slab, old, new in zip(slabs, was, now, strict=True):
        grown, wh = new.micropaise - old.micropaise, new.wh - old.wh
        reason = Reason.SUBSIDY_ABOVE if slab.above_wh else Reason.SUBSIDY
        yield Piece(
            reason=Reason.SUBSIDY_CORRECTED if grown < 0 else reason,
            micropaise=-grown,
            quantity=wh,
            unit=Unit.WH,
            rate=str(slab.rupees_per_kwh),
            parameters=slab_parameters(between, slab, wh),
            source=slab.source,
            funded_by=between.schedule.subsidy_funded_by,
        )


def scheme_pieces(between: Between) -> Iterator[Piece]:
    """What the schedule's scheme pays, or pays no longer."""
    free, cap = between.schedule.free_units, between.schedule.payable_cap
    if free is not None:
        yield from _free_pieces(between, free)
    if cap is not None:
        yield from _cap_pieces(between, cap)


def _free_pieces(between: Between, free: FreeUnits) -> Iterator[Piece]:
    """The free units themselves, then what is waived besides while the month is in them."""
    was, now = between.was, between.now
    was_within, is_within = bool(one(was.within_free())), bool(one(now.within_free()))
    passed = crossing(between, free.free_wh, is_up=not is_within, whole=True)
    wh = _covered_wh(now) - _covered_wh(was)
    every = between.grown(Head.SCHEME)
    per_unit = every
    if not (was_within and is_within):
        per_unit = one(was.covered_cost()) - one(now.covered_cost())
    if was_within and is_within:
        reason = Reason.FREE_UNITS_WITHIN
    else:
        reason = Reason.FREE_UNITS if per_unit <= 0 else Reason.FREE_UNITS_CORRECTED
    yield _free_piece(free, reason, per_unit, passed.threshold_units, wh)
    reason = passed.reason(
        crossed=Reason.FREE_UNITS_USED_UP,
        expected=Reason.FREE_UNITS_EXPECTED,
        back=Reason.FREE_UNITS_BACK,
    )
    yield _free_piece(free, reason, every - per_unit, passed.threshold_units, 0)


def _free_piece(
    free: FreeUnits, reason: Reason, micropaise: int, threshold: str, wh: int
) -> Piece:
    return Piece(
        reason=reason,
        micropaise=micropaise,
        quantity=wh,
        unit=Unit.WH if wh else Unit.NOTHING,
        rate="",
        parameters={"threshold": threshold, "units": units(abs(wh))},
        source=free.source,
        funded_by=free.funded_by,
    )


def _covered_wh(month: Month) -> int:
    return one(month.covered()) // one(month.scale.times)


def _cap_pieces(between: Between, cap: PayableCap) -> Iterator[Piece]:
    was, now = between.was, between.now
    was_capped, is_capped = bool(one(was.is_capped())), bool(one(now.is_capped()))
    passed = crossing_of_cap(between, cap, is_up=not is_capped)
    slab_days = one(now.slices.slab_days)
    # In a period of just those days the limit is as printed: nothing is to be converted.
    is_by_days = cap.per_days is not None and cap.per_days != slab_days
    holds, lost, expected, back = _CAP_BY_DAYS if is_by_days else _CAP
    reason = holds
    if was_capped != is_capped:
        reason = passed.reason(crossed=lost, expected=expected, back=back)
    scale = now.scale
    yield Piece(
        reason=reason,
        micropaise=between.grown(Head.SCHEME),
        rate=str(cap.rupees),
        parameters={
            "threshold": passed.threshold_units,
            "days": str(slab_days),
            "upto": units(cap.upto_wh),
            "per_days": str(cap.per_days or slab_days),
            "first": units(one(scale.limit(cap.first_wh)), one(scale.times)),
            "amount": rupees(one(now.cap())),
        },
        source=cap.source,
        funded_by=cap.funded_by,
    )
