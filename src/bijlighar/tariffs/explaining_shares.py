"""The pieces of what is a share of other heads: FPPAS, duty, rebates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bijlighar.tariffs.costs import share
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
from bijlighar.tariffs.heads import BASIS_POINTS
from bijlighar.tariffs.values import Head, On, Rebate, Unit, When


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kinds:
    """What lines of one thing are called; None where a scheme's turn is nothing to it."""

    more: Reason
    less: Reason
    lost: Reason | None = None
    back: Reason | None = None


_FPPAS = _Kinds(
    more=Reason.FPPAS,
    less=Reason.FPPAS_CORRECTED,
    lost=Reason.FPPAS_SCHEME_LOST,
    back=Reason.FPPAS_SCHEME_BACK,
)
_DUTY = _Kinds(
    more=Reason.DUTY,
    less=Reason.DUTY_CORRECTED,
    lost=Reason.DUTY_SCHEME_LOST,
    back=Reason.DUTY_SCHEME_BACK,
)
_DUTY_ABOVE = _Kinds(more=Reason.DUTY_ABOVE, less=Reason.DUTY_ABOVE_CORRECTED)
_SHARE = _Kinds(more=Reason.REBATE, less=Reason.REBATE_CORRECTED)
_PREPAID_SHARE = _Kinds(more=Reason.PREPAID_REBATE, less=Reason.PREPAID_REBATE_CORRECTED)
_PER_UNIT = _Kinds(
    more=Reason.REBATE_PER_UNIT,
    less=Reason.REBATE_PER_UNIT_CORRECTED,
    lost=Reason.REBATE_SCHEME_LOST,
    back=Reason.REBATE_SCHEME_BACK,
)
_PREPAID_PER_UNIT = _Kinds(
    more=Reason.PREPAID_REBATE_PER_UNIT,
    less=Reason.PREPAID_REBATE_PER_UNIT_CORRECTED,
    lost=Reason.REBATE_SCHEME_LOST,
    back=Reason.REBATE_SCHEME_BACK,
)


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
    base_grown = one(base_now) - one(base_was)
    rate, rate_was = (plain(one(one_of.fppas_basis_points), 100) for one_of in (now, was))
    for reason, micropaise, base in (
        (Reason.FPPAS_REVISED, revised, one(base_was)),
        (_kind(between, rule.on, _FPPAS, base_grown), grown, abs(base_grown)),
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
        base = one(now) - one(was)
        yield Piece(
            reason=_kind(between, duty.on, _DUTY_ABOVE if slab.above_wh else _DUTY, base),
            micropaise=one(share(now, slab.share)) - one(share(was, slab.share)),
            rate=percent(slab.share),
            parameters={
                "rate": percent(slab.share),
                "base": rupees(abs(base)),
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
    kinds = _PREPAID_SHARE if rule.when is When.PREPAID else _SHARE
    return Piece(
        reason=_kind(between, rule.on, kinds, now - was),
        micropaise=micropaise,
        rate=percent(rule.share),
        parameters={"rate": percent(rule.share), "base": rupees(abs(now - was))},
        source=rule.source,
    )


def _per_unit(between: Between, index: int, rule: Rebate, micropaise: int) -> Piece:
    was, now = (
        one(month.rebated_units(index)) // one(month.scale.times)
        for month in (between.was, between.now)
    )
    kinds = _PREPAID_PER_UNIT if rule.when is When.PREPAID else _PER_UNIT
    return Piece(
        reason=_kind(between, rule.on, kinds, now - was),
        micropaise=micropaise,
        quantity=now - was,
        unit=Unit.WH,
        rate=str(rule.rupees_per_kwh),
        parameters={"rate": str(rule.rupees_per_kwh), "units": units(abs(now - was))},
        source=rule.source,
    )


def _kind(between: Between, on: On, kinds: _Kinds, grown: int) -> Reason:
    """What a line is called: for more or less of what it is on, or for a scheme's turn."""
    turn = between.lost_cap if on is On.CHARGEABLE_UNITS else 0
    if turn > 0 and grown > 0 and kinds.lost:
        return kinds.lost
    if turn < 0 and grown < 0 and kinds.back:
        return kinds.back
    return kinds.less if grown < 0 else kinds.more
