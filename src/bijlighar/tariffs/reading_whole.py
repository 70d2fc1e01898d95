"""What the parts of a schedule say together: refused where they contradict each other.

A part by itself is read by `reading_charges` and `reading_reliefs`; here are the mistakes
that only show when two of them are laid side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from bijlighar.kernel.strict_yaml import Table
from bijlighar.tariffs.reading_charges import SLAB_KEYS
from bijlighar.tariffs.values import Head, Ladder, On, Per, Schedule, Slab

_W_PER_KW = 1000


def check_whole(one: Table, schedule: Schedule) -> None:
    """Raise FileError where the parts of a schedule do not go together."""
    for look in _LOOKS:
        look(one, schedule)


def check_loads(ones: Sequence[tuple[Table, Schedule]]) -> None:
    """Raise FileError where a category's schedules leave out loads between two of them.

    Loads below the first and above the last may be another category's; those in between
    are nobody's.
    """
    for category in dict.fromkeys(schedule.category for _, schedule in ones):
        rising = sorted(
            (pair for pair in ones if pair[1].category == category),
            key=lambda pair: pair[1].eligible.above_w,
        )
        for (_, before), (table, after) in pairwise(rising):
            upto_w, above_w = before.eligible.upto_w, after.eligible.above_w
            if upto_w is not None and upto_w < above_w:
                reason = (
                    f"a gap: nothing is said of {category} above {_kw(upto_w)} kW and up to"
                    f" {_kw(above_w)} kW"
                )
                eligible = table.table("eligible", keys=("text",), optional=_LIMITS)
                raise eligible.refuse(reason, "above_kw")


_LIMITS = ("above_kw", "upto_kw", "upto_kwh")


def _by_load(one: Table, schedule: Schedule) -> None:
    by_load = any(band.per is Per.KW for band in schedule.fixed)
    if schedule.excess_demand and not by_load:
        reason = "`excess_demand` needs a fixed charge by load to be a multiple of"
        raise one.refuse(reason, "excess_demand")
    by_load |= schedule.minimum is not None and schedule.minimum.per is Per.KW
    if by_load and schedule.billable_load is None:
        raise one.refuse("a charge is by load, but `billable_load` is missing")


def _schemes(one: Table, schedule: Schedule) -> None:
    cap = schedule.payable_cap
    if schedule.free_units and cap:
        reason = "a schedule has free units or a payable cap, not both"
        raise one.refuse(reason, "payable_cap")
    if cap and Head.ENERGY not in cap.of:
        reason = "`payable_cap` is of the first units, so `of` must have `energy`"
        raise one.refuse(reason, "payable_cap")


def _free_units(one: Table, schedule: Schedule) -> None:
    """Within the free units nothing is to be paid: nothing may be asked or given there."""
    if schedule.free_units is None:
        return
    for key, _, on in _counting(schedule):
        if on is On.ALL_UNITS:
            reason = (
                f"`{key}` counts all units, but within `free_units` nothing is to be paid:"
                " say `on: chargeable_units`"
            )
            raise one.refuse(reason, key)
    if schedule.minimum is not None:
        reason = "a `minimum` and `free_units`, within which nothing is to be paid"
        raise one.refuse(reason, "minimum")


def _scheme_twice(one: Table, schedule: Schedule) -> None:
    """Chargeable units are those that no scheme pays for: it is taken off already."""
    for key, of, on in _counting(schedule):
        if on is On.CHARGEABLE_UNITS and Head.SCHEME in of:
            reason = f"`{key}` takes `scheme` off twice: chargeable units are without it"
            raise one.refuse(reason, key)


def _duty(one: Table, schedule: Schedule) -> None:
    """All that a duty by slabs is on can be told apart by its slabs."""
    duty, fppas = schedule.duty, schedule.fppas
    if duty is None or len(duty.slabs) == 1 or duty.of == (Head.ENERGY,):
        return
    on_energy = fppas is not None and fppas.of == (Head.ENERGY,) and fppas.on is duty.on
    if not (on_energy and set(duty.of) == {Head.ENERGY, Head.FPPAS}):
        reason = (
            "`duty` by slabs must be `of: [energy]`, or `of: [energy, fppas]` where FPPAS "
            "is of the energy alone and on the same units"
        )
        raise one.refuse(reason, "duty")


def _relief_of_a_unit(one: Table, schedule: Schedule) -> None:
    """No unit may be given more than it costs: a bill would fall below zero by use."""
    rebates = sum((rule.rupees_per_kwh for rule in schedule.rebates), Decimal(0))
    dearest_less = min((window.share for window in schedule.windows), default=Decimal(0))
    kept = 1 + min(dearest_less, Decimal(0))
    for ladder in schedule.energy:
        for index, slab in enumerate(schedule.subsidy or (None,)):
            relief = rebates + (slab.rupees_per_kwh if slab else 0)
            costs = [rate * kept for rate in _rates(ladder, slab)]
            if costs and relief > min(costs):
                reason = f"a unit is given ₹{relief} and costs only ₹{min(costs)}"
                if slab is None:
                    raise one.refuse(reason, "rebates")
                raise one.tables("subsidy", keys=SLAB_KEYS)[index].refuse(
                    reason, "rupees_per_kwh"
                )


def _cliff(one: Table, schedule: Schedule) -> None:
    has_cliffs = (
        len(schedule.energy) > 1
        or len(schedule.fixed) > 1
        or schedule.free_units is not None
        or schedule.payable_cap is not None
    )
    if schedule.cliff is None and has_cliffs:
        reason = "a threshold makes the whole month dearer at once, but `cliff` is missing"
        raise one.refuse(reason)


def _rounding(one: Table, schedule: Schedule) -> None:
    if schedule.rounding.bill_paise % schedule.rounding.line_paise:
        raise one.refuse("`bill_rupees` is no multiple of `line_rupees`", "rounding")


_LOOKS: tuple[Callable[[Table, Schedule], None], ...] = (
    _by_load,
    _schemes,
    _free_units,
    _scheme_twice,
    _duty,
    _relief_of_a_unit,
    _cliff,
    _rounding,
)


def _rates(ladder: Ladder, within: Slab | None) -> Iterator[Decimal]:
    """What the units of a month on this ladder cost that lie within another slab."""
    above = within.above_wh if within else 0
    upto = within.upto_wh if within else None
    if ladder.upto_wh is not None and above >= ladder.upto_wh:
        return
    for slab in ladder.slabs:
        starts_below = upto is None or slab.above_wh < upto
        ends_above = slab.upto_wh is None or above < slab.upto_wh
        is_met = ladder.upto_wh is None or slab.above_wh < ladder.upto_wh
        if starts_below and ends_above and is_met:
            yield slab.rupees_per_kwh


def _counting(schedule: Schedule) -> Iterator[tuple[str, tuple[Head, ...], On]]:
    """What is counted on which heads, and on which units."""
    if schedule.fppas is not None:
        yield "fppas", schedule.fppas.of, schedule.fppas.on
    if schedule.duty is not None:
        yield "duty", schedule.duty.of, schedule.duty.on
    for rule in schedule.rebates:
        yield "rebates", rule.of, rule.on


def _kw(watts: int) -> str:
    return f"{Decimal(watts) / _W_PER_KW:f}"
