"""The pieces of what is charged by the day: the fixed charge, and demand in excess."""

from __future__ import annotations

from collections.abc import Iterator

from bijlighar.tariffs.costs import CW_PER_KW
from bijlighar.tariffs.explaining_pieces import (
    Between,
    Piece,
    chosen,
    crossing,
    one,
    plain,
    rupees,
    units,
)
from bijlighar.tariffs.explaining_reasons import Reason
from bijlighar.tariffs.values import FixedBand, Head, Per, Unit


def fixed_pieces(between: Between) -> Iterator[Piece]:
    """What became of the days before, then the new days."""
    bands = between.schedule.fixed
    was, now = (chosen(month, bands) for month in (between.was, between.now))
    yield _fixed_changed(between, was, now)
    band, days = bands[now], between.new_days
    reasons = {
        Per.KW: Reason.FIXED,
        Per.CONNECTION: Reason.FIXED_CONNECTION,
        Per.STEP: Reason.FIXED_STEPS,
    }
    yield Piece(
        reason=reasons[band.per] if days > 0 else Reason.FIXED_CORRECTED,
        micropaise=one(between.now.heads[Head.FIXED]) - one(between.then.heads[Head.FIXED]),
        quantity=days,
        unit=Unit.DAYS,
        rate=str(band.rupees),
        parameters=_fixed_parameters(between, band, days),
        source=band.source,
    )


def excess_demand_pieces(between: Between) -> Iterator[Piece]:
    """Demand above the sanctioned load: the days before, then the new days."""
    rule, days = between.schedule.excess_demand, between.new_days
    assert rule is not None
    was, then, now = (
        one(month.heads[Head.EXCESS_DEMAND])
        for month in (between.was, between.then, between.now)
    )
    slices = between.now.slices
    above_w = max(one(slices.max_demand_w) - one(slices.sanctioned_load_w), 0)
    band = between.schedule.fixed[chosen(between.now, between.schedule.fixed)]
    new = Reason.EXCESS_DEMAND if days > 0 else Reason.EXCESS_DEMAND_CORRECTED
    for reason, micropaise, quantity in (
        (Reason.EXCESS_DEMAND_CHANGED, then - was, between.days_before),
        (new, now - then, days),
    ):
        yield Piece(
            reason=reason,
            micropaise=micropaise,
            quantity=quantity,
            unit=Unit.DAYS,
            rate=str(band.rupees),
            parameters={
                "days": str(abs(quantity)),
                "days_in_month": str(one(slices.days_in_month)),
                "load": f"{plain(above_w, 1000)} {between.load_unit}",
                "rate": str(band.rupees),
                "times": plain(int(rule.times_fixed_rate * 100), 100),
                "amount": rupees(then),
                "amount_before": rupees(was),
            },
            source=rule.source,
        )


def _fixed_changed(between: Between, was: int, now: int) -> Piece:
    """What the days charged before cost more or less now."""
    bands, band = between.schedule.fixed, between.schedule.fixed[now]
    before, after = (one(month.heads[Head.FIXED]) for month in (between.was, between.then))
    parameters = _fixed_parameters(between, band, between.days_before)
    if was != now:
        upto_wh = bands[now if now < was else now - 1].upto_wh
        assert upto_wh is not None, "only the last band has no end"
        passed = crossing(between, upto_wh, is_up=now > was)
        reason = passed.reason(
            crossed=Reason.FIXED_BAND_CHANGED,
            expected=Reason.FIXED_BAND_EXPECTED,
            back=Reason.FIXED_BAND_BACK,
        )
        parameters["threshold"] = passed.threshold_units
    elif band.per is Per.STEP:
        reason = Reason.FIXED_STEPS_CHANGED
    else:
        is_less = after < before
        reason = Reason.FIXED_DEMAND_CORRECTED if is_less else Reason.FIXED_DEMAND_HIGHER
    return Piece(
        reason=reason,
        micropaise=after - before,
        quantity=between.days_before,
        unit=Unit.DAYS,
        rate=str(band.rupees),
        parameters=parameters | {"amount": rupees(after), "amount_before": rupees(before)},
        source=band.source,
    )


def _fixed_parameters(between: Between, band: FixedBand, days: int) -> dict[str, str]:
    found = {
        "days": str(abs(days)),
        "days_in_month": str(one(between.now.slices.days_in_month)),
        "rate": str(band.rupees),
    }
    if band.per is Per.KW:
        was, now = (one(month.billable_load_cw()) for month in (between.was, between.now))
        found["load"] = f"{plain(now, CW_PER_KW)} {between.load_unit}"
        found["load_before"] = f"{plain(was, CW_PER_KW)} {between.load_unit}"
    if band.per is Per.STEP:
        scale = between.now.scale
        found["step"] = units(one(scale.limit(band.step_wh)), one(scale.times))
        found["steps"] = str(one(between.now.steps(band)))
        found["steps_before"] = str(one(between.was.steps(band)))
    return found
