"""The pieces of what is a share of other heads: FPPAS, duty, rebates."""

from __future__ import annotations

from collections.abc import Iterator

from bijlighar.tariffs.exact import part
from bijlighar.tariffs.explaining_pieces import (
    Between,
    Piece,
    one,
    percent,
    plain,
    rupees,
    units,
)
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.heads import BASIS_POINTS, share
from bijlighar.tariffs.values import Head, Rebate, Unit, When


def fppas_pieces(between: Between) -> Iterator[Piece]:
    """The percentage of what is new, of what was before if it changed, and what is carried.

    Where the percentage changed and what is carried makes up for that, neither is told.
    """
    rule = between.schedule.fppas
    assert rule is not None
    was, now = between.was.slices, between.now.slices
    base_was, base_now = (
        month.base(rule.of, rule.on) for month in (between.was, between.now)
    )
    revised = one(
        part(base_was, numerator=now.fppas_basis_points, denominator=BASIS_POINTS)
    ) - one(part(base_was, numerator=was.fppas_basis_points, denominator=BASIS_POINTS))
    carried = one(now.fppas_carried_micropaise) - one(was.fppas_carried_micropaise)
    grown = between.grown(Head.FPPAS) - revised - carried
    if revised + carried == 0:
        revised = carried = 0
    rate, rate_was = (plain(one(one_of.fppas_basis_points), 100) for one_of in (now, was))
    for reason, micropaise, base in (
        (Reason.FPPAS_REVISED, revised, one(base_was)),
        (Reason.FPPAS, grown, one(base_now) - one(base_was)),
        (Reason.FPPAS_CARRIED, carried, 0),
    ):
        yield Piece(
            reason=reason,
            micropaise=micropaise,
            rate=rate,
            parameters={"rate": rate, "rate_before": rate_was, "base": rupees(base)},
            source=rule.source,
        )


def duty_pieces(between: Between) -> Iterator[Piece]:
    """One share of the heads that are named, or a share of each slab's energy charge."""
    duty = between.schedule.duty
    assert duty is not None
    months = (between.was, between.now)
    if len(duty.slabs) == 1:
        parts = [[month.base(duty.of, duty.on)] for month in months]
    else:
        parts = [month.duty_of_slabs() for month in months]
    scale = between.now.scale
    for slab, was, now in zip(duty.slabs, *parts, strict=True):
        yield Piece(
            reason=Reason.DUTY_ABOVE if slab.above_wh else Reason.DUTY,
            micropaise=one(share(now, slab.share)) - one(share(was, slab.share)),
            rate=percent(slab.share),
            parameters={
                "rate": percent(slab.share),
                "base": rupees(one(now) - one(was)),
                "above": units(one(scale.limit(slab.above_wh)), one(scale.times)),
            },
            source=slab.source,
        )


def rebate_pieces(between: Between) -> Iterator[Piece]:
    """Each rebate, a share or so much a unit."""
    for index, rule in enumerate(between.schedule.rebates):
        micropaise = one(between.now.rebate(index)) - one(between.was.rebate(index))
        if rule.rupees_per_kwh:
            yield _per_unit(between, index, rule, micropaise)
        else:
            yield _share(between, rule, micropaise)


def _share(between: Between, rule: Rebate, micropaise: int) -> Piece:
    was, now = (one(month.base(rule.of, rule.on)) for month in (between.was, between.now))
    is_prepaid = rule.when is When.PREPAID
    return Piece(
        reason=Reason.PREPAID_REBATE if is_prepaid else Reason.REBATE,
        micropaise=micropaise,
        rate=percent(rule.share),
        parameters={"rate": percent(rule.share), "base": rupees(now - was)},
        source=rule.source,
    )


def _per_unit(between: Between, index: int, rule: Rebate, micropaise: int) -> Piece:
    was, now = (
        one(month.rebated_units(index)) // one(month.scale.times)
        for month in (between.was, between.now)
    )
    is_prepaid = rule.when is When.PREPAID
    return Piece(
        reason=Reason.PREPAID_REBATE_PER_UNIT if is_prepaid else Reason.REBATE_PER_UNIT,
        micropaise=micropaise,
        quantity=now - was,
        unit=Unit.WH,
        rate=str(rule.rupees_per_kwh),
        parameters={"rate": str(rule.rupees_per_kwh), "units": units(now - was)},
        source=rule.source,
    )
